"""A new password by a link, and logging in by a code: both by reading the mail of the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.factories import PASSWORD, make_user
from tests.portal.web.account.conftest import Letter, LogIn, without_tokens

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "eleven purple trams"
NEW = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


@pytest.fixture(name="link")
def _link(client: Client, bob: User, letter: Letter) -> str:
    """The link of a reset letter to Bob."""
    client.post("/password/reset/", {"email": "BOB@example.com"})
    return str(letter(NoticeKind.PASSWORD_RESET, bob.email).values["path"])


def _choose(client: Client, link: str, data: dict[str, str] | None = None) -> int:
    """Follow the link to its form and send it; the status of the answer."""
    form = client.get(link, follow=True)
    if form.status_code != 200:
        return form.status_code
    return client.post(form.request["PATH_INFO"], NEW if data is None else data).status_code


def test_a_reset_link_gives_a_new_password(client: Client, link: str, log_in: LogIn) -> None:
    assert _choose(client, link) == 302

    assert log_in(Client()).status_code == 422
    assert log_in(Client(), password=NEW_PASSWORD).status_code == 302


def test_the_secret_of_the_link_does_not_stay_in_the_address(client: Client, link: str) -> None:
    form = client.get(link, follow=True)
    assert form.request["PATH_INFO"].endswith("-set-password/")
    assert link.rstrip("/").rpartition("-")[2] not in form.content.decode()


def test_a_reset_link_works_once(client: Client, link: str) -> None:
    assert [_choose(client, link), _choose(client, link), _choose(Client(), link)] == [
        302,
        404,
        404,
    ]


def test_the_form_of_a_used_link_in_another_window_is_refused(client: Client, link: str) -> None:
    windows = [client.get(link, follow=True).request["PATH_INFO"] for _window in range(2)]
    other = NEW | {"password1": "twelve purple trams", "password2": "twelve purple trams"}

    assert [
        client.post(windows[0], NEW).status_code,
        client.post(windows[1], other).status_code,
    ] == [
        302,
        404,
    ]
    assert User.objects.get(username="bob").check_password(NEW_PASSWORD)


def test_a_reset_link_is_good_for_an_hour(client: Client, link: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert _choose(client, link) == 404
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert _choose(client, link) == 302


def test_a_reset_link_is_dead_once_the_address_was_changed(client: Client, link: str) -> None:
    User.objects.filter(username="bob").update(email="bob@elsewhere.example")
    assert _choose(client, link) == 404


def test_a_link_of_one_person_opens_no_other_account(client: Client, link: str) -> None:
    eve = make_user(username="eve")
    start, _dash, secret = link.partition("-")
    forged = f"{start.rpartition('/')[0]}/{_base36(eve.pk)}-{secret}"
    assert _choose(client, forged) == 404


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]


@pytest.mark.parametrize(
    "path", ["zzzzzzzzzzzzz-x", "0-x", "1-%00", "1-set-password", "z" * 60 + "-x"]
)
def test_a_made_up_link_is_a_page_that_says_so(client: Client, path: str) -> None:
    for answer in (client.get(f"/password/reset/{path}/"), client.post(f"/password/reset/{path}/")):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"password1": "short7!", "password2": "short7!"},
        {"password1": "bob@example.com", "password2": "bob@example.com"},
        NEW | {"password2": "another one"},
    ],
)
def test_a_weak_or_mistyped_password_is_a_422_and_the_link_stays_good(
    client: Client, link: str, data: dict[str, str]
) -> None:
    assert _choose(client, link, data) == 422
    assert _choose(client, link) == 302


def test_a_new_password_ends_every_session(
    bobs_client: Client, client: Client, link: str, letter: Letter
) -> None:
    _choose(client, link)
    assert bobs_client.get("/account/sessions/").status_code == 302
    assert letter(NoticeKind.PASSWORD_CHANGED, "bob@example.com")


@pytest.mark.parametrize("path", ["/password/reset/", "/log-in/code/"])
def test_nobody_learns_which_addresses_have_an_account(bob: User, path: str) -> None:
    answers = []
    for email in (bob.email, "eve@example.com"):
        answer = Client().post(path, {"email": email}, follow=True)
        page = without_tokens(answer.content.decode()).replace(email, "E-MAIL")
        answers.append((answer.status_code, answer.redirect_chain, page))
    assert answers[0] == answers[1]
    assert Email.objects.filter(kind=NoticeKind.UNKNOWN_ACCOUNT, to="eve@example.com").exists()


def test_a_code_opens_the_account_without_a_password(
    client: Client, bob: User, letter: Letter
) -> None:
    client.post("/log-in/code/?next=/showrooms/", {"email": bob.email, "next": "/showrooms/"})
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]

    answer = client.post("/log-in/code/confirm/", {"code": code, "next": "/showrooms/"})

    assert answer["Location"] == "/showrooms/" and client.session[SESSION_KEY] == str(bob.pk)


def test_a_code_works_once_in_its_own_browser_and_for_three_guesses(
    bob: User, letter: Letter
) -> None:
    mine, other, guesser = Client(), Client(), Client()
    mine.post("/log-in/code/", {"email": bob.email})
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]
    other.post("/log-in/code/", {"email": "eve@example.com"})

    assert other.post("/log-in/code/confirm/", {"code": code}).status_code == 422
    assert mine.post("/log-in/code/confirm/", {"code": code}).status_code == 302
    mine.post("/log-out/")
    assert mine.post("/log-in/code/confirm/", {"code": code})["Location"] == "/log-in/code/"

    guesser.post("/log-in/code/", {"email": bob.email})
    guesses = [guesser.post("/log-in/code/confirm/", {"code": "no"}) for _time in range(3)]
    assert [guess.status_code for guess in guesses] == [422, 422, 302]
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]
    guesser.post("/log-in/code/confirm/", {"code": code})
    assert SESSION_KEY not in guesser.session


def test_a_code_grows_old(client: Client, bob: User, letter: Letter) -> None:
    client.post("/log-in/code/", {"email": bob.email})
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        client.post("/log-in/code/confirm/", {"code": code})
        assert SESSION_KEY not in client.session


def test_the_password_is_no_part_of_any_page(client: Client, link: str) -> None:
    form = client.get(link, follow=True).request["PATH_INFO"]
    page = client.post(form, {"password1": PASSWORD, "password2": "another"}).content.decode()
    assert PASSWORD not in page
