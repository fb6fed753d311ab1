"""Asking the API: as whom, under which key, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from marketplace.parties.models import User
from tests.marketplace.factories import PASSWORD

Ask = Callable[..., APIClient]


@pytest.fixture(name="ask")
def _ask(db: None) -> Ask:
    """A client that is logged in as somebody, or as nobody."""

    def ask(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user)
        return client

    return ask


@pytest.fixture(name="token_client")
def _token_client(db: None) -> Ask:
    """A client with an access token that it got by logging in."""

    def log_in(user: User) -> APIClient:
        client = APIClient()
        answer = client.post(
            "/api/auth/app/v1/auth/login", {"username": user.username, "password": PASSWORD}
        )
        assert answer.status_code == 200, answer.content
        token = answer.json()["meta"]["access_token"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return log_in


@pytest.fixture(name="key")
def _key() -> Callable[[], dict[str, str]]:
    """Headers with a key that was never used."""
    return lambda: {"Idempotency-Key": uuid4().hex}


@pytest.fixture(name="problem")
def _problem() -> Callable[[HttpResponse], tuple[int, str, list[str | None]]]:
    """The status, the code and the fields of a refusal."""

    def read(answer: HttpResponse) -> tuple[int, str, list[str | None]]:
        assert answer["Content-Type"] == "application/problem+json", answer.content
        body: dict[str, Any] = answer.json()  # type: ignore[attr-defined]  # of the test client
        assert body["status"] == answer.status_code and body["request_id"]
        return answer.status_code, body["code"], [error["field"] for error in body["errors"]]

    return read


@pytest.fixture(name="same_queries")
def _same_queries() -> Callable[[APIClient, str, Callable[[], object]], None]:
    """Assert that a list costs as many queries with 20 rows as with one."""

    def compare(client: APIClient, path: str, make_one: Callable[[], object]) -> None:
        counts = []
        for many in (1, 19):
            for _ in range(many):
                make_one()
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path)
            assert answer.status_code == 200, answer.content
            counts.append(len(queries))
        assert counts[0] == counts[1]

    return compare
