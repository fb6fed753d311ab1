"""All showrooms of the market."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.trading.selectors.showrooms import showrooms_with_figures
from portal.access import Anybody
from portal.filters.showrooms import ShowroomFilter
from portal.web.tables import MarketTable, NumberColumn, TablePage


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
