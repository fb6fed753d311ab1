"""Narrowing promotions."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.pricing.models import Promotion
from marketplace.pricing.selectors.announcements import promotions_covering
from portal.filters.ids import IdFilter
from portal.filters.listings import SELLER_KINDS


class PromotionFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a visitor may narrow the promotions by."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    seller = IdFilter(label=_("Seller"))
    seller_kind = django_filters.ChoiceFilter(
        field_name="seller__kind", choices=SELLER_KINDS, label=_("Kind of seller")
    )
    car_model = IdFilter(method="covering", label=_("Car model"))
    state = django_filters.ChoiceFilter(
        method="by_state",
        choices=[("coming", _("Coming")), ("running", _("Running")), ("ended", _("Ended"))],
        label=_("State"),
    )

    @staticmethod
    def search(rows: QuerySet[Promotion], _name: str, text: str) -> QuerySet[Promotion]:
        """The name or the description contains the text."""
        return rows.filter(Q(name__icontains=text) | Q(description__icontains=text))

    @staticmethod
    def covering(rows: QuerySet[Promotion], _name: str, car_model: int) -> QuerySet[Promotion]:
        """The promotion names the car model, or covers all."""
        return promotions_covering(rows, car_model)

    @staticmethod
    def by_state(rows: QuerySet[Promotion], _name: str, state: str) -> QuerySet[Promotion]:
        """Before its start, between, or from its end on."""
        now = timezone.now()
        if state == "coming":
            return rows.filter(starts_at__gt=now)
        if state == "running":
            return rows.filter(starts_at__lte=now, ends_at__gt=now)
        return rows.filter(ends_at__lte=now)
