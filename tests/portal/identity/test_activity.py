"""When a session was last seen: known to some minutes, and a page that is only read writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.marketplace.factories import make_user

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(name="visitor")
def _visitor() -> Client:
    client = Client(headers={"User-Agent": "Browser 1"})
    client.force_login(make_user())
    client.get("/robots.txt")
    return client


def _last_seen(client: Client) -> datetime:
    return UserSession.objects.get(session_key=client.session.session_key).last_seen_at


def test_a_session_is_noted_with_its_first_request(visitor: Client) -> None:
    noted = UserSession.objects.get(session_key=visitor.session.session_key)
    assert (noted.ip, noted.user_agent) == ("127.0.0.1", "Browser 1")


def test_the_next_requests_write_nothing(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # the session and the person
        visitor.get("/robots.txt")


def test_a_visit_minutes_later_is_noted(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    UserSession.objects.update(last_seen_at=LONG_AGO)
    visitor.get("/robots.txt")
    assert _last_seen(visitor) == LONG_AGO

    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)  # what was kept is over
    visitor.get("/robots.txt")
    assert _last_seen(visitor) > LONG_AGO


@pytest.mark.parametrize("changed", [{"User-Agent": "Browser 2"}, {"X-Forwarded-For": "192.0.2.9"}])
def test_another_browser_or_place_is_noted_at_once(
    visitor: Client, changed: dict[str, str], settings: object
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    UserSession.objects.update(last_seen_at=LONG_AGO)
    visitor.get("/robots.txt", headers=changed)
    assert _last_seen(visitor) > LONG_AGO


def test_a_stranger_is_not_noted(client: Client) -> None:
    client.get("/robots.txt")
    assert not UserSession.objects.exists()
