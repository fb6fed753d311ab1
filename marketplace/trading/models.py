"""The tables of the trade."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.common.models import Record
from marketplace.parties.models import Customer, Party, Showroom, Supplier
from marketplace.pricing.models import LoyaltyTier, Promotion


class JobRun(models.Model):
    """One effective run of a job over a shard at a slot of the timetable."""

    class Status(models.TextChoices):
        STARTED = "started", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    job = models.CharField(_("job"), max_length=32)
    slot = models.CharField(_("slot"), max_length=64)
    shard = models.PositiveSmallIntegerField(_("shard"), default=0)
    shards = models.PositiveSmallIntegerField(_("of shards"), default=1)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.STARTED)
    at = models.DateTimeField(_("market time"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    handled = models.PositiveIntegerField(_("handled"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    report = models.JSONField(_("report"), default=dict)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "slot", "shard", "shards"], name="trading_one_run_a_slot_and_shard"
            )
        ]
        indexes = [models.Index(fields=["job", "-started_at"], name="trading_latest_runs")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot} {self.shard + 1}/{self.shards}"


class Decision(models.Model):
    """The stored explanation of one choice of a job. Append-only.

    `body` is what the rule saw: enough to work out the choice again and to say why every rival lost.
    """

    class Kind(models.TextChoices):
        MATCH = "match", _("Match of offers")
        RESTOCK = "restock", _("Restock")
        REVIEW = "review", _("Supplier review")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    run = models.ForeignKey(
        JobRun, on_delete=models.PROTECT, related_name="decisions", db_index=False
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    car_model = models.ForeignKey(
        CarModel, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    body = models.JSONField(_("why"))
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["party", "car_model", "kind"], name="trading_decisions_of_party")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Preference(Record):
    """The characteristics that a showroom wants to sell, each a must or a wish."""

    showroom = models.OneToOneField(Showroom, on_delete=models.PROTECT, related_name="preference")
    criteria = models.JSONField(_("criteria"), default=list)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"{self.showroom_id}"


class AssortmentLine(Record):
    """A car model that fits a showroom, and the supplier that it is bought from."""

    showroom = models.ForeignKey(Showroom, on_delete=models.PROTECT, related_name="assortment")
    car_model = models.ForeignKey(CarModel, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(_("rank"))
    fit = models.DecimalField(_("fit"), max_digits=5, decimal_places=4)
    missed_wishes = models.JSONField(_("wishes missed"), default=list)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, null=True, related_name="sourcings"
    )
    sourced_at = models.DateTimeField(_("supplier chosen"), null=True)
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("assortment line")
        verbose_name_plural = _("assortment lines")
        ordering = ["showroom", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["showroom", "car_model"],
                condition=Q(is_active=True),
                name="trading_one_active_line_a_car_model",
            )
        ]

    def __str__(self) -> str:
        return f"{self.showroom_id} · {self.car_model_id}"


class Offer(Record):
    """What a customer would pay at most for a car model. Its money is held while it is open."""

    class Status(models.TextChoices):
        OPEN = "open", _("Looking for a match")
        FILLED = "filled", _("Bought")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="offers")
    car_model = models.ForeignKey(
        CarModel, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    max_price_cents = models.BigIntegerField(_("most you would pay"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_price_cents__gt=0), name="trading_offer_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="trading_closed_offer_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["car_model", "max_price_cents"],
                condition=Q(status="open", is_active=True),
                name="trading_open_offers",
            ),
            models.Index(
                fields=["expires_at"], condition=Q(status="open"), name="trading_offer_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car_model} ≤ {self.max_price_cents}"


class Deal(Record):
    """Something was sold. Retail: a showroom to a customer. Wholesale: a supplier to a showroom."""

    class Kind(models.TextChoices):
        RETAIL = "retail", _("Retail")
        WHOLESALE = "wholesale", _("Wholesale")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    seller = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="sales", db_index=False
    )
    buyer = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="purchases", db_index=False
    )
    car_model = models.ForeignKey(
        CarModel, on_delete=models.PROTECT, related_name="deals", db_index=False
    )
    quantity = models.PositiveIntegerField(_("cars"))
    unit_price_cents = models.BigIntegerField(_("price of a car"))
    list_price_cents = models.BigIntegerField(_("list price"))
    discount_percent = models.DecimalField(
        _("discount, %"), max_digits=4, decimal_places=2, default=0
    )
    promotion = models.ForeignKey(
        Promotion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    loyalty_tier = models.ForeignKey(
        LoyaltyTier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    #: What loyalty counted; none in a retail deal: fewer cars than the seller's first tier asks for.
    cars_before = models.PositiveIntegerField(_("cars bought before"), null=True)
    cost_cents = models.BigIntegerField(_("what the cars had cost the seller"), null=True)
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, null=True, related_name="deal")
    run = models.ForeignKey(
        JobRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="deals", db_index=False
    )
    sold_at = models.DateTimeField(_("sold"))

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        ordering = ["-sold_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1,
                    unit_price_cents__gte=1,
                    list_price_cents__gte=F("unit_price_cents"),
                ),
                name="trading_deal_has_a_price",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="retail", offer__isnull=False, quantity=1, cost_cents__isnull=False
                )
                | Q(kind="wholesale", offer__isnull=True, cost_cents__isnull=True),
                name="trading_retail_deal_fills_an_offer",
            ),
            models.CheckConstraint(
                condition=Q(promotion__isnull=True) | Q(loyalty_tier__isnull=True),
                name="trading_discounts_never_add_up",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "sold_at"], name="trading_deals_of_seller"),
            models.Index(fields=["buyer", "sold_at"], name="trading_deals_of_buyer"),
            models.Index(fields=["car_model", "sold_at"], name="trading_deals_of_car_model"),
            models.Index(fields=["sold_at"], name="trading_deals_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
