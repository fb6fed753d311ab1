"""Narrowing suppliers."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.parties.models import Supplier
from portal.fields import country_names


class SupplierFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a person may narrow the suppliers by."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    country = django_filters.ChoiceFilter(choices=country_names, label=_("Country"))

    @staticmethod
    def search(rows: QuerySet[Supplier], _name: str, text: str) -> QuerySet[Supplier]:
        """The name or the city contains the text."""
        return rows.filter(Q(name__icontains=text) | Q(city__icontains=text))
