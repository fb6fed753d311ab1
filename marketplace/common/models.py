"""The base of every record of the business."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RecordsAreDeactivated(TypeError):
    """Somebody tried to delete a record; it is deactivated by its room's service instead."""


class RecordQuerySet(models.QuerySet[Any]):
    """A queryset that knows which records take part in the market."""

    def active(self) -> Self:
        """Only the records that have not been deactivated."""
        return self.filter(is_active=True)

    def delete(self) -> NoReturn:
        """Refuse: what happened stays on record."""
        raise RecordsAreDeactivated(f"{self.model.__name__} records are deactivated, never deleted")


class Record(models.Model):
    """A row of the business: it is deactivated, never deleted, and knows when it came and changed."""

    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: what happened stays on record."""
        raise RecordsAreDeactivated(f"{type(self).__name__} records are deactivated, never deleted")
