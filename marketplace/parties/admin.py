"""People, parties and memberships in the Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.admin import ReadOnlyAdmin, RecordAdmin, money
from marketplace.parties.models import (
    Customer,
    FormerUsername,
    Membership,
    Party,
    Showroom,
    Supplier,
    User,
)
from marketplace.parties.services import (
    change_details,
    deactivate_party,
    deactivate_user,
    reactivate_party,
    reactivate_user,
    remove_member,
)

_PLACE = ["name", "country", "city", "latitude", "longitude"]
_RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]


@admin.register(User)
class PersonAdmin(RecordAdmin, UserAdmin):  # type: ignore[type-arg]  # takes none when it runs
    """Accounts: who may do what in the admin, new passwords, closing and opening."""

    editable = ["first_name", "last_name", "language", "password", *_RIGHTS]
    list_display = [
        "username",
        "email",
        "email_confirmed_at",
        "is_active",
        "is_staff",
        "last_login",
    ]
    list_filter = ["is_active", "is_staff", "is_superuser", "language"]
    search_fields = ["username", "email", "first_name", "last_name"]
    date_hierarchy = "created_at"
    ordering = ["username"]
    actions = ["deactivate", "reactivate"]
    fieldsets = [
        (None, {"fields": ["username", "password", "email", "email_confirmed_at", "is_active"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "language"]}),
        (_("Rights"), {"fields": [*_RIGHTS]}),
        (_("Dates"), {"fields": ["last_login", "date_joined", "created_at", "updated_at"]}),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever may change accounts, but a superuser's only another superuser."""
        return super().has_change_permission(request, obj) and (
            _is_superuser(request.user) or not _is_superuser(obj)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Rights are given by superusers; else somebody could give them to himself."""
        fields = super().get_readonly_fields(request, obj)
        return fields if _is_superuser(request.user) else [*fields, *_RIGHTS]

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Close the accounts."""
        people = queryset if _is_superuser(request.user) else queryset.filter(is_superuser=False)
        self.act(request, people, lambda user: deactivate_user(user=user, at=timezone.now()))

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Open the accounts again."""
        people = queryset if _is_superuser(request.user) else queryset.filter(is_superuser=False)
        self.act(request, people, lambda user: reactivate_user(user=user, at=timezone.now()))


@admin.register(FormerUsername)
class FormerUsernameAdmin(ReadOnlyAdmin):
    """Usernames that were given up, and for how long they are reserved."""

    list_display = ["username", "user", "reserved_until", "created_at"]
    list_select_related = ["user"]
    search_fields = ["username", "user__username", "user__email"]
    date_hierarchy = "created_at"


@admin.register(Party)
class PartyAdmin(RecordAdmin):
    """All parties; each kind has a page of its own, where its details change."""

    change_form_template = "admin/parties/party/change_form.html"
    list_display = ["name", "kind", "country", "city", "is_active"]
    list_filter = ["is_active", "kind", "country"]
    search_fields = ["name", "city", "=id"]
    date_hierarchy = "created_at"
    actions = ["deactivate", "reactivate"]

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Party]) -> None:
        """Take the parties out of the market."""
        self.act(request, queryset, lambda party: deactivate_party(party=party, at=timezone.now()))

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Party]) -> None:
        """Let the parties take part again."""
        self.act(request, queryset, lambda party: reactivate_party(party=party, at=timezone.now()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Have the service change the details."""
        details = {name: form.cleaned_data[name] for name in form.changed_data}
        if details:
            change_details(party=obj, at=timezone.now(), **details)


@admin.register(Customer)
class CustomerAdmin(PartyAdmin):
    """Customers, and the half of their profile that a job derives."""

    editable = [*_PLACE, "phone", "birth_date"]
    list_display = [
        "name", "user", "country", "city", "segment", "deals_count",
        money("spent_cents", _("total spent")), "last_deal_at", "is_active",
    ]  # fmt: skip
    list_filter = ["is_active", "segment", "favourite_body_type", "favourite_fuel", "country"]
    list_select_related = ["user"]
    search_fields = ["name", "city", "user__username", "user__email", "=party_ptr__id"]


@admin.register(Showroom)
class ShowroomAdmin(PartyAdmin):
    """Showrooms and their policies; a policy is changed by those who act for the showroom."""

    editable = [*_PLACE, "address"]
    list_display = [
        "name", "country", "city", "markup_percent", "cover_days",
        money("cash_reserve_cents", _("cash reserve")), "assortment_size", "is_active",
    ]  # fmt: skip
    list_filter = ["is_active", "country"]
    search_fields = ["name", "city", "address", "=party_ptr__id"]


@admin.register(Supplier)
class SupplierAdmin(PartyAdmin):
    """Suppliers."""

    editable = [*_PLACE, "founded_year"]
    list_display = ["name", "country", "city", "founded_year", "is_active"]
    list_filter = ["is_active", "country"]
    search_fields = ["name", "city", "=party_ptr__id"]


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    """Who acts for whom."""

    list_display = ["user", "party", "role", "is_active", "created_at"]
    list_filter = ["is_active", "role", "party__kind"]
    list_select_related = ["user", "party"]
    search_fields = ["user__username", "user__email", "party__name"]
    date_hierarchy = "created_at"
    actions = ["deactivate"]

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        """End the memberships; the last owner stays."""
        members = queryset.select_related("user", "party")
        self.act(request, members, lambda one: remove_member(membership=one, at=timezone.now()))


def _is_superuser(user: object) -> bool:
    return bool(getattr(user, "is_superuser", False))
