"""Changes that no longer wait."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, F, QuerySet, Value, When

from marketplace.accounts.errors import NothingToConfirm
from marketplace.accounts.models import Change
from marketplace.common.acts import act
from marketplace.parties.models import User
from marketplace.parties.services.records import lock_person


@act
def cancel_change(*, user: User, kind: Change.Kind, at: datetime) -> None:
    """Forget a change that waits; its code is no longer good.

    Raises:
        NothingToConfirm: none of this kind waits.
    """
    lock_person(user)
    waiting = waiting_changes_of(user).filter(kind=kind)
    if not waiting.exists():
        raise NothingToConfirm()
    close_changes(waiting, Change.Status.VOID, at)


def waiting_changes_of(user: User) -> QuerySet[Change]:
    """Everything of the person's that waits for a code, in time or not."""
    return Change.objects.active().filter(user=user, status=Change.Status.WAITING)


def close_changes(changes: QuerySet[Change], status: Change.Status, at: datetime) -> None:
    """Note what became of the changes. The hash of a password is of no use from then on."""
    kept = Case(When(kind=Change.Kind.PASSWORD, then=Value("")), default=F("value"))
    changes.update(status=status, value=kept, updated_at=at)
