"""allauth's endpoints stand below /api/auth/, as far as they suit, and answer like their neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from portal.api.headless import NOT_MOUNTED
from tests.marketplace.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]
ROOT = "/api/auth/app/v1/"


@pytest.mark.parametrize("path", sorted(NOT_MOUNTED))
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_what_has_an_own_way_here_is_not_there(
    token_client: Ask, problem: Read, path: str, method: str
) -> None:
    client = token_client(make_user())
    assert problem(getattr(client, method)(ROOT + path)) == (404, "not_found", [])


def test_logging_in_gives_tokens_that_turn_over(ask: Ask) -> None:
    user = make_user()
    answer = ask().post(f"{ROOT}auth/login", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200 and "RateLimit-Remaining" in answer
    refresh = answer.json()["meta"]["refresh_token"]

    renewed = ask().post(f"{ROOT}tokens/refresh", {"refresh_token": refresh}).json()["data"]
    client = ask()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {renewed['access_token']}")
    assert client.get("/api/suppliers/").status_code == 200
    assert renewed["refresh_token"] != refresh


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b"[" * 200_000, b'"a"', b'{"email": "\\u0000"}', b"9" * 5_000]
)
@pytest.mark.parametrize(
    "path", ["auth/login", "auth/signup", "auth/code/request", "tokens/refresh"]
)
def test_what_is_no_json_breaks_nothing(ask: Ask, path: str, body: bytes) -> None:
    answer = ask().post(ROOT + path, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] in ("application/problem+json", "application/json")


def test_another_method_is_a_problem_that_says_which_there_are(ask: Ask, problem: Read) -> None:
    answer = ask().get(f"{ROOT}auth/login")
    assert problem(answer) == (405, "method_not_allowed", [])
    assert "POST" in answer["Allow"]


def test_too_many_attempts_say_when_to_come_back(ask: Ask) -> None:
    user = make_user()
    for _ in range(30):
        answer = ask().post(f"{ROOT}auth/login", {"email": user.email, "password": "wrong"})
        if answer.status_code == 429:
            break
    assert answer.status_code in (400, 429)
    assert answer.status_code == 400 or int(answer["Retry-After"]) >= 1
