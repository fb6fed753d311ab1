"""Narrowing loyalty tiers."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from portal.filters.ids import IdFilter
from portal.filters.listings import SELLER_KINDS


class LoyaltyTierFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a visitor may narrow the loyalty tiers by."""

    q = django_filters.CharFilter(
        field_name="seller__name", lookup_expr="icontains", max_length=100, label=_("Search")
    )
    seller = IdFilter(label=_("Seller"))
    seller_kind = django_filters.ChoiceFilter(
        field_name="seller__kind", choices=SELLER_KINDS, label=_("Kind of seller")
    )
