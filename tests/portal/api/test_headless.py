"""What allauth's endpoints would stumble over is refused before it comes to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.parties.models import User
from tests.marketplace.factories import make_user

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
ROOT = "/api/auth/app/v1/"
MADE_UP: list[Any] = [
    False,
    1,
    [],
    "x",
    {"id": "x", "response": 1},
    {"id": "x", "response": {"userHandle": 1}},
    {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "MQ"}},
]


@pytest.mark.parametrize("made_up", MADE_UP)
def test_a_made_up_passkey_is_refused(ask: Ask, token_client: Ask, made_up: Any) -> None:
    body = {"name": "Key", "credential": made_up}
    known = token_client(make_user())
    for client, path in (
        (ask(), "auth/webauthn/login"),
        (known, "auth/webauthn/reauthenticate"),
        (known, "account/authenticators/webauthn"),
    ):
        answer = client.post(ROOT + path, body)
        assert answer.status_code == 400, (path, answer.content)
        assert answer.json()["errors"]


def test_a_passkey_with_an_endless_name_is_refused(token_client: Ask) -> None:
    body = {"name": "x" * 101, "credential": {"id": "x"}}
    answer = token_client(make_user()).post(f"{ROOT}account/authenticators/webauthn", body)
    assert answer.status_code == 400
    assert "name" in [error["param"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("key", ["-", "-x", " -x"])
def test_a_reset_key_that_names_nobody_is_refused_like_any_wrong_one(ask: Ask, key: Any) -> None:
    path = f"{ROOT}auth/password/reset"
    posted = ask().post(path, {"key": key, "password": "another horse in 8 showrooms"})
    read = ask().get(path, headers={"X-Password-Reset-Key": str(key).strip()})
    wrong = ask().get(path, headers={"X-Password-Reset-Key": "1-x"})
    for answer in (posted, read, wrong):
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "invalid_password_reset"


@pytest.mark.parametrize("value", [True, 7, ["x"], {"x": "y"}])
def test_what_should_be_text_is_not_taken_from_anything_else(ask: Ask, value: Any) -> None:
    right = {"email": "new@example.com", "username": "new", "password": "another horse in 8 rooms"}
    for field in right:
        answer = ask().post(f"{ROOT}auth/signup", right | {field: value})
        assert (answer.status_code, answer.json()["errors"][0]["param"]) == (400, field)
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["auth/code/request", "auth/code/confirm", "auth/login"])
def test_another_method_is_refused_whatever_the_body_says(ask: Ask, path: str) -> None:
    answer = ask().put(ROOT + path, {"phone": "x"})
    assert answer.status_code == 405 and "POST" in answer["Allow"]
    assert answer.json()["code"] == "method_not_allowed"
