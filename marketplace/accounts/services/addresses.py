"""Leaving an e-mail address, and taking it back by the link that was sent to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.accounts.errors import UndoGone
from marketplace.accounts.models import Change, FormerAddress
from marketplace.accounts.rules import UNDO_LIFE, digest, new_token
from marketplace.accounts.selectors import former_address_for
from marketplace.accounts.services.closing import close_changes, waiting_changes_of
from marketplace.common.acts import act, part_of_an_act
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell, write
from marketplace.parties.models import User
from marketplace.parties.services import change_email
from marketplace.parties.services.records import lock_person


@part_of_an_act
def move_address(*, user: User, email: str, at: datetime) -> None:
    """Give a person, whose row is locked, another address, and tell the old one how to undo that.

    An old address that was never confirmed may be a stranger's, mistyped: it is told nothing, and
    can't take the account.

    Raises:
        AddressTaken: another active account has confirmed the address.
    """
    old_email, was_confirmed = user.email, user.email_confirmed_at is not None
    change_email(user=user, email=email, at=at)
    # Their codes went to an address that is no longer the person's.
    elsewhere = waiting_changes_of(user).exclude(kind=Change.Kind.EMAIL)
    close_changes(elsewhere, Change.Status.VOID, at)
    addresses = {"old_email": old_email, "new_email": user.email}
    if was_confirmed:
        token = new_token()
        FormerAddress.objects.create(
            user=user,
            email=old_email,
            token_digest=digest(token),
            undo_until=at + UNDO_LIFE,
            created_at=at,
        )
        way_back = {"path": f"/account/undo/{token}/", "hours": UNDO_LIFE // timedelta(hours=1)}
        write(
            to=old_email,
            language=user.language,
            kind=NoticeKind.ADDRESS_CHANGED,
            values=addresses | way_back,
            at=at,
        )
    tell(user=user, kind=NoticeKind.ADDRESS_CHANGED, values=addresses, at=at)


@act
def undo_address_change(*, token: str, at: datetime) -> User:
    """Give a person the former address back that the link was sent to, once, within 48 hours.

    Whatever was asked for or left behind since then is void. The password stays: whoever calls
    ends the person's sessions and leads to a new one.

    Raises:
        UndoGone: the link is unknown, used, void, or too old.
        AddressTaken: another active account has confirmed the address since.
    """
    former = former_address_for(token, at)
    if former is None:
        raise UndoGone()
    user: User = former.user
    lock_person(user)
    # Once more: whoever held the row may have used this link, or an older one that voids it.
    if former_address_for(token, at) is None:
        raise UndoGone()
    left = user.email
    change_email(user=user, email=former.email, at=at)
    FormerAddress.objects.filter(pk=former.pk).update(undone_at=at, updated_at=at)
    later = FormerAddress.objects.active().filter(user=user, pk__gt=former.pk)
    later.update(is_active=False, updated_at=at)
    close_changes(waiting_changes_of(user), Change.Status.VOID, at)
    news = {"email": user.email}
    tell(user=user, kind=NoticeKind.ADDRESS_CHANGE_UNDONE, values=news, at=at)
    write(
        to=left,
        language=user.language,
        kind=NoticeKind.ADDRESS_CHANGE_UNDONE,
        values=news,
        at=at,
    )
    return user
