"""Who may ask: a token for as long as its session lives, or a page with its CSRF token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.marketplace.factories import make_user

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


def test_a_token_from_the_log_in_opens_the_api(token_client: Ask) -> None:
    assert token_client(make_user()).get("/api/suppliers/").status_code == 200


def test_without_a_token_one_is_asked_for(ask: Ask, problem: Read) -> None:
    answer = ask().get("/api/suppliers/")
    assert problem(answer) == (401, "not_authenticated", [])
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Bearer a b", "Bearer \xe9", "bearer ."])
def test_a_bad_token_is_refused_even_where_none_is_needed(
    ask: Ask, problem: Read, header: str
) -> None:
    answer = ask().get("/api/car-models/", HTTP_AUTHORIZATION=header)
    assert problem(answer)[:2] == (401, "authentication_failed")


def test_logging_out_ends_the_token(token_client: Ask, problem: Read) -> None:
    client = token_client(make_user())
    client.delete("/api/auth/app/v1/auth/session")
    assert problem(client.get("/api/suppliers/"))[0] == 401


def test_a_deactivated_person_has_no_token(token_client: Ask, problem: Read) -> None:
    user = make_user()
    client = token_client(user)
    user.is_active = False
    user.save()
    assert problem(client.get("/api/suppliers/"))[0] == 401


def test_a_page_reads_with_its_session_and_writes_with_its_csrf_token(problem: Read) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.get("/api/suppliers/").status_code == 200
    assert problem(client.post("/api/suppliers/", {"name": "A"})) == (403, "csrf_failed", [])


def test_a_token_needs_no_csrf_token(token_client: Ask) -> None:
    client = token_client(make_user())
    client.handler.enforce_csrf_checks = True
    assert client.post("/api/suppliers/", {"name": "A"}).status_code == 201
