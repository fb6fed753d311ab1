"""What people were told, in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from marketplace.common.admin import ReadOnlyAdmin
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import SECRET_KINDS


class DiscreetAdmin(ReadOnlyAdmin):
    """A record whose values are shown, unless they may be another person's secrets."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Every field; of a kind with secrets, every field but the values."""
        fields = super().get_readonly_fields(request, obj)
        if getattr(obj, "kind", None) in SECRET_KINDS:
            fields.remove("values")
        return fields


@admin.register(Notice)
class NoticeAdmin(DiscreetAdmin):
    """What people were told in the portal."""

    list_display = ["kind", "user", "created_at", "read_at"]
    list_filter = ["kind", ("read_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    date_hierarchy = "created_at"


@admin.register(Email)
class EmailAdmin(DiscreetAdmin):
    """E-mails: sent, waiting, and given up with the server's last word."""

    list_display = ["kind", "to", "status", "attempts", "next_attempt_at", "sent_at", "error"]
    list_filter = ["status", "kind", "language"]
    search_fields = ["to", "error"]
    date_hierarchy = "created_at"
