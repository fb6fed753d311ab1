"""Narrowing a statement."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.filters.instants import InstantFilter


class StatementFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What the lines may be narrowed by. A period has its beginning and not its end."""

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))
    kind = django_filters.CharFilter(max_length=16, label=_("Kind"))
    moved_from = InstantFilter(field_name="created_at", lookup_expr="gte", label=_("Moved from"))
    moved_before = InstantFilter(field_name="created_at", lookup_expr="lt", label=_("Moved before"))

    @staticmethod
    def search(rows: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        """The reference or the reason contains the text."""
        return rows.filter(Q(reference__icontains=text) | Q(reason__icontains=text))
