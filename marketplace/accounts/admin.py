"""Accounts in the Django admin: to be looked at. Secrets and their digests are not shown."""

from __future__ import annotations

from django.contrib import admin

from marketplace.accounts.models import Change, Device, FormerAddress, Invitation, Viewing
from marketplace.common.admin import ReadOnlyAdmin


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """Changes that people asked for. The value stays out: it may be the hash of a password."""

    fields = ["user", "kind", "sent_to", "status", "attempts_left", "expires_at", "created_at"]
    list_display = ["user", "kind", "sent_to", "status", "expires_at", "created_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email", "sent_to"]
    date_hierarchy = "created_at"


@admin.register(FormerAddress)
class FormerAddressAdmin(ReadOnlyAdmin):
    """Addresses that people left, and whether they were taken back."""

    fields = ["user", "email", "undo_until", "undone_at", "is_active", "created_at"]
    list_display = ["email", "user", "undo_until", "undone_at", "created_at"]
    list_select_related = ["user"]
    search_fields = ["email", "user__username", "user__email"]
    date_hierarchy = "created_at"


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to act for whom."""

    fields = ["party", "email", "role", "invited_by", "status", "expires_at", "created_at"]
    list_display = ["email", "party", "role", "invited_by", "status", "expires_at", "created_at"]
    list_filter = ["status", "role"]
    list_select_related = ["party", "invited_by"]
    search_fields = ["email", "party__name", "invited_by__username"]
    date_hierarchy = "created_at"


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """From how many devices people log in, and when they did last."""

    fields = ["user", "created_at", "last_seen_at"]
    list_display = ["user", "created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    date_hierarchy = "created_at"


@admin.register(Viewing)
class ViewingAdmin(ReadOnlyAdmin):
    """Which administrator looked through whose eyes, and why."""

    list_display = ["administrator", "person", "reason", "created_at", "ended_at", "expires_at"]
    list_select_related = ["administrator", "person"]
    search_fields = ["administrator__username", "person__username", "reason"]
    date_hierarchy = "created_at"
