"""People at the door, and the letters that they get."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.factories import PASSWORD, make_user

Letter = Callable[[NoticeKind, str], Email]
LogIn = Callable[..., HttpResponse]

_TOKENS = re.compile(r'(csrf-token" content=|csrfmiddlewaretoken" value=)"\w+"')


def without_tokens(page: str) -> str:
    """The page without its CSRF tokens, which are different each time."""
    return _TOKENS.sub("", page)


@pytest.fixture(name="bob")
def _bob(db: None) -> User:
    del db
    return make_user(username="bob")


@pytest.fixture(name="log_in")
def _log_in() -> LogIn:
    """Log in by name and password, as the page's form does."""

    def log_in(
        client: Client, name: str = "bob", password: str = PASSWORD, **more: str
    ) -> HttpResponse:
        return client.post("/log-in/", {"login": name, "password": password} | more)

    return log_in


@pytest.fixture(name="bobs_client")
def _bobs_client(bob: User, log_in: LogIn) -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    log_in(client, bob.username)
    return client


@pytest.fixture(name="sure_client")
def _sure_client(bob: User) -> Client:
    """Bob's, after he has shown once more that it is him."""
    client = Client()
    client.force_login(bob)
    client.post("/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture(name="letter")
def _letter() -> Letter:
    """The latest letter of a kind to an address."""
    return lambda kind, to: Email.objects.filter(kind=kind, to=to).latest("pk")
