"""What a person was told, and how the e-mails fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from marketplace.notices.models import Email, Notice
from marketplace.parties.models import User


@dataclass(frozen=True, slots=True)
class Outbox:
    """The e-mails that have not arrived. `oldest_waiting` is an age; None if none waits."""

    waiting: int
    oldest_waiting: timedelta | None
    given_up: int


def notices_of(user: User) -> QuerySet[Notice]:
    """Everything the person was told, newest first."""
    return Notice.objects.active().filter(user=user)


def unread_count(user: User) -> int:
    """How many notices the person has not read yet."""
    return notices_of(user).filter(read_at=None).count()


def outbox(*, at: datetime) -> Outbox:
    """How many e-mails wait, for how long the oldest has waited, and how many were given up."""
    emails = Email.objects.active()
    # Two queries, because each can use the partial index of its status; one for both would read
    # every e-mail ever sent.
    waiting = emails.filter(status=Email.Status.WAITING).aggregate(
        count=Count("pk"), since=Min("created_at")
    )
    return Outbox(
        waiting=waiting["count"],
        oldest_waiting=waiting["since"] and at - waiting["since"],
        given_up=emails.filter(status=Email.Status.GIVEN_UP).count(),
    )
