"""Narrowing by an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django_filters.fields import IsoDateTimeField


class InstantField(IsoDateTimeField):  # type: ignore[misc]  # django-filter has no types
    """An instant in UTC; no database knows all the offsets that can be written."""

    def to_python(self, value: Any) -> datetime | None:
        """The instant, if the calendar has it."""
        try:
            # pylint: disable-next=no-member  # of the untyped field that this is
            instant: datetime | None = super().to_python(value)
            return instant and instant.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class InstantFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]  # see above
    """Compares an instant, ISO 8601."""

    field_class = InstantField
