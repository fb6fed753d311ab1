"""What the pages of the Django admin have in common in every room.

The admin looks, corrects what may be corrected, and acts by the services. Records come into being
through the doors and are deactivated, never deleted; money is shown and never typed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import ngettext

from marketplace.common.errors import MarketplaceError
from marketplace.common.money import grouped_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@cache  # the admin compares columns by identity
def money(field: str, label: str | _StrPromise) -> Callable[[Model], str]:
    """A column that shows cents as people read them, sortable by the field."""

    @admin.display(description=label, ordering=field)
    def column(record: Model) -> str:
        amount_cents = getattr(record, field)
        return "-" if amount_cents is None else grouped_text(amount_cents)

    return column


class RecordAdmin(ModelAdmin):
    """A record that is looked at and acted on; only the fields in `editable` are a form's."""

    editable: ClassVar[Sequence[str]] = ()

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nobody: services make records."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: what happened stays on record."""
        return False

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """What no form may write, whatever somebody posts: everything that is not editable."""
        return [field.name for field in self._fields() if field.name not in self.editable]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Every field that is not editable, money as people read it."""
        return [_shown(field) for field in self._fields() if field.name not in self.editable]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The record's page; what a service refuses is said on top of it."""
        saves = {"show_save": bool(self.editable), "show_save_and_continue": bool(self.editable)}
        try:
            return super().changeform_view(
                request, object_id, form_url, saves | (extra_context or {})
            )
        except MarketplaceError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what the form changed, and nothing else."""
        changed = {field.name for field in obj._meta.concrete_fields} & set(form.changed_data)
        if changed:
            obj.save(update_fields=[*changed, "updated_at"])

    def _fields(self) -> list[Field[Any, Any]]:
        """The model's own fields, without keys that say nothing to a person."""
        return [
            field
            for field in (*self.model._meta.fields, *self.model._meta.many_to_many)
            if not field.primary_key and not getattr(field.remote_field, "parent_link", False)
        ]

    def act(
        self, request: HttpRequest, records: QuerySet[Any], service: Callable[[Any], object]
    ) -> None:
        """Have a service do something with each record; say how many it did, and why not others."""
        done = 0
        for record in records:
            try:
                service(record)
            except MarketplaceError as refusal:
                self.message_user(request, f"{record}: {refusal}", messages.ERROR)
            else:
                done += 1
        if done:
            text = ngettext("Done for %(count)d record.", "Done for %(count)d records.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)


class ReadOnlyAdmin(RecordAdmin):
    """A record that is looked at and nothing else."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


def _shown(field: Field[Any, Any]) -> str | Callable[[Model], str]:
    if field.name.endswith("_cents"):
        return money(field.name, field.verbose_name)
    return field.name
