"""How django-allauth acts on our behalf: our services sign up and confirm, our outbox writes.

What allauth asks for is translated; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from marketplace.accounts.errors import CodeExpired
from marketplace.common.errors import MarketplaceError
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell, write
from marketplace.parties.errors import AccountInactive
from marketplace.parties.models import User
from marketplace.parties.services import (
    confirm_email,
    require_free_username,
    require_strong_password,
    set_password,
    valid_email,
)
from marketplace.trading.services.joining import join_market
from portal.identity.addresses import mirror_address
from portal.identity.devices import notice_device
from portal.identity.languages import language_for

#: allauth's name of a letter that carries a secret, or goes to a mere address → ours.
_LETTERS = {
    "account/email/email_confirmation": NoticeKind.CONFIRM_ADDRESS,
    "account/email/email_confirmation_signup": NoticeKind.CONFIRM_ADDRESS,
    "account/email/account_already_exists": NoticeKind.ADDRESS_IN_USE,
    "account/email/unknown_account": NoticeKind.UNKNOWN_ACCOUNT,
    "account/email/password_reset_key": NoticeKind.PASSWORD_RESET,
    "account/email/login_code": NoticeKind.LOG_IN_CODE,
}

#: allauth's name of a piece of news for the account's owner → ours.
_NEWS = {
    "account/email/password_changed": NoticeKind.PASSWORD_CHANGED,
    "account/email/password_reset": NoticeKind.PASSWORD_CHANGED,
    "account/email/password_set": NoticeKind.PASSWORD_CHANGED,
    "mfa/email/recovery_codes_generated": NoticeKind.RECOVERY_CODES_MADE,
    "mfa/email/totp_activated": NoticeKind.SECOND_FACTOR_ADDED,
    "mfa/email/totp_deactivated": NoticeKind.SECOND_FACTOR_REMOVED,
    "mfa/email/webauthn_added": NoticeKind.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": NoticeKind.PASSKEY_REMOVED,
}

#: How long what a letter carries is good for. A letter that waits longer need not go out.
_GOOD_FOR = {
    NoticeKind.CONFIRM_ADDRESS: timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS),
    NoticeKind.PASSWORD_RESET: timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    NoticeKind.LOG_IN_CODE: timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
}


# pylint: disable-next=abstract-method  # those about phones, which this portal doesn't ask for
class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signs people up by our services, and writes to them through the outbox."""

    def save_user(
        self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True
    ) -> User:
        """Open the account and found its party, in one act; the form has asked for both."""
        del user, commit
        data = form.cleaned_data
        joined = join_market(
            username=data["username"],
            email=data["email"],
            password=data.get("password1") or data["password"],
            language=language_for(request),
            joining_as=data["joining_as"],
            party_name=data["party_name"],
            country=data["country"],
            invitation=data["invitation"],
            at=timezone.now(),
        )
        if joined.email_confirmed_at is not None:
            self.stash_verified_email(request, joined.email)  # the invitation has proven it
        return joined

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """A username that nobody has or had until lately."""
        with _told_to_forms():
            if not shallow:
                require_free_username(username=username, at=timezone.now())
        return username

    def clean_email(self, email: str) -> str:
        """An address as it will be kept."""
        with _told_to_forms():
            return valid_email(email)

    def clean_password(self, password: str, user: User | None = None) -> str:
        """A password that is hard to guess."""
        with _told_to_forms():
            require_strong_password(user=user or User(), password=password)
        return password

    def set_password(self, user: User, password: str) -> None:
        """Give the account a password, after a reset.

        Raises:
            AccountInactive: it was closed after the letter was sent.
        """
        if not user.is_active:
            raise AccountInactive()
        set_password(user=user, password=password, at=timezone.now())

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address, unless it isn't the open account's (any more) or another has it."""
        user = email_address.user
        if not user.is_active or user.email.lower() != email_address.email:
            return False
        try:
            with transaction.atomic():
                confirm_email(user=user, at=timezone.now())
                confirmed: bool = super().confirm_email(request, email_address)
        except MarketplaceError:
            return False
        return confirmed

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Let allauth know the account's address before it looks at it.

        Raises:
            CodeExpired: the log-in is by a code to an address that the account has left since.
        """
        if about["email"] and about["email"].lower() != user.email.lower():
            clear_login(request)
            raise CodeExpired()
        mirror_address(user)
        return super().pre_login(request, user, **about)  # type: ignore[no-any-return]

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        """Log in, and tell the person if the device is new."""
        response: HttpResponse = super().post_login(request, user, **about)
        notice_device(request, response, user)
        return response

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be sent on to it: only to a page of this site."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    # Letters

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC
    ) -> str:
        """The path of the page that confirms; the letter adds the site, whatever host was asked."""
        del request
        return reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The path of the page on which a new password is chosen."""
        uidb36, _, token = key.partition("-")
        return reverse("account_reset_password_from_key", args=[uidb36, token])

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Put a letter into the outbox."""
        kind = _LETTERS[template_prefix]
        now = timezone.now()
        person = context.get("user")
        write(
            to=email,
            language=person.language if person else language_for(self.request),
            kind=kind,
            values=_letter_values(kind, context),
            at=now,
            expires_at=now + _GOOD_FOR[kind] if kind in _GOOD_FOR else None,
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: Mapping[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the account's owner what was changed."""
        del context, email
        tell(user=user, kind=_NEWS[template_prefix], values={}, at=timezone.now())


@contextmanager
def _told_to_forms() -> Iterator[None]:
    """Turn a refusal into what a form understands."""
    try:
        yield
    except MarketplaceError as refusal:
        raise ValidationError(str(refusal), code=refusal.code) from refusal


def _letter_values(kind: NoticeKind, context: Mapping[str, Any]) -> dict[str, object]:
    """What the letter says: the path of its page, the code, whom it concerns."""
    match kind:
        case NoticeKind.CONFIRM_ADDRESS:
            return {"path": context["activate_url"], "username": context["user"].username}
        case NoticeKind.PASSWORD_RESET:
            return {"path": context["password_reset_url"], "username": context["user"].username}
        case NoticeKind.LOG_IN_CODE:
            return {"code": context["code"]}
        case NoticeKind.ADDRESS_IN_USE:
            return {
                "path": reverse("account_login"),
                "reset_path": reverse("account_reset_password"),
            }
        case _:
            return {"path": reverse("account_signup")}
