"""The ledger's two tables. Only this room touches them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.models import Record
from marketplace.ledger.addresses import WORLD


class Account(Record):
    """Somebody's money under an address. The balance is stored, and provable from the transfers."""

    address = models.CharField(_("address"), max_length=64)
    balance_cents = models.BigIntegerField(_("balance"), default=0)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(balance_cents__gte=0) | Q(address=WORLD),
                name="ledger_only_the_world_may_owe",
            ),
            models.UniqueConstraint(fields=["address"], name="ledger_one_account_an_address"),
        ]

    def __str__(self) -> str:
        return self.address


class Transfer(models.Model):
    """Money that moved from one account to another, once for its reference. Never changed."""

    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_cents = models.BigIntegerField(_("amount"))
    kind = models.CharField(_("kind"), max_length=16)
    reference = models.CharField(_("reference"), max_length=80)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    created_at = models.DateTimeField(_("moved"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="ledger_transfer_is_positive"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="ledger_transfer_has_two_accounts"
            ),
            models.UniqueConstraint(fields=["reference"], name="ledger_one_effect_a_reference"),
        ]

    def __str__(self) -> str:
        return self.reference
