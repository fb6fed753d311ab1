"""Car models: anybody may find them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models
from marketplace.pricing.selectors.browsing import with_showroom_prices
from portal.api.permissions import EVERYBODY
from portal.api.resources import Resource
from portal.api.serializers import CountryCode, MoneyField
from portal.filters.car_models import CarModelFilter


class CarModelSerializer(serializers.ModelSerializer[CarModel]):
    """A car model, and what showrooms ask for it today."""

    origin_country = CountryCode(read_only=True)
    suggested_price = MoneyField(source="suggested_price_cents", read_only=True)
    lowest_price = MoneyField(
        source="lowest_price_cents",
        read_only=True,
        allow_null=True,
        help_text="The lowest list price of what showrooms have left; null if none has any.",
    )
    showrooms = serializers.IntegerField(read_only=True)
    cars_in_stock = serializers.IntegerField(read_only=True)

    class Meta:
        model = CarModel
        fields = [
            "id", "make", "name", "variant", "model_year", "body_type", "fuel", "transmission",
            "drive", "power_hp", "engine_cc", "seats", "origin_country", "suggested_price",
            "lowest_price", "showrooms", "cars_in_stock",
        ]  # fmt: skip
        read_only_fields = fields


class CarModels(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Car models with their characteristics and today's prices at showrooms."""

    for_whom = {"list": EVERYBODY, "retrieve": EVERYBODY}
    serializer_class = CarModelSerializer
    filterset_class = CarModelFilter
    ordering_fields = {
        "make": "make",
        "name": "name",
        "model_year": "model_year",
        "power_hp": "power_hp",
        "suggested_price": "suggested_price_cents",
        "lowest_price": "lowest_price_cents",
        "cars_in_stock": "cars_in_stock",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """The active ones."""
        return with_showroom_prices(active_car_models())
