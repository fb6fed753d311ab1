"""Changes that wait for a code, addresses left behind, invitations, devices and viewings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from marketplace.common.models import Record
from marketplace.parties.models import Membership, Party


class Change(Record):
    """A change of a person's account that takes effect when the code sent by e-mail comes back."""

    class Kind(models.TextChoices):
        PASSWORD = "password", _("Password")
        USERNAME = "username", _("Username")
        EMAIL = "email", _("E-mail")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for the code")
        DONE = "done", _("Done")
        VOID = "void", _("No longer possible")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    #: The new username or address, or the hash of the new password.
    value = models.CharField(_("value"), max_length=255)
    code_digest = models.CharField(_("digest of the code"), max_length=64)
    sent_to = models.EmailField(_("sent to"))
    expires_at = models.DateTimeField(_("expires"))
    attempts_left = models.PositiveSmallIntegerField(_("attempts left"))
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.WAITING)

    class Meta:
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(status="waiting"),
                name="accounts_one_waiting_change_a_kind",
            )
        ]
        indexes = [models.Index(fields=["user", "created_at"], name="accounts_changes_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.user_id}"


class FormerAddress(Record):
    """An address that a change left behind. Until `undo_until` its reader can take it back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(_("former e-mail"))
    token_digest = models.CharField(_("digest of the link"), max_length=64, unique=True)
    undo_until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.email


class Invitation(Record):
    """Somebody is asked by e-mail to act for a showroom or a supplier."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="invitations")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=8, choices=Membership.Role)
    token_digest = models.CharField(_("digest of the link"), max_length=64, unique=True)
    expires_at = models.DateTimeField(_("expires"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                "party",
                Lower("email"),
                condition=Q(status="waiting"),
                name="accounts_one_waiting_invitation_an_address",
            )
        ]
        indexes = [
            models.Index(fields=["invited_by", "created_at"], name="accounts_invitations_of_user")
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.party_id}"


class Device(Record):
    """A browser or program from which a person has logged in before."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    digest = models.CharField(_("digest"), max_length=64)
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="accounts_one_record_a_device")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.created_at:%Y-%m-%d}"


class Viewing(Record):
    """An administrator looked at the portal through a person's eyes; kept as evidence."""

    administrator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.administrator_id} → {self.person_id}"
