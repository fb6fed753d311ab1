"""From where people log in."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.models import Device
from marketplace.common.acts import act
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell
from marketplace.parties.models import User
from marketplace.parties.services.records import is_plain, lock_person

_LONGEST = 200


@act
def note_device(*, user: User, digest: str, description: str, ip: str, at: datetime) -> bool:
    """Note that the person logs in from a device; True if it is new while others were known.

    Then the person is told, with the description as the device gave it. The first device of all
    is no news.
    """
    lock_person(user)
    known = Device.objects.filter(user=user)
    if known.filter(digest=digest).update(last_seen_at=at, updated_at=at):
        return False
    is_news = known.exists()
    Device.objects.create(user=user, digest=digest, last_seen_at=at, created_at=at)
    if is_news:
        tell(
            user=user,
            kind=NoticeKind.NEW_DEVICE,
            values={"device": _shown(description), "ip": _shown(ip), "at": at.isoformat()},
            at=at,
        )
    return is_news


def _shown(text: str) -> str | None:
    """What a stranger's program says of itself, as far as a table can hold it and a page show it."""
    return "".join(filter(is_plain, text))[:_LONGEST].strip() or None
