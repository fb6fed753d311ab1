"""Accounts: how a person gets one, proves its address, and leaves."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.common.acts import act, refused_by
from marketplace.common.errors import Invalid
from marketplace.parties.errors import PasswordTooWeak
from marketplace.parties.models import Customer, User
from marketplace.parties.services.records import TAKEN, fill, is_plain, switch

#: Hashing a password takes longer the longer it is; nobody remembers more than this.
MAX_PASSWORD_LENGTH = 1_000


@act
def register_user(
    *, username: str, email: str, password: str, language: str = "en", at: datetime
) -> User:
    """Open an account; its address is not confirmed yet.

    Raises:
        AddressTaken: an active account uses the address, whatever the case of the letters.
        UsernameTaken: any account has the username, whatever the case of the letters.
        PasswordTooWeak: the message says what the password lacks.
        Invalid: another field does not make sense.
    """
    user = User(created_at=at, date_joined=at)
    fill(user, {"username": username, "email": email})
    # Once more as they will be kept: normalising can make a text longer than its column.
    fill(
        user,
        {
            "username": User.normalize_username(user.username),
            "email": User.objects.normalize_email(user.email),
        },
    )
    if "@" in user.username:
        raise Invalid(_("A username has no @: it would read as an address."), field="username")
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("The portal does not speak this language."), field="language")
    user.language = language
    _set_password(user, password)
    with refused_by(TAKEN):
        user.save(force_insert=True)
    return user


@act
def confirm_email(*, user: User, at: datetime) -> None:
    """Take note that the person reads mail at the address; the first confirmation counts."""
    User.objects.filter(pk=user.pk, email_confirmed_at=None).update(
        email_confirmed_at=at, updated_at=at
    )
    user.refresh_from_db(fields=["email_confirmed_at"])


@act
def deactivate_user(*, user: User, at: datetime) -> None:
    """Close a person's account, and with it the customer that the person is. Harmless twice."""
    switch(user, False, at)
    for customer in Customer.objects.active().filter(user=user):
        switch(customer, False, at)


@act
def reactivate_user(*, user: User, at: datetime) -> None:
    """Open a closed account again; the customer that the person was is reactivated on its own.

    Raises:
        AddressTaken: another active account uses the address by now.
    """
    with refused_by(TAKEN):
        switch(user, True, at)


def _set_password(user: User, password: str) -> None:
    if not isinstance(password, str) or len(password) > MAX_PASSWORD_LENGTH:
        raise PasswordTooWeak(_("A password is a text of at most 1,000 characters."))
    if not is_plain(password):
        raise PasswordTooWeak(_("A password has no control characters."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(" ".join(error.messages)) from error
    user.set_password(password)
