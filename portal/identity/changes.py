"""What a change of an account means for its sessions and for allauth; pages and API share it."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import WrongPassword
from marketplace.accounts.models import Change
from marketplace.accounts.services import confirm_change, request_change, undo_address_change
from marketplace.common.errors import MarketplaceError
from marketplace.parties.models import User
from marketplace.parties.services import has_password, set_password_hash
from marketplace.trading.services.leaving import leave_market
from portal.identity.addresses import mirror_address


class TooManyAttempts(MarketplaceError):
    """Somebody tries passwords or codes; `retry_after` says in how many seconds to come back."""

    code = "too_many_attempts"
    message = _("That was tried too often. Please wait a minute.")
    status = 429
    retry_after = 60


def ask_for_change(
    request: HttpRequest, *, user: User, kind: Change.Kind, value: str, current_password: str
) -> Change:
    """Have a change wait for its code; the current password can't be guessed here.

    Raises:
        TooManyAttempts: five tries a minute are enough.
        MarketplaceError: as `request_change`.
    """
    _require_patience(request, user)
    return request_change(
        user=user, kind=kind, value=value, current_password=current_password, at=timezone.now()
    )


def settle_change(request: HttpRequest, *, user: User, kind: Change.Kind, code: str) -> Change:
    """Do the waiting change if this is its code. A new password ends all sessions but this one.

    Raises:
        MarketplaceError: as `confirm_change`.
    """
    change = confirm_change(user=user, kind=kind, code=code, at=timezone.now())
    user.refresh_from_db()
    mirror_address(user)
    if kind == Change.Kind.PASSWORD:
        update_session_auth_hash(request, user)
    return change


def take_address_back(request: HttpRequest, *, token: str) -> User:
    """Undo a change of an address, end all sessions, and send a letter that leads to a password.

    Somebody may have known the password who should not: it opens nothing any more.

    Raises:
        MarketplaceError: as `undo_address_change`.
    """
    with transaction.atomic():
        user = undo_address_change(token=token, at=timezone.now())
        set_password_hash(user=user, password_hash=make_password(None), at=timezone.now())
        mirror_address(user)
        request_password_reset(
            request, user.email, [user], app_settings.PASSWORD_RESET_TOKEN_GENERATOR()
        )
    end_sessions(user)
    return user


def close_account(request: HttpRequest, *, user: User, current_password: str) -> None:
    """Leave the market, if the password is right, and end all sessions.

    Raises:
        TooManyAttempts: five tries a minute are enough.
        WrongPassword: the account stays as it is.
        MarketplaceError: as `leave_market`.
    """
    _require_patience(request, user)
    if not has_password(user, current_password):
        raise WrongPassword()
    leave_market(user=user, at=timezone.now())
    logout(request)
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Log the person out everywhere, programs included."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def send_confirmation_again(request: HttpRequest, *, user: User) -> bool:
    """Write once more to an address that is not confirmed; False if that was done just before."""
    mirror_address(user)
    sent: bool = send_verification_email_for_user(request, user)
    return sent


def _require_patience(request: HttpRequest, user: User) -> None:
    if not ratelimit.consume(request, app="allauth.account", action="change_password", user=user):
        raise TooManyAttempts()
