"""What people were told, in the Django admin."""

from __future__ import annotations

from django.contrib import admin

from marketplace.common.admin import ReadOnlyAdmin
from marketplace.notices.models import Email, Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What people were told in the portal."""

    list_display = ["kind", "user", "created_at", "read_at"]
    list_filter = ["kind", ("read_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    date_hierarchy = "created_at"


@admin.register(Email)
class EmailAdmin(ReadOnlyAdmin):
    """E-mails: sent, waiting, and given up with the server's last word."""

    list_display = ["kind", "to", "status", "attempts", "next_attempt_at", "sent_at", "error"]
    list_filter = ["status", "kind", "language"]
    search_fields = ["to", "error"]
    date_hierarchy = "created_at"
