"""All car models of the market, and what they cost today."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models, car_models_matching, makes
from marketplace.pricing.selectors.browsing import with_showroom_prices
from portal.access import Anybody
from portal.templatetags.market import silhouette
from portal.web.tables import (
    NUMBER,
    WIDE,
    MarketTable,
    MoneyColumn,
    MoneyFilter,
    NumberColumn,
    TablePage,
)


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


class CarModelTable(MarketTable):
    """One line a car model."""

    car = django_tables2.Column(
        accessor="make",
        verbose_name=_("Car model"),
        order_by=("make", "name", "variant"),
        empty_values=(),
    )
    model_year = django_tables2.Column(verbose_name=_("Year"), attrs=NUMBER)
    fuel = django_tables2.Column(verbose_name=_("Fuel"))
    power_hp = NumberColumn(verbose_name=_("Power, hp"))
    showrooms = NumberColumn(verbose_name=_("Showrooms"))
    cars_in_stock = NumberColumn(verbose_name=_("In stock"))
    lowest_price_cents = MoneyColumn(verbose_name=_("List price from"), attrs=WIDE)

    empty_title = _("No car model fits")

    class Meta(MarketTable.Meta):
        fields = (
            "car", "model_year", "fuel", "power_hp", "showrooms", "cars_in_stock",
            "lowest_price_cents",
        )  # fmt: skip

    def render_car(self, record: CarModel) -> SafeString:
        """The silhouette and the name, which leads to the car model's page."""
        return format_html(
            '<a class="car-name" href="{}">{}<span><b>{} {}</b><small>{}</small></span></a>',
            reverse("public:car-model", args=[record.pk]),
            silhouette(record.body_type),
            record.make,
            record.name,
            " · ".join(filter(None, (record.variant, record.get_body_type_display()))),
        )


class CarModelsPage(Anybody, TablePage):
    """Find a car model by its characteristics and price."""

    template_name = "public/car_models.html"
    partials = ["car-models", "car-model-results"]
    table_class = CarModelTable
    filterset_class = CarModelFilter
    table_partial = "car-model-results"

    def get_queryset(self) -> QuerySet[Any]:
        """The active car models with their prices at showrooms."""
        return with_showroom_prices(active_car_models())
