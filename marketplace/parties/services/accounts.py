"""Accounts: how a person gets one, proves its address, and leaves."""

from __future__ import annotations

from datetime import datetime

from marketplace.common.acts import act, refused_by
from marketplace.parties.models import Customer, User
from marketplace.parties.services.credentials import (
    hashed_password,
    require_unreserved,
    valid_email,
    valid_language,
    valid_username,
)
from marketplace.parties.services.records import TAKEN, switch


@act
def register_user(
    *, username: str, email: str, password: str, language: str = "en", at: datetime
) -> User:
    """Open an account; its address is not confirmed yet, so any number of accounts may name it.

    Raises:
        UsernameTaken: any account has the username, whatever the case of the letters, or it is
            reserved for somebody who gave it up.
        PasswordTooWeak: the message says what the password lacks.
        Invalid: another field does not make sense.
    """
    user = User(
        username=valid_username(username),
        email=valid_email(email),
        language=valid_language(language),
        created_at=at,
        date_joined=at,
    )
    user.password = hashed_password(user, password)
    with refused_by(TAKEN):
        user.save(force_insert=True)
    require_unreserved(user.username, user, at)
    return user


@act
def confirm_email(*, user: User, at: datetime) -> None:
    """Take note that the person reads mail at the address; the first confirmation counts.

    An address that changed since the person was read is not confirmed by it.

    Raises:
        AddressTaken: another active account has confirmed the address.
    """
    with refused_by(TAKEN):
        User.objects.filter(pk=user.pk, email=user.email, email_confirmed_at=None).update(
            email_confirmed_at=at, updated_at=at
        )
    user.refresh_from_db(fields=["email", "email_confirmed_at"])


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
        AddressTaken: both this and another active account have confirmed the address.
    """
    with refused_by(TAKEN):
        switch(user, True, at)
