"""Narrowing showrooms, and what one of them has."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from marketplace.catalog.models import CarModel
from marketplace.parties.models import Showroom
from marketplace.pricing.models import Listing
from marketplace.pricing.selectors.browsing import for_sale_matching
from marketplace.trading.selectors.showrooms import showroom_countries


class ShowroomFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a visitor may narrow the showrooms by."""

    q = django_filters.CharFilter(
        method="search",
        max_length=100,
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or city…")}),
    )
    country = django_filters.ChoiceFilter(
        choices=lambda: [(code, countries.name(code)) for code in showroom_countries()],
        label=_("Country"),
        empty_label=_("Any country"),
    )

    @staticmethod
    def search(rows: QuerySet[Showroom], _name: str, text: str) -> QuerySet[Showroom]:
        """The name or the city contains the text."""
        return rows.filter(Q(name__icontains=text) | Q(city__icontains=text))


class StockFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a visitor may narrow a showroom's stock by."""

    q = django_filters.CharFilter(
        method="search",
        max_length=100,
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Make or model…")}),
    )
    body = django_filters.ChoiceFilter(
        field_name="car_model__body_type",
        choices=CarModel.BodyType.choices,
        label=_("Body"),
        empty_label=_("Any body"),
    )

    @staticmethod
    def search(rows: QuerySet[Listing], _name: str, text: str) -> QuerySet[Listing]:
        """Every word must be found."""
        return for_sale_matching(rows, text)
