"""One showroom and its stock."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_tables2
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from marketplace.parties.models import Showroom
from marketplace.pricing.models import Listing
from marketplace.pricing.selectors.browsing import cars_for_sale_at
from marketplace.trading.selectors.showrooms import showrooms_with_figures
from portal.access import Anybody
from portal.filters.showrooms import StockFilter
from portal.templatetags.market import silhouette
from portal.web.tables import NUMBER, WIDE, MarketTable, MoneyColumn, NumberColumn, TablePage


class StockTable(MarketTable):
    """One line a car model that the showroom has."""

    car = django_tables2.Column(
        accessor="car_model",
        verbose_name=_("Car model"),
        order_by=("car_model__make", "car_model__name", "car_model__variant"),
    )
    model_year = django_tables2.Column(
        accessor="car_model__model_year",
        verbose_name=_("Year"),
        attrs=NUMBER,
    )
    quantity = NumberColumn(verbose_name=_("In stock"))
    suggested = MoneyColumn(
        accessor="car_model__suggested_price_cents", verbose_name=_("Suggested price")
    )
    price_cents = MoneyColumn(verbose_name=_("Price"), attrs=WIDE)

    empty_title = _("Nothing in stock")

    class Meta(MarketTable.Meta):
        fields = ("car", "model_year", "quantity", "suggested", "price_cents")
        order_by = "car"

    def render_car(self, record: Listing) -> SafeString:
        """The silhouette and the name, which leads to the car model's page."""
        car_model = record.car_model
        return format_html(
            '<a class="car-name" href="{}">{}<span><b>{} {}</b><small>{}</small></span></a>',
            reverse("public:car-model", args=[car_model.pk]),
            silhouette(car_model.body_type),
            car_model.make,
            car_model.name,
            car_model.variant,
        )


class ShowroomPage(Anybody, TablePage):
    """Where a showroom is and what it has."""

    template_name = "public/showroom.html"
    partials = ["stock", "stock-results"]
    table_class = StockTable
    filterset_class = StockFilter
    table_partial = "stock-results"

    @cached_property
    def showroom(self) -> Showroom:
        """The showroom of the address, or a 404."""
        showrooms = showrooms_with_figures(at=timezone.now())
        return get_object_or_404(showrooms, pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Any]:
        """Its stock."""
        return cars_for_sale_at(self.showroom.pk)

    def get_context(self) -> dict[str, Any]:
        """The showroom and its stock."""
        return {"showroom": self.showroom} | super().get_context()
