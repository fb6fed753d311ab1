"""Narrowing a showroom's assortment."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models, car_models_matching
from marketplace.trading.models import AssortmentLine


class AssortmentFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a member may narrow the assortment by."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    body = django_filters.ChoiceFilter(
        field_name="car_model__body_type", choices=CarModel.BodyType.choices, label=_("Body")
    )
    sourced = django_filters.BooleanFilter(
        field_name="supplier", lookup_expr="isnull", exclude=True, label=_("Has a supplier")
    )

    @staticmethod
    def search(rows: QuerySet[AssortmentLine], _name: str, text: str) -> QuerySet[AssortmentLine]:
        """Every word must be found in the car model's name."""
        found = car_models_matching(active_car_models(), text)
        return rows.filter(car_model__in=found.order_by().values("pk"))
