"""Narrowing listings."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.parties.models import Party
from marketplace.pricing.models import Listing
from marketplace.pricing.selectors.browsing import for_sale_matching
from portal.filters.ids import IdFilter
from portal.filters.money import MoneyFilter

#: Who can have listings, promotions and loyalty tiers.
SELLER_KINDS = [(kind.value, kind.label) for kind in (Party.Kind.SHOWROOM, Party.Kind.SUPPLIER)]


class ListingFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a visitor may narrow the listings by."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    seller = IdFilter(label=_("Seller"))
    seller_kind = django_filters.ChoiceFilter(
        field_name="seller__kind", choices=SELLER_KINDS, label=_("Kind of seller")
    )
    car_model = IdFilter(label=_("Car model"))
    make = django_filters.CharFilter(
        field_name="car_model__make", lookup_expr="iexact", max_length=60, label=_("Make")
    )
    price_min = MoneyFilter(field_name="price_cents", lookup_expr="gte", label=_("Price from"))
    price_max = MoneyFilter(field_name="price_cents", lookup_expr="lte", label=_("Price to"))
    in_stock = django_filters.ChoiceFilter(
        method="by_stock", choices=[("true", _("Yes")), ("false", _("No"))], label=_("In stock now")
    )

    @staticmethod
    def search(rows: QuerySet[Listing], _name: str, text: str) -> QuerySet[Listing]:
        """Every word must be found in the car model's name."""
        return for_sale_matching(rows, text)

    @staticmethod
    def by_stock(rows: QuerySet[Listing], _name: str, wanted: str) -> QuerySet[Listing]:
        """Cars are left, or none is; a supplier always has some."""
        sold_out = Q(quantity=0)
        return rows.exclude(sold_out) if wanted == "true" else rows.filter(sold_out)
