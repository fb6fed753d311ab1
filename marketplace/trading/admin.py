"""The trade in the Django admin: what was wished, offered, sold, decided and run."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.admin import ReadOnlyAdmin, RecordAdmin, money
from marketplace.trading.models import AssortmentLine, Deal, Decision, JobRun, Offer, Preference
from marketplace.trading.services.offers import cancel_offer


@admin.register(Offer)
class OfferAdmin(RecordAdmin):
    """Offers, open and ended."""

    list_display = [
        "car_model", "customer", money("max_price_cents", _("at most")), "status", "created_at",
        "expires_at", "closed_at",
    ]  # fmt: skip
    list_filter = ["status", "is_active", "car_model__body_type"]
    list_select_related = ["car_model", "customer"]
    search_fields = ["customer__name", "car_model__make", "car_model__name", "=id"]
    date_hierarchy = "created_at"
    actions = ["cancel"]

    @admin.action(description=_("Cancel"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        """Take the offers off the market and give their money back."""
        self.act(
            request,
            queryset.select_related("car_model", "customer"),
            lambda offer: cancel_offer(customer=offer.customer, offer=offer, at=timezone.now()),
        )


@admin.register(Deal)
class DealAdmin(ReadOnlyAdmin):
    """What was sold."""

    list_display = [
        "id", "kind", "car_model", "quantity", "seller", "buyer",
        money("unit_price_cents", _("price of a car")), money("list_price_cents", _("list price")),
        "discount_percent", "sold_at",
    ]  # fmt: skip
    list_filter = ["kind", "car_model__body_type"]
    list_select_related = ["car_model", "seller", "buyer"]
    search_fields = ["seller__name", "buyer__name", "car_model__make", "car_model__name", "=id"]
    date_hierarchy = "sold_at"


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    """What showrooms want to sell."""

    list_display = ["showroom_name", "is_active", "updated_at"]
    list_filter = ["is_active"]
    list_select_related = ["showroom"]
    search_fields = ["showroom__name"]
    date_hierarchy = "created_at"

    @admin.display(description=_("showroom"), ordering="showroom__name")
    def showroom_name(self, preference: Preference) -> str:
        """The showroom's name; the record itself only knows its number."""
        return preference.showroom.name


@admin.register(AssortmentLine)
class AssortmentLineAdmin(ReadOnlyAdmin):
    """What fits showrooms best, and where it is bought."""

    list_display = [
        "car_model", "showroom", "rank", "fit", "supplier", "sourced_at", "is_active"
    ]  # fmt: skip
    list_filter = ["is_active", "car_model__body_type"]
    list_select_related = ["car_model", "showroom", "supplier"]
    search_fields = ["showroom__name", "supplier__name", "car_model__make", "car_model__name"]
    date_hierarchy = "created_at"


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Why the jobs chose what they chose."""

    list_display = ["id", "kind", "party", "car_model", "run", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["party", "car_model", "run"]
    search_fields = ["party__name", "car_model__make", "car_model__name", "=id"]
    date_hierarchy = "created_at"


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """What the jobs did, and when."""

    list_display = [
        "job", "slot", "shard", "shards", "status", "handled", "failed", "started_at", "finished_at"
    ]  # fmt: skip
    list_filter = ["job", "status"]
    search_fields = ["job", "slot"]
    date_hierarchy = "started_at"
