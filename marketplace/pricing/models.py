"""What sellers sell for how much, what they take off, and who has bought from them."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.common.models import Record
from marketplace.common.percents import DiscountField, discount_bounds
from marketplace.parties.models import Party


class Listing(Record):
    """What a seller sells: a car model, its price and how many are left. A supplier has no limit.

    `stock_cost_cents` is what the cars left cost together; divided by the quantity it is the
    moving-average cost. Each sale takes its own share out in whole cents, so that the cost of what
    was sold and of what is left always adds up to what was paid.
    """

    class Pricing(models.TextChoices):
        AUTOMATIC = "automatic", _("Average cost plus markup")
        MANUAL = "manual", _("Set by hand")

    seller = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="listings")
    car_model = models.ForeignKey(CarModel, on_delete=models.PROTECT, related_name="listings")
    price_cents = models.BigIntegerField(_("price"))
    quantity = models.PositiveIntegerField(_("left"), null=True, blank=True)
    stock_cost_cents = models.BigIntegerField(_("cost of stock"), default=0)
    pricing = models.CharField(_("pricing"), max_length=10, choices=Pricing, default=Pricing.MANUAL)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["car_model", "price_cents", "seller"]
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "car_model"],
                condition=Q(is_active=True),
                name="pricing_one_active_listing_a_car_model",
            ),
            models.CheckConstraint(
                condition=Q(price_cents__gt=0), name="pricing_price_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gte=0),
                name="pricing_quantity_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(stock_cost_cents__gte=0), name="pricing_stock_cost_is_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["car_model", "price_cents"],
                condition=Q(is_active=True),
                name="pricing_active_listings",
            )
        ]

    def __str__(self) -> str:
        return f"{self.car_model} · {self.seller}"


class PriceChange(models.Model):
    """A listing's price from one instant on: the history behind every chart and every audit."""

    listing = models.ForeignKey(
        Listing, on_delete=models.PROTECT, related_name="price_changes", db_index=False
    )
    old_price_cents = models.BigIntegerField(_("old price"), null=True)
    price_cents = models.BigIntegerField(_("price"))
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ["-changed_at", "-pk"]
        indexes = [models.Index(fields=["listing", "changed_at"], name="pricing_price_history")]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.price_cents}"


class Promotion(Record):
    """A seller's discount for a period, on some or on all of its car models."""

    seller = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="promotions")
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    percent = DiscountField(_("discount, %"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    covers_all = models.BooleanField(_("on all car models"), default=False)
    car_models = models.ManyToManyField(
        CarModel, blank=True, related_name="+", verbose_name=_("car models")
    )

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            discount_bounds("percent", "pricing_promotion_is_a_discount"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="pricing_promotion_starts_before_it_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at", "starts_at"],
                condition=Q(is_active=True),
                name="pricing_active_promotions",
            )
        ]

    def __str__(self) -> str:
        return self.name


class LoyaltyTier(Record):
    """From so many cars bought from this seller on, so many percent off."""

    seller = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="loyalty_tiers")
    threshold = models.PositiveIntegerField(_("cars bought"), validators=[MinValueValidator(1)])
    percent = DiscountField(_("discount, %"))

    class Meta:
        verbose_name = _("loyalty tier")
        verbose_name_plural = _("loyalty tiers")
        ordering = ["seller", "threshold"]
        constraints = [
            discount_bounds("percent", "pricing_tier_is_a_discount"),
            models.CheckConstraint(condition=Q(threshold__gte=1), name="pricing_tier_needs_a_car"),
            models.UniqueConstraint(
                fields=["seller", "threshold"],
                condition=Q(is_active=True),
                name="pricing_one_active_tier_a_threshold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.threshold} → {self.percent} %"


class Patronage(Record):
    """How many cars one buyer has bought from one seller, and for how much."""

    seller = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="patrons", db_index=False
    )
    buyer = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="patronages", db_index=False
    )
    cars = models.PositiveIntegerField(_("cars bought"))
    spent_cents = models.BigIntegerField(_("spent"))
    last_deal_at = models.DateTimeField(_("last deal"))

    class Meta:
        verbose_name = _("patronage")
        verbose_name_plural = _("patronage")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "buyer"], name="pricing_one_patronage_a_pair"
            ),
        ]
        indexes = [models.Index(fields=["buyer", "cars"], name="pricing_patronage_of_buyer")]

    def __str__(self) -> str:
        return f"{self.buyer_id} at {self.seller_id}: {self.cars}"
