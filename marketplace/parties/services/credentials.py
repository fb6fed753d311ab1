"""What a person logs in by: username, e-mail and password, and how each of them changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.common.acts import act, refused_by
from marketplace.common.errors import Invalid
from marketplace.parties.errors import PasswordTooWeak, UsernameTaken
from marketplace.parties.models import FormerUsername, User
from marketplace.parties.selectors import is_reserved, is_username_free
from marketplace.parties.services.records import TAKEN, fill, is_plain, lock_person

#: Hashing a password takes longer the longer it is; nobody remembers more than this.
MAX_PASSWORD_LENGTH = 1_000

#: For so long a username that was given up stays its former owner's.
RESERVED_FOR = timedelta(days=30)


@act
def change_username(*, user: User, username: str, at: datetime) -> None:
    """Give a person another username; the former one is reserved for the person for 30 days.

    Raises:
        UsernameTaken: any account has it, whatever the case of the letters, or had it just before.
        Invalid: it does not make sense as a username.
    """
    wanted = valid_username(username)
    lock_person(user)
    if wanted == user.username:
        return
    with refused_by(TAKEN):
        User.objects.filter(pk=user.pk).update(username=wanted, updated_at=at)
    FormerUsername.objects.create(
        user=user, username=user.username, reserved_until=at + RESERVED_FOR, created_at=at
    )
    require_unreserved(wanted, user, at)
    user.username = wanted


@act
def set_password(*, user: User, password: str, at: datetime) -> None:
    """Give a person another password.

    Raises:
        PasswordTooWeak: the message says what the password lacks.
    """
    set_password_hash(user=user, password_hash=hashed_password(user, password), at=at)


@act
def set_password_hash(*, user: User, password_hash: str, at: datetime) -> None:
    """Give a person the password that `hashed_password` made the hash of."""
    User.objects.filter(pk=user.pk).update(password=password_hash, updated_at=at)
    user.password = password_hash


@act
def change_email(*, user: User, email: str, at: datetime) -> None:
    """Give a person another address; whoever calls knows that the person reads its mail.

    Raises:
        AddressTaken: another active account has confirmed the address.
        Invalid: it is not an address.
    """
    wanted = valid_email(email)
    with refused_by(TAKEN):
        User.objects.filter(pk=user.pk).update(email=wanted, email_confirmed_at=at, updated_at=at)
    user.email, user.email_confirmed_at = wanted, at


@act
def change_language(*, user: User, language: str, at: datetime) -> None:
    """Speak another language with a person.

    Raises:
        Invalid: the portal does not speak it.
    """
    user.language = valid_language(language)
    User.objects.filter(pk=user.pk).update(language=language, updated_at=at)


def valid_username(username: str) -> str:
    """The username as it will be kept.

    Raises:
        Invalid: it does not make sense as one.
    """
    person = User()
    fill(person, {"username": username})
    # Once more as it will be kept: normalising can make a text longer than its column.
    fill(person, {"username": User.normalize_username(person.username)})
    if "@" in person.username:
        raise Invalid(_("A username has no @: it would read as an address."), field="username")
    return person.username


def valid_email(email: str) -> str:
    """The address as it will be kept.

    Raises:
        Invalid: it is not an address.
    """
    person = User()
    fill(person, {"email": email})
    fill(person, {"email": User.objects.normalize_email(person.email)})
    return person.email


def valid_language(language: str) -> str:
    """The language, if the portal speaks it.

    Raises:
        Invalid: it doesn't.
    """
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("The portal does not speak this language."), field="language")
    return language


def require_free_username(*, username: str, at: datetime, user: User | None = None) -> None:
    """Refuse a username that the person, or somebody new, could not have at this moment.

    A courtesy to whoever chooses one: until it is written, somebody else may take it.

    Raises:
        UsernameTaken: another account has it, or had it just before.
        Invalid: it does not make sense as a username.
    """
    if not is_username_free(valid_username(username), user or User(), at):
        raise UsernameTaken()


def require_strong_password(*, user: User, password: str) -> None:
    """Refuse a password that the person could not have.

    Raises:
        PasswordTooWeak: the message says what the password lacks.
    """
    if not isinstance(password, str) or len(password) > MAX_PASSWORD_LENGTH:
        raise PasswordTooWeak(_("A password is a text of at most 1,000 characters."))
    if not is_plain(password):
        raise PasswordTooWeak(_("A password has no control characters."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(" ".join(error.messages)) from error


def hashed_password(user: User, password: str) -> str:
    """The hash of a password that the person could have; nothing is saved.

    Raises:
        PasswordTooWeak: the message says what the password lacks.
    """
    require_strong_password(user=user, password=password)
    return make_password(password)


def has_password(user: User, password: str) -> bool:
    """Whether this is the person's password; nothing that could not be one is hashed."""
    return (
        isinstance(password, str)
        and len(password) <= MAX_PASSWORD_LENGTH
        and is_plain(password)
        and user.check_password(password)
    )


def require_unreserved(username: str, user: User, at: datetime) -> None:
    """Refuse a username that is reserved for somebody else, after it was written.

    Before the write the question would come too early: whoever gives the name up at this moment
    may not have committed. The write waits for that at the unique index, and a question that
    comes afterwards in the same transaction sees the reservation (READ COMMITTED).

    Raises:
        UsernameTaken: so it is.
    """
    if is_reserved(username, user, at):
        raise UsernameTaken()
