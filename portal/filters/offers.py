"""Narrowing a customer's offers."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import car_models_matching
from marketplace.trading.models import Offer
from portal.filters.ids import IdFilter
from portal.filters.instants import InstantFilter
from portal.filters.money import MoneyFilter


class OfferFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a customer may narrow the offers by. A period has its beginning and not its end."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    status = django_filters.MultipleChoiceFilter(choices=Offer.Status.choices, label=_("Status"))
    car_model = IdFilter(field_name="car_model_id", label=_("Car model"))
    make = django_filters.CharFilter(
        field_name="car_model__make", lookup_expr="iexact", max_length=60, label=_("Make")
    )
    created_from = InstantFilter(field_name="created_at", lookup_expr="gte", label=_("Posted from"))
    created_before = InstantFilter(
        field_name="created_at", lookup_expr="lt", label=_("Posted before")
    )
    max_price_min = MoneyFilter(
        field_name="max_price_cents", lookup_expr="gte", label=_("Maximum from")
    )
    max_price_max = MoneyFilter(
        field_name="max_price_cents", lookup_expr="lte", label=_("Maximum to")
    )

    @staticmethod
    def search(rows: QuerySet[Offer], _name: str, text: str) -> QuerySet[Offer]:
        """Every word must be found in the car model's name."""
        found = car_models_matching(CarModel.objects.all(), text)
        return rows.filter(car_model__in=found.order_by().values("pk"))
