"""Changing a password, username or address: asked for with the password, done with a code.

Whatever an account goes through meets at the person's row, which every act here locks first.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.accounts.errors import (
    CodeExpired,
    CodeWrong,
    NothingToConfirm,
    SameAsNow,
    TooManyCodes,
    WrongPassword,
)
from marketplace.accounts.models import Change
from marketplace.accounts.rules import (
    CODE_ATTEMPTS,
    CODE_LIFE,
    CODES_AN_HOUR,
    bare_code,
    digest,
    is_code,
    new_code,
)
from marketplace.accounts.services.addresses import move_address
from marketplace.accounts.services.closing import close_changes, waiting_changes_of
from marketplace.common.acts import act, busy_if_locked
from marketplace.common.errors import MarketplaceError
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell, write
from marketplace.parties.errors import AccountInactive
from marketplace.parties.models import User
from marketplace.parties.selectors import confirmed_owner_of
from marketplace.parties.services import (
    change_username,
    has_password,
    hashed_password,
    require_confirmed_person,
    require_free_username,
    set_password_hash,
    valid_email,
    valid_username,
)
from marketplace.parties.services.records import lock_person

_HOUR = timedelta(hours=1)


@act
def request_change(
    *, user: User, kind: Change.Kind, value: str, current_password: str, at: datetime
) -> Change:
    """Have a change wait for the code that goes out; one of the same kind that waited is void.

    The code goes to the account's address, for another address to that one. If that is somebody
    else's already, its owner is told instead, and nobody else can tell the difference.

    Raises:
        WrongPassword: the current password is not the person's.
        EmailNotConfirmed: only an unconfirmed address can be changed without being confirmed.
        TooManyCodes: five were sent within an hour.
        SameAsNow: the new value is the present one.
        UsernameTaken, PasswordTooWeak, Invalid: the new value is not possible.
        AccountInactive: the account has been deactivated.
    """
    lock_person(user)
    if not user.is_active:
        raise AccountInactive()
    if not has_password(user, current_password):
        raise WrongPassword()
    if kind != Change.Kind.EMAIL:
        require_confirmed_person(user)
    _require_patience(user, at)
    wanted = _possible(user, Change.Kind(kind), value, at)
    close_changes(waiting_changes_of(user).filter(kind=kind), Change.Status.VOID, at)
    code = new_code()
    change: Change = Change.objects.create(
        user=user,
        kind=kind,
        value=wanted,
        code_digest=digest(bare_code(code)),
        sent_to=wanted if kind == Change.Kind.EMAIL else user.email,
        expires_at=at + CODE_LIFE,
        attempts_left=CODE_ATTEMPTS,
        created_at=at,
    )
    _send(change, code, at)
    return change


def confirm_change(*, user: User, kind: Change.Kind, code: str, at: datetime) -> Change:
    """Do the person's waiting change if this is its code, and tell. Not possible inside an act.

    Raises:
        NothingToConfirm: no such change waits (any more).
        CodeExpired: the code is older than 15 minutes.
        CodeWrong: it says how many attempts are left; after the last one the change is void.
        AddressTaken, UsernameTaken: somebody else was faster; the change waits on.
        AccountInactive: the account has been deactivated.
    """
    answer = _answer(user, kind, code, at)
    if isinstance(answer, MarketplaceError):
        raise answer
    return answer


# A wrong attempt is counted for good, so it is returned: raised inside, or inside somebody else's
# transaction, it would take its own count back.
@busy_if_locked
@transaction.atomic(durable=True)
def _answer(user: User, kind: Change.Kind, code: str, at: datetime) -> Change | MarketplaceError:
    lock_person(user)
    if not user.is_active:
        return AccountInactive()
    change = waiting_changes_of(user).filter(kind=kind).first()
    if change is None:
        return NothingToConfirm()
    if change.expires_at <= at:
        return CodeExpired()
    if not is_code(code, change.code_digest):
        return _missed(change, at)
    _do(change, user, at)
    close_changes(Change.objects.filter(pk=change.pk), Change.Status.DONE, at)
    change.status = Change.Status.DONE
    return change


def _missed(change: Change, at: datetime) -> CodeWrong:
    left = change.attempts_left - 1
    this = Change.objects.filter(pk=change.pk)
    this.update(attempts_left=left, updated_at=at)
    if not left:
        close_changes(this, Change.Status.VOID, at)
    return CodeWrong(left)


def _do(change: Change, user: User, at: datetime) -> None:
    match change.kind:
        case Change.Kind.PASSWORD:
            set_password_hash(user=user, password_hash=change.value, at=at)
            tell(user=user, kind=NoticeKind.PASSWORD_CHANGED, values={}, at=at)
        case Change.Kind.USERNAME:
            former = user.username
            change_username(user=user, username=change.value, at=at)
            names = {"old": former, "new": user.username}
            tell(user=user, kind=NoticeKind.USERNAME_CHANGED, values=names, at=at)
        case Change.Kind.EMAIL:
            move_address(user=user, email=change.value, at=at)


def _require_patience(user: User, at: datetime) -> None:
    """Refuse a sixth code within an hour; it has to wait until the first of the five is older."""
    lately = Change.objects.filter(user=user, created_at__gt=at - _HOUR).order_by("-created_at")
    first = lately.values_list("created_at", flat=True)[CODES_AN_HOUR - 1 : CODES_AN_HOUR].first()
    if first is not None:
        raise TooManyCodes(math.ceil((first + _HOUR - at).total_seconds()))


def _possible(user: User, kind: Change.Kind, value: str, at: datetime) -> str:
    """The new value as it waits: a username, an address, or the hash of a password."""
    match kind:
        case Change.Kind.PASSWORD:
            wanted = hashed_password(user, value)
            is_same = has_password(user, value)
        case Change.Kind.USERNAME:
            wanted = valid_username(value)
            is_same = wanted == user.username
            require_free_username(username=wanted, user=user, at=at)
        case Change.Kind.EMAIL:
            wanted = valid_email(value)
            is_same = wanted == user.email
    if is_same:
        raise SameAsNow(field=kind.value)
    return wanted


def _send(change: Change, code: str, at: datetime) -> None:
    """Write the code to its reader, or to the owner of an address that is in use that it is."""
    user, language = change.user, change.user.language
    if change.kind == Change.Kind.EMAIL:
        owner = confirmed_owner_of(change.value)
        if owner is not None and owner.pk != user.pk:
            write(
                to=owner.email,
                language=owner.language,
                kind=NoticeKind.ADDRESS_IN_USE,
                values={"path": "/log-in/", "reset_path": "/password/reset/"},
                at=at,
            )
            return
    write(
        to=change.sent_to,
        language=language,
        kind=NoticeKind.CHANGE_CODE,
        values={
            "what": change.kind,
            "code": code,
            "path": f"/account/changes/{change.kind}/?code={code}",
            "minutes": CODE_LIFE // timedelta(minutes=1),
        },
        at=at,
        expires_at=change.expires_at,
    )
