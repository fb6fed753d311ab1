"""Narrowing by a whole number, above all by the id of something."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms


class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc]  # django-filter has no types
    """Compares a whole number; 1.5 is refused and not rounded."""

    field_class = forms.IntegerField


class IdFilter(WholeNumberFilter):
    """Rows that point to one thing; an id is as large as a key can be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"min_value": 1, "max_value": 2**63 - 1} | kwargs)
