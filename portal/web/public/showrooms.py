"""All showrooms of the market."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from marketplace.parties.models import Showroom
from marketplace.trading.selectors.showrooms import showroom_countries, showrooms_with_figures
from portal.access import Anybody
from portal.web.tables import MarketTable, NumberColumn, TablePage


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


class ShowroomTable(MarketTable):
    """One line a showroom."""

    name = django_tables2.Column(
        verbose_name=_("Showroom"),
        linkify=lambda record: reverse("public:showroom", args=[record.pk]),
    )
    city = django_tables2.Column(verbose_name=_("City"))
    country = django_tables2.Column(
        verbose_name=_("Country"), accessor="country__name", order_by="country"
    )
    models_in_stock = NumberColumn(verbose_name=_("Car models"))
    cars_in_stock = NumberColumn(verbose_name=_("Cars in stock"))
    recent_deals = NumberColumn(verbose_name=_("Sold in 30 days"))

    empty_title = _("No showroom fits")

    class Meta(MarketTable.Meta):
        fields = ("name", "city", "country", "models_in_stock", "cars_in_stock", "recent_deals")


class ShowroomsPage(Anybody, TablePage):
    """Find a showroom."""

    template_name = "public/showrooms.html"
    partials = ["showrooms", "showroom-results"]
    table_class = ShowroomTable
    filterset_class = ShowroomFilter
    table_partial = "showroom-results"

    def get_queryset(self) -> QuerySet[Any]:
        """The active showrooms with their figures."""
        return showrooms_with_figures(at=timezone.now())
