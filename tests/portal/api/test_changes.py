"""Changing a password, username or address through the API: asked for, confirmed by the letter's code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from marketplace.accounts.models import Change, FormerAddress
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.accounts.letters import (
    BETTER,
    NEW_VALUES,
    last_letter,
    sent_code,
    stored,
    token_in,
    written,
)
from tests.marketplace.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]
PATH = "/api/account/changes/"
UNDO = "/api/account/undo/"
RESEND = "/api/account/confirmation/"
LOG_IN = "/api/auth/app/v1/auth/login"


@pytest.fixture(name="ann")
def _ann(db: None) -> User:
    del db
    return make_user(username="ann", email="ann@old.example")


def _wish(kind: str, value: str | None = None, password: str = PASSWORD) -> dict[str, str]:
    return {"value": value or NEW_VALUES[Change.Kind(kind)], "current_password": password}


def _asked(client: APIClient, kind: str, value: str | None = None) -> str:
    """Ask for a change; returns the code that was sent."""
    answer = client.post(f"{PATH}{kind}/", _wish(kind, value))
    assert answer.status_code == 202, answer.content
    return sent_code()


def _confirm(client: APIClient, kind: str, code: str) -> Any:
    return client.post(f"{PATH}{kind}/confirm/", {"code": code})


def _log_in(ask: Ask, name: str, password: str = PASSWORD) -> int:
    return ask().post(LOG_IN, {"username": name, "password": password}).status_code


def _left_address(client: APIClient) -> str:
    """Move to another address; returns the secret that the former one was sent."""
    assert _confirm(client, "email", _asked(client, "email")).status_code == 200
    letters = Email.objects.filter(kind=NoticeKind.ADDRESS_CHANGED, to="ann@old.example")
    return token_in(letters.get(values__has_key="path"))


@pytest.mark.parametrize("kind", ["password", "username", "email"])
def test_a_change_waits_for_its_code_and_says_where_it_went(
    ask: Ask, problem: Read, ann: User, kind: str
) -> None:
    client = ask(ann)
    assert problem(client.get(f"{PATH}{kind}/"))[0] == 404

    answer = client.post(f"{PATH}{kind}/", _wish(kind))

    sent_to = "anna@example.com" if kind == "email" else ann.email
    change = Change.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {
        "kind": kind,
        "status": "waiting",
        "sent_to": sent_to,
        "expires_at": change.expires_at.isoformat().replace("+00:00", "Z"),
        "attempts_left": 5,
    }
    assert client.get(f"{PATH}{kind}/").json() == answer.json()
    assert written(NoticeKind.CHANGE_CODE) == [sent_to]
    assert sent_code() not in answer.content.decode()
    now = stored(ann)
    assert (now.username, now.email, now.password) == (ann.username, ann.email, ann.password)


def test_a_password_changes_with_its_code_and_every_token_ends(
    ask: Ask, token_client: Ask, problem: Read, ann: User
) -> None:
    client, elsewhere = token_client(ann), token_client(ann)

    answer = _confirm(client, "password", _asked(client, "password"))

    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert problem(client.get("/api/profile/"))[0] == 401
    assert problem(elsewhere.get("/api/profile/"))[0] == 401
    assert (_log_in(ask, "ann"), _log_in(ask, "ann", BETTER)) == (400, 200)
    assert Notice.objects.get(user=ann).kind == "password_changed"


def test_a_page_stays_logged_in_when_it_changed_the_password(ask: Ask, ann: User) -> None:
    client, elsewhere = ask(ann), ask(ann)
    assert _confirm(client, "password", _asked(client, "password")).status_code == 200
    assert client.get("/api/profile/").status_code == 200
    assert elsewhere.get("/api/profile/").status_code == 401


def test_a_username_changes_with_its_code_and_is_reserved(
    ask: Ask, token_client: Ask, problem: Read, ann: User
) -> None:
    client = token_client(ann)

    assert _confirm(client, "username", _asked(client, "username")).status_code == 200

    assert client.get("/api/profile/").json()["username"] == "anna"
    assert (_log_in(ask, "ann"), _log_in(ask, "anna")) == (400, 200)
    eve = ask(make_user())
    answer = eve.post(f"{PATH}username/", _wish("username", "Ann"))
    assert problem(answer) == (409, "username_taken", ["value"])
    assert _confirm(client, "username", _asked(client, "username", "ann")).status_code == 200


def test_an_address_changes_with_the_code_sent_to_it_and_the_former_one_is_told(
    ask: Ask, token_client: Ask, ann: User
) -> None:
    client = token_client(ann)

    _left_address(client)

    body = client.get("/api/profile/").json()
    assert (body["email"], body["email_confirmed"]) == ("anna@example.com", True)
    assert set(written(NoticeKind.ADDRESS_CHANGED)) == {"ann@old.example", "anna@example.com"}
    answer = ask().post(LOG_IN, {"email": "anna@example.com", "password": PASSWORD})
    assert answer.status_code == 200


def test_whoever_asks_for_an_address_in_use_can_not_tell(ask: Ask, ann: User) -> None:
    make_user(email="bob@example.com")
    client = ask(ann)
    free = client.post(f"{PATH}email/", _wish("email", "free@example.com"))
    used = client.post(f"{PATH}email/", _wish("email", "bob@example.com"))
    assert used.status_code == free.status_code == 202
    assert used.json().keys() == free.json().keys()
    assert used.json()["sent_to"] == "bob@example.com"
    assert written(NoticeKind.CHANGE_CODE) == ["free@example.com"]
    assert written(NoticeKind.ADDRESS_IN_USE) == ["bob@example.com"]


def test_wrong_codes_count_and_the_last_one_ends_it(ask: Ask, problem: Read, ann: User) -> None:
    client = ask(ann)
    code = _asked(client, "username")
    for left in (4, 3, 2, 1):
        assert problem(_confirm(client, "username", "AAAA-AAAA")) == (422, "code_wrong", ["code"])
        assert client.get(f"{PATH}username/").json()["attempts_left"] == left
    assert problem(_confirm(client, "username", "AAAA-AAAA"))[1] == "code_wrong"

    assert problem(_confirm(client, "username", code))[:2] == (409, "nothing_to_confirm")
    assert problem(client.get(f"{PATH}username/"))[0] == 404
    assert stored(ann).username == "ann"


def test_so_many_codes_are_sent_and_a_refusal_says_when_to_come_back(
    ask: Ask, problem: Read, ann: User
) -> None:
    client = ask(ann)
    for number in range(5):
        _asked(client, "username", f"anna{number}")

    answer = client.post(f"{PATH}email/", _wish("email"))

    assert problem(answer) == (429, "too_many_attempts", [])
    assert int(answer["Retry-After"]) >= 1
    assert Email.objects.count() == Change.objects.count() == 5


def test_five_codes_an_hour_wherever_they_were_asked_for(
    ask: Ask, problem: Read, ann: User
) -> None:
    digests = {"code_digest": "x", "sent_to": ann.email, "attempts_left": 0, "status": "void"}
    for minutes in range(5):
        at = timezone.now() - timedelta(minutes=10 * minutes)
        Change.objects.create(
            user=ann, kind="username", expires_at=at, created_at=at, **digests  # type: ignore[misc]
        )

    answer = ask(ann).post(f"{PATH}username/", _wish("username"))

    assert problem(answer) == (429, "too_many_codes", [])
    assert 20 * 60 - 60 < int(answer["Retry-After"]) <= 20 * 60
    assert not Email.objects.exists()


def test_the_password_is_not_guessed_by_asking_for_changes(
    ask: Ask, problem: Read, ann: User
) -> None:
    client = ask(ann)
    for _ in range(5):
        answer = client.post(f"{PATH}password/", _wish("password", password="guess"))
        assert problem(answer) == (422, "wrong_password", ["current_password"])
    answer = client.post(f"{PATH}password/", _wish("password"))
    assert problem(answer)[0] == 429 and int(answer["Retry-After"]) >= 1
    assert not Change.objects.exists()


def test_a_code_that_expired_does_nothing(ask: Ask, problem: Read, ann: User) -> None:
    client = ask(ann)
    code = _asked(client, "username")
    Change.objects.update(expires_at=timezone.now())
    assert problem(_confirm(client, "username", code)) == (422, "code_expired", ["code"])
    assert problem(client.get(f"{PATH}username/"))[0] == 404
    assert stored(ann).username == "ann"


def test_a_code_works_once_and_for_its_kind(ask: Ask, problem: Read, ann: User) -> None:
    client = ask(ann)
    code = _asked(client, "username")
    assert problem(_confirm(client, "email", code))[:2] == (409, "nothing_to_confirm")
    assert _confirm(client, "username", code.lower().replace("-", " ")).status_code == 200
    assert problem(_confirm(client, "username", code))[:2] == (409, "nothing_to_confirm")


def test_somebody_elses_code_is_worth_nothing(ask: Ask, problem: Read, ann: User) -> None:
    code = _asked(ask(ann), "username")
    eve = ask(eve_ := make_user(username="eve"))
    assert problem(_confirm(eve, "username", code))[:2] == (409, "nothing_to_confirm")
    _asked(eve, "username", "eva")
    assert problem(_confirm(eve, "username", code))[:2] == (422, "code_wrong")
    assert problem(eve.get(f"{PATH}email/"))[0] == 404
    assert stored(eve_).username == "eve" and stored(ann).username == "ann"
    assert Change.objects.get(user=ann).attempts_left == 5


def test_a_code_to_an_address_that_was_left_no_longer_works(
    ask: Ask, problem: Read, ann: User
) -> None:
    client = ask(ann)
    code = _asked(client, "username")
    _left_address(client)
    assert problem(_confirm(client, "username", code))[:2] == (409, "nothing_to_confirm")
    assert stored(ann).username == "ann"


def test_an_address_that_somebody_confirmed_meanwhile_is_taken(
    ask: Ask, problem: Read, ann: User
) -> None:
    client = ask(ann)
    code = _asked(client, "email")
    make_user(email="Anna@example.com")
    assert problem(_confirm(client, "email", code))[:2] == (409, "email_taken")
    assert stored(ann).email == "ann@old.example"


def test_a_change_is_forgotten_once(ask: Ask, problem: Read, ann: User) -> None:
    client = ask(ann)
    code = _asked(client, "username")
    assert client.delete(f"{PATH}username/").status_code == 204
    assert problem(client.delete(f"{PATH}username/"))[:2] == (404, "not_found")
    assert problem(_confirm(client, "username", code))[:2] == (409, "nothing_to_confirm")


def test_an_address_is_taken_back_once_and_whoever_had_the_password_is_out(
    ask: Ask, token_client: Ask, problem: Read, ann: User
) -> None:
    thief = token_client(ann)
    token = _left_address(thief)

    assert ask().post(UNDO, {"token": token}).status_code == 204

    assert (stored(ann).email, stored(ann).has_usable_password()) == ("ann@old.example", False)
    assert problem(thief.get("/api/profile/"))[0] == 401
    assert _log_in(ask, "ann") == 400
    assert last_letter(NoticeKind.PASSWORD_RESET).to == "ann@old.example"
    assert problem(ask().post(UNDO, {"token": token}))[:2] == (409, "undo_gone")


@pytest.mark.parametrize(("hours", "status"), [(47, 204), (48, 409)])
def test_an_address_is_taken_back_within_48_hours(
    ask: Ask, ann: User, hours: int, status: int
) -> None:
    token = _left_address(ask(ann))
    former = FormerAddress.objects.get()
    former.undo_until -= timedelta(hours=hours)
    former.save()
    assert ask().post(UNDO, {"token": token}).status_code == status
    assert stored(ann).email == ("ann@old.example" if status == 204 else "anna@example.com")


#: What an unconfirmed person is refused, by its kind.
UNCONFIRMED = {"password": 403, "username": 403, "email": 202}


@pytest.mark.parametrize("kind", UNCONFIRMED)
def test_an_unconfirmed_person_corrects_the_address_and_nothing_else(
    ask: Ask, problem: Read, kind: str
) -> None:
    answer = ask(make_user(confirmed=False)).post(f"{PATH}{kind}/", _wish(kind))
    assert answer.status_code == UNCONFIRMED[kind]
    if kind != "email":
        assert problem(answer) == (403, "email_not_confirmed", [])
        assert not Email.objects.exists()


def test_the_confirming_letter_is_sent_again_seldom(ask: Ask) -> None:
    client = ask(make_user(confirmed=False, email="new@example.com"))
    answers = [client.post(RESEND) for _ in range(3)]
    assert [(one.status_code, one.json()) for one in answers] == [
        (202, {"sent": True}),
        (202, {"sent": False}),
        (202, {"sent": False}),
    ]
    assert written(NoticeKind.CONFIRM_ADDRESS) == ["new@example.com"]


def test_who_is_confirmed_or_nobody_gets_no_confirming_letter(
    ask: Ask, problem: Read, ann: User
) -> None:
    assert ask(ann).post(RESEND).json() == {"sent": False}
    assert problem(ask().post(RESEND))[0] == 401
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "email/"), ("post", "email/"), ("delete", "email/"), ("post", "email/confirm/")],
)
def test_nobody_has_no_changes(ask: Ask, problem: Read, method: str, path: str) -> None:
    assert problem(getattr(ask(), method)(f"{PATH}{path}"))[0] == 401


@pytest.mark.parametrize("kind", ["phone", "Email", "email%00", "1", "emails"])
def test_what_is_no_kind_of_change_is_not_found(
    ask: Ask, problem: Read, ann: User, kind: str
) -> None:
    assert problem(ask(ann).post(f"{PATH}{kind}/", _wish("email")))[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("changes/email/", {}, ["current_password", "value"]),
        ("changes/email/", {"value": None, "current_password": PASSWORD}, ["value"]),
        ("changes/email/", {"value": ["a@b.example"], "current_password": PASSWORD}, ["value"]),
        ("changes/email/", _wish("email") | {"user": 1}, ["user"]),
        ("changes/email/", _wish("email") | {"value": "x" * 1_001}, ["value"]),
        ("changes/email/confirm/", {}, ["code"]),
        ("changes/email/confirm/", {"code": {}}, ["code"]),
        ("changes/email/confirm/", {"code": "A" * 33}, ["code"]),
        ("changes/email/confirm/", {"code": "A", "value": "b@example.com"}, ["value"]),
        ("undo/", {}, ["token"]),
        ("undo/", {"token": 1.5, "email": "x"}, ["email"]),
        ("undo/", {"token": []}, ["token"]),
        ("undo/", {"token": "a\x00"}, ["token"]),
    ],
)
def test_a_senseless_request_names_its_fields(
    ask: Ask, problem: Read, ann: User, path: str, body: Any, fields: list[str]
) -> None:
    answer = ask(ann).post(f"/api/account/{path}", body, format="json")
    status, _, named = problem(answer)
    assert (status, sorted(map(str, named))) == (400, fields)


@pytest.mark.parametrize(
    ("kind", "value", "status", "code"),
    [
        ("email", "nobody", 422, "invalid"),
        ("email", "ann@old.example", 422, "same_as_now"),
        ("username", "ann", 422, "same_as_now"),
        ("username", "a b", 422, "invalid"),
        ("username", "BOB", 409, "username_taken"),
        ("password", "12345678", 422, "password_too_weak"),
        ("password", PASSWORD, 422, "same_as_now"),
    ],
)
def test_an_impossible_value_is_refused_and_no_code_sent(
    ask: Ask, problem: Read, ann: User, kind: str, value: str, status: int, code: str
) -> None:
    make_user(username="bob")
    answer = ask(ann).post(f"{PATH}{kind}/", _wish(kind, value))
    assert problem(answer) == (status, code, ["value"])
    assert not Email.objects.exists()
