"""Narrowing the decisions of jobs."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import car_models_matching
from marketplace.trading.models import Decision
from portal.filters.ids import IdFilter
from portal.filters.instants import InstantFilter


class DecisionFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a member may narrow decisions by. A period has its beginning and not its end."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    kind = django_filters.ChoiceFilter(choices=Decision.Kind.choices, label=_("Kind"))
    party = IdFilter(field_name="party_id", label=_("Showroom"))
    car_model = IdFilter(field_name="car_model_id", label=_("Car model"))
    created_from = InstantFilter(field_name="created_at", lookup_expr="gte", label=_("Made from"))
    created_before = InstantFilter(
        field_name="created_at", lookup_expr="lt", label=_("Made before")
    )

    @staticmethod
    def search(rows: QuerySet[Decision], _name: str, text: str) -> QuerySet[Decision]:
        """Every word must be found in the name of the car model that it is about."""
        found = car_models_matching(CarModel.objects.all(), text)
        return rows.filter(car_model__in=found.order_by().values("pk"))
