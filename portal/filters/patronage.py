"""Narrowing patronage."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.pricing.models import Patronage
from portal.filters.ids import IdFilter, WholeNumberFilter
from portal.filters.listings import SELLER_KINDS


class PatronageFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a party may narrow its buyers and sellers by."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    seller = IdFilter(label=_("Seller"))
    buyer = IdFilter(label=_("Buyer"))
    seller_kind = django_filters.ChoiceFilter(
        field_name="seller__kind", choices=SELLER_KINDS, label=_("Kind of seller")
    )
    cars_min = WholeNumberFilter(
        field_name="cars", lookup_expr="gte", min_value=0, max_value=2**31 - 1, label=_("Cars from")
    )
    cars_max = WholeNumberFilter(
        field_name="cars", lookup_expr="lte", min_value=0, max_value=2**31 - 1, label=_("Cars to")
    )

    @staticmethod
    def search(rows: QuerySet[Patronage], _name: str, text: str) -> QuerySet[Patronage]:
        """The seller's or the buyer's name contains the text."""
        return rows.filter(Q(seller__name__icontains=text) | Q(buyer__name__icontains=text))
