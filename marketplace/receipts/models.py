"""What was answered to a request that carried a key."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Receipt(models.Model):
    """The answer to one request of one person, kept so that a repetition is answered the same."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(_("key"), max_length=255)
    request_digest = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    body = models.TextField(_("body"))
    created_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="receipts_one_answer_a_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="receipts_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.key}"
