"""Administrators who look at the portal through a person's eyes: for a reason, and on record."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.errors import NotViewable
from marketplace.accounts.models import Viewing
from marketplace.accounts.rules import VIEWING_LIFE
from marketplace.accounts.selectors import is_administrator, may_view
from marketplace.common.acts import act
from marketplace.parties.models import User
from marketplace.parties.services.records import fill


@act
def begin_viewing(*, administrator: User, person: User, reason: str, at: datetime) -> Viewing:
    """Put on record that an administrator looks through a person's eyes, for half an hour at most.

    Raises:
        NotViewable: who asks may not; or the person is an administrator too, or is deactivated.
        Invalid: there is no reason, or one too long to keep.
    """
    if not may_view(administrator) or not person.is_active or is_administrator(person):
        raise NotViewable()
    viewing = Viewing(
        administrator=administrator,
        person=person,
        expires_at=at + VIEWING_LIFE,
        created_at=at,
    )
    fill(viewing, {"reason": reason})
    viewing.save(force_insert=True)
    return viewing


@act
def end_viewing(*, viewing: Viewing, at: datetime) -> None:
    """Note that the administrator looks no longer. Harmless twice, and when time was up anyway."""
    lasting = Viewing.objects.filter(pk=viewing.pk, ended_at=None, expires_at__gt=at)
    lasting.update(ended_at=at, updated_at=at)
    viewing.refresh_from_db(fields=["ended_at"])
