"""Narrowing deals."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import car_models_matching
from marketplace.trading.models import Deal
from portal.filters.ids import IdFilter
from portal.filters.instants import InstantFilter
from portal.filters.money import MoneyFilter


class DealFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What either side may narrow deals by. A period has its beginning and not its end."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    kind = django_filters.ChoiceFilter(choices=Deal.Kind.choices, label=_("Kind"))
    seller = IdFilter(field_name="seller_id", label=_("Seller"))
    buyer = IdFilter(field_name="buyer_id", label=_("Buyer"))
    car_model = IdFilter(field_name="car_model_id", label=_("Car model"))
    make = django_filters.CharFilter(
        field_name="car_model__make", lookup_expr="iexact", max_length=60, label=_("Make")
    )
    sold_from = InstantFilter(field_name="sold_at", lookup_expr="gte", label=_("Sold from"))
    sold_before = InstantFilter(field_name="sold_at", lookup_expr="lt", label=_("Sold before"))
    price_min = MoneyFilter(field_name="unit_price_cents", lookup_expr="gte", label=_("Price from"))
    price_max = MoneyFilter(field_name="unit_price_cents", lookup_expr="lte", label=_("Price to"))

    @staticmethod
    def search(rows: QuerySet[Deal], _name: str, text: str) -> QuerySet[Deal]:
        """A side's name contains the text, or the car model's has every word of it."""
        found = car_models_matching(CarModel.objects.all(), text)
        return rows.filter(
            Q(car_model__in=found.order_by().values("pk"))
            | Q(seller__name__icontains=text)
            | Q(buyer__name__icontains=text)
        )
