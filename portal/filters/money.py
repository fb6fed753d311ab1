"""Narrowing by an amount."""

from __future__ import annotations

import django_filters

from portal.fields import MoneyField


class MoneyFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter has no types
    """Compares a `*_cents` column with an amount that a person types."""

    field_class = MoneyField
