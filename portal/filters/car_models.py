"""Narrowing car models."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import car_models_matching, makes
from portal.filters.money import MoneyFilter


class CarModelFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a visitor may narrow the car models by."""

    q = django_filters.CharFilter(
        method="search",
        max_length=100,
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Make, model, year…")}),
    )
    make = django_filters.ChoiceFilter(
        choices=lambda: [(make, make) for make in makes()],
        label=_("Make"),
        empty_label=_("Any make"),
    )
    body = django_filters.MultipleChoiceFilter(
        field_name="body_type",
        choices=CarModel.BodyType.choices,
        label=_("Body"),
        widget=forms.CheckboxSelectMultiple,
    )
    fuel = django_filters.MultipleChoiceFilter(
        choices=CarModel.Fuel.choices, label=_("Fuel"), widget=forms.CheckboxSelectMultiple
    )
    transmission = django_filters.ChoiceFilter(
        choices=CarModel.Transmission.choices, label=_("Transmission"), empty_label=_("Any")
    )
    drive = django_filters.ChoiceFilter(
        choices=CarModel.Drive.choices, label=_("Drive"), empty_label=_("Any")
    )
    price_min = MoneyFilter(
        field_name="lowest_price_cents", lookup_expr="gte", label=_("Price from")
    )
    price_max = MoneyFilter(field_name="lowest_price_cents", lookup_expr="lte", label=_("Price to"))
    power_min = django_filters.NumberFilter(
        field_name="power_hp", lookup_expr="gte", min_value=0, label=_("Power from")
    )
    power_max = django_filters.NumberFilter(
        field_name="power_hp", lookup_expr="lte", min_value=0, label=_("Power to")
    )
    year_min = django_filters.NumberFilter(
        field_name="model_year", lookup_expr="gte", min_value=0, label=_("Year from")
    )
    year_max = django_filters.NumberFilter(
        field_name="model_year", lookup_expr="lte", min_value=0, label=_("Year to")
    )
    in_stock = django_filters.BooleanFilter(
        method="only_in_stock", label=_("In stock now"), widget=forms.CheckboxInput
    )

    @staticmethod
    def search(rows: QuerySet[CarModel], _name: str, text: str) -> QuerySet[CarModel]:
        """Every word must be found."""
        return car_models_matching(rows, text)

    @staticmethod
    def only_in_stock(rows: QuerySet[CarModel], _name: str, wanted: bool) -> QuerySet[CarModel]:
        """Only what some showroom has; an empty box asks for nothing."""
        return rows.filter(Q(lowest_price_cents__isnull=False)) if wanted else rows
