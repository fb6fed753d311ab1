"""So many requests and no more; who comes too often is told when to come back."""

from __future__ import annotations

from collections.abc import Callable
from random import SystemRandom
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.test import APIClient

from portal.api.throttling import client_address, parse_rate
from tests.marketplace.factories import make_user

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


@pytest.fixture(name="address")
def _address(settings: Any) -> str:
    """An address that nobody has asked from, and few requests for it."""
    settings.API_RATE_ANONYMOUS = "3/d"
    settings.API_RATE_PERSON = "5/d"
    settings.API_RATE_WRITES = "2/d"
    return f"10.{'.'.join(str(SystemRandom().randrange(256)) for _ in range(3))}"


def test_the_answers_count_down_and_then_refuse(ask: Ask, problem: Read, address: str) -> None:
    client = ask()
    left = [
        client.get("/api/car-models/", REMOTE_ADDR=address)["RateLimit-Remaining"] for _ in range(3)
    ]
    assert left == ["2", "1", "0"]

    refused = client.get("/api/car-models/", REMOTE_ADDR=address)
    assert problem(refused) == (429, "throttled", [])
    assert 1 <= int(refused["Retry-After"]) <= 86_400
    assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("3", "0")
    assert int(refused["RateLimit-Reset"]) >= 1


@pytest.mark.parametrize(
    "path", ["/api/nowhere", "/api/suppliers/", "/api/auth/app/v1/config", "/api/"]
)
def test_whatever_is_asked_counts(ask: Ask, problem: Read, address: str, path: str) -> None:
    for _ in range(3):
        assert ask().get(path, REMOTE_ADDR=address).status_code != 429
    refused = ask().get(path, REMOTE_ADDR=address)
    assert problem(refused)[:2] == (429, "throttled") and int(refused["Retry-After"]) >= 1


def test_guessing_tokens_counts(ask: Ask, problem: Read, address: str) -> None:
    for _ in range(3):
        answer = ask().get(
            "/api/car-models/", REMOTE_ADDR=address, headers={"Authorization": "Bearer guess"}
        )
        assert problem(answer)[0] == 401
    answer = ask().get(
        "/api/car-models/", REMOTE_ADDR=address, headers={"Authorization": "Bearer guess"}
    )
    assert problem(answer)[0] == 429


def test_a_person_is_counted_wherever_they_ask_from_and_writes_count_twice(
    ask: Ask, problem: Read, address: str
) -> None:
    del address
    client = ask(make_user())
    answers = [client.post("/api/suppliers/", {"name": name}) for name in "AB"]
    assert [(a.status_code, a["RateLimit-Remaining"]) for a in answers] == [(201, "1"), (201, "0")]
    assert problem(client.post("/api/suppliers/", {"name": "C"}))[0] == 429
    assert client.get("/api/suppliers/", REMOTE_ADDR="10.9.8.7").status_code == 200
    assert client.get("/api/suppliers/").status_code == 200
    assert problem(client.get("/api/suppliers/"))[0] == 429


def test_a_request_counts_once(ask: Ask, address: str) -> None:
    assert ask().get("/api/", REMOTE_ADDR=address)["RateLimit-Remaining"] == "2"


@pytest.mark.parametrize(
    ("proxies", "passed_on", "found"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 8.8.8.8", "7.7.7.7"),
        (1, "", "10.0.0.1"),
        (2, "7.7.7.7", "10.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "nonsense", "nonsense"),
    ],
)
def test_an_address_is_what_our_own_proxy_saw(
    settings: Any, proxies: int, passed_on: str, found: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": passed_on}
    )
    assert client_address(request) == found


def test_lying_about_the_address_helps_nobody(
    ask: Ask, problem: Read, settings: Any, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for lie in ("1.1.1.1", "2.2.2.2", "3.3.3.3"):
        ask().get("/api/", headers={"X-Forwarded-For": f"{lie}, {address}"})
    refused = ask().get("/api/", headers={"X-Forwarded-For": f"4.4.4.4, {address}"})
    assert problem(refused)[0] == 429


@pytest.mark.parametrize(
    ("rate", "parsed"), [("60/min", (60, 60)), ("5/s", (5, 1)), ("9/hour", (9, 3600))]
)
def test_a_rate_is_a_number_and_a_period(rate: str, parsed: tuple[int, int]) -> None:
    assert parse_rate(rate) == parsed
