"""Tokens for programs: short, turned over with each use, and dead with their session."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from tests.marketplace.factories import make_customer, make_user
from tests.portal.identity.conftest import PASSWORD, Call
from tests.races.together import at_once


@pytest.fixture(name="tokens")
def _tokens(call: Call) -> dict[str, str]:
    user = make_user(username="clara", email="clara@example.com")
    user.set_password(PASSWORD)
    user.save()
    make_customer(user=user)
    return _log_in(call)


def _log_in(call: Call) -> dict[str, str]:
    answer = call("post", "/auth/login", {"username": "clara", "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    meta: dict[str, str] = answer.json()["meta"]
    return meta


def _refresh(call: Call, token: str) -> Any:
    return call("post", "/tokens/refresh", {"refresh_token": token})


def _who(call: Call, token: str) -> int:
    return call("get", "/api/profile/", token=token).status_code


def test_a_token_opens_the_api(call: Call, tokens: dict[str, str]) -> None:
    answer = call("get", "/api/profile/", token=tokens["access_token"])
    assert (answer.status_code, answer.json()["username"]) == (200, "clara")
    assert _who(call, tokens["access_token"][:-2] + "xx") == 401


def test_a_refresh_token_is_turned_over(call: Call, tokens: dict[str, str]) -> None:
    renewed = _refresh(call, tokens["refresh_token"]).json()["data"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert _who(call, renewed["access_token"]) == 200


def test_a_used_refresh_token_ends_everything_made_from_its_log_in(
    call: Call, tokens: dict[str, str]
) -> None:
    renewed = _refresh(call, tokens["refresh_token"]).json()["data"]
    other = _log_in(call)
    assert _refresh(call, tokens["refresh_token"]).status_code >= 400
    assert _who(call, renewed["access_token"]) == 401
    assert _refresh(call, renewed["refresh_token"]).status_code >= 400
    assert _who(call, other["access_token"]) == 200  # another log-in is another family


def test_logging_out_revokes_both_tokens(call: Call, tokens: dict[str, str]) -> None:
    assert call("delete", "/auth/session", token=tokens["access_token"]).status_code == 401
    assert _who(call, tokens["access_token"]) == 401
    assert _refresh(call, tokens["refresh_token"]).status_code >= 400
    assert Session.objects.count() == 0


@pytest.mark.parametrize("nonsense", ["", "x", "a.b.c", "\x00", 5, None, [], "é" * 5000])
def test_nonsense_is_no_refresh_token(call: Call, nonsense: object) -> None:
    assert call("post", "/tokens/refresh", {"refresh_token": nonsense}).status_code == 400


def test_an_access_token_is_no_refresh_token(call: Call, tokens: dict[str, str]) -> None:
    assert _refresh(call, tokens["access_token"]).status_code >= 400
    assert _who(call, tokens["access_token"]) == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_refresh_at_once_one_wins_and_the_family_ends(
    transactional_db: None, call: Call, tokens: dict[str, str]
) -> None:
    del transactional_db
    answers = at_once(*[lambda: _refresh(call, tokens["refresh_token"])] * 2)
    assert sorted(one.status_code == 200 for one in answers) == [False, True]
    assert _who(call, tokens["access_token"]) == 401
