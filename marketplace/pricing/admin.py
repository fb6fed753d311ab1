"""What sellers announce, in the Django admin.

Deals are explained by promotions and tiers, so those end or are withdrawn here and never change.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.admin import ReadOnlyAdmin, RecordAdmin, money
from marketplace.pricing.models import Listing, LoyaltyTier, Patronage, PriceChange, Promotion
from marketplace.pricing.services import (
    deactivate_listing,
    deactivate_promotion,
    deactivate_tier,
    end_promotion,
    reactivate_listing,
)


@admin.register(Listing)
class ListingAdmin(RecordAdmin):
    """Price lists and stock."""

    list_display = [
        "car_model", "seller", money("price_cents", _("price")), "quantity",
        money("stock_cost_cents", _("cost of stock")), "pricing", "is_active",
    ]  # fmt: skip
    list_filter = ["is_active", "pricing", "seller__kind", "car_model__body_type"]
    list_select_related = ["car_model", "seller"]
    search_fields = ["seller__name", "car_model__make", "car_model__name"]
    date_hierarchy = "created_at"
    actions = ["deactivate", "reactivate"]

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Listing]) -> None:
        """Take the listings out of the market."""
        listings = queryset.select_related("car_model", "seller")
        self.act(request, listings, lambda one: deactivate_listing(listing=one, at=timezone.now()))

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Listing]) -> None:
        """Bring the listings back."""
        listings = queryset.select_related("car_model", "seller")
        self.act(request, listings, lambda one: reactivate_listing(listing=one, at=timezone.now()))


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    """The history of prices."""

    list_display = [
        "listing", money("old_price_cents", _("old price")), money("price_cents", _("price")),
        "changed_at",
    ]  # fmt: skip
    list_filter = ["listing__seller__kind"]
    list_select_related = ["listing__car_model", "listing__seller"]
    search_fields = [
        "listing__seller__name",
        "listing__car_model__make",
        "listing__car_model__name",
    ]
    date_hierarchy = "changed_at"


@admin.register(Promotion)
class PromotionAdmin(RecordAdmin):
    """Promotions past, present and coming."""

    editable = ["name", "description"]
    list_display = ["name", "seller", "percent", "starts_at", "ends_at", "covers_all", "is_active"]
    list_filter = ["is_active", "covers_all", "seller__kind", "starts_at", "ends_at"]
    list_select_related = ["seller"]
    search_fields = ["name", "description", "seller__name"]
    date_hierarchy = "starts_at"
    actions = ["end", "deactivate"]

    @admin.action(description=_("End now"), permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> None:
        """End the promotions now; those that have not begun are withdrawn."""
        self.act(request, queryset, lambda one: end_promotion(promotion=one, at=timezone.now()))

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> None:
        """End the promotions now and take them off the sellers' lists."""
        self.act(
            request, queryset, lambda one: deactivate_promotion(promotion=one, at=timezone.now())
        )


@admin.register(LoyaltyTier)
class LoyaltyTierAdmin(RecordAdmin):
    """Loyalty tiers, in force and former."""

    list_display = ["seller", "threshold", "percent", "is_active", "created_at"]
    list_filter = ["is_active", "seller__kind"]
    list_select_related = ["seller"]
    search_fields = ["seller__name"]
    date_hierarchy = "created_at"
    actions = ["deactivate"]

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[LoyaltyTier]) -> None:
        """Withdraw the tiers."""
        tiers = queryset.select_related("seller")
        self.act(request, tiers, lambda tier: deactivate_tier(tier=tier, at=timezone.now()))


@admin.register(Patronage)
class PatronageAdmin(ReadOnlyAdmin):
    """Who has bought where, and how much."""

    list_display = [
        "seller", "buyer", "cars", money("spent_cents", _("spent")), "last_deal_at"
    ]  # fmt: skip
    list_filter = ["seller__kind"]
    list_select_related = ["seller", "buyer"]
    search_fields = ["seller__name", "buyer__name"]
    date_hierarchy = "last_deal_at"
