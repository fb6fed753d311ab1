"""All car models of the market, and what they cost today."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models
from marketplace.pricing.selectors.browsing import with_showroom_prices
from portal.access import Anybody
from portal.filters.car_models import CarModelFilter
from portal.templatetags.market import silhouette
from portal.web.tables import (
    NUMBER,
    WIDE,
    MarketTable,
    MoneyColumn,
    NumberColumn,
    TablePage,
)


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
