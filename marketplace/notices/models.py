"""What people are told, and the e-mails that carry it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.models import Record
from marketplace.notices.rules import NoticeKind


def kinds() -> list[tuple[str, str]]:
    """Every kind as a choice. Called when asked, so that a new kind needs no migration."""
    return [(kind.value, kind.value) for kind in NoticeKind]


class Notice(Record):
    """One thing that one person is told. Its text is made from kind and values when it is read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=32, choices=kinds)
    values = models.JSONField(_("values"), default=dict)
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"


class Email(Record):
    """A message that has to reach an address. It waits in the table until a job has sent it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        GIVEN_UP = "given_up", _("Given up")

    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=8, default="en")
    kind = models.CharField(_("kind"), max_length=32, choices=kinds)
    values = models.JSONField(_("values"), default=dict)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    #: From then on it is of no use to its reader, and is given up instead of sent.
    expires_at = models.DateTimeField(_("expires"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status="waiting"), name="notices_emails_due"
            ),
            models.Index(
                fields=["status"], condition=~Q(status="sent"), name="notices_emails_not_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.to}"
