"""What went out by e-mail: codes, tokens, and to whom."""

from __future__ import annotations

from marketplace.accounts.models import Change
from marketplace.accounts.services import request_change
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.factories import NOW, PASSWORD

BETTER = "another horse in 9 showrooms"

#: A new value of each kind that anybody could have.
NEW_VALUES = {
    Change.Kind.PASSWORD: BETTER,
    Change.Kind.USERNAME: "anna",
    Change.Kind.EMAIL: "anna@example.com",
}


def ask(user, kind, value=None, *, password=PASSWORD, at=NOW) -> Change:
    """Ask for a change; by default to a new value that is possible."""
    wanted = NEW_VALUES[kind] if value is None else value
    return request_change(user=user, kind=kind, value=wanted, current_password=password, at=at)


def last_letter(kind: NoticeKind) -> Email:
    """The last e-mail of a kind."""
    return Email.objects.filter(kind=kind).order_by("pk").last()


def sent_code() -> str:
    """The code of the last change that somebody asked for."""
    return last_letter(NoticeKind.CHANGE_CODE).values["code"]


def token_in(letter: Email) -> str:
    """The secret in the letter's link."""
    return letter.values["path"].rstrip("/").rpartition("/")[2]


def written(kind: NoticeKind) -> list[str]:
    """To whom e-mails of a kind went, in order."""
    return list(Email.objects.filter(kind=kind).order_by("pk").values_list("to", flat=True))


def stored(user: User) -> User:
    """The person as the table has it."""
    return User.objects.get(pk=user.pk)
