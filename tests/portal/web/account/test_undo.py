"""Taking a change of an address back, by the letter that went to the former one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from marketplace.accounts.models import Change, FormerAddress
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
Letter = Callable[[NoticeKind, str], Email]


def move(client: Client, address: str) -> str:
    """Change the address of whoever is logged in; returns the path of the link that undoes it."""
    page = "/account/changes/email/"
    client.post(page, {"email": address, "current_password": PASSWORD})
    code = Email.objects.filter(kind=NoticeKind.CHANGE_CODE, to=address).latest("pk").values["code"]
    assert client.post(page, {"code": code}).status_code == 303
    told = Email.objects.filter(kind=NoticeKind.ADDRESS_CHANGED, values__has_key="path")
    path: str = told.latest("pk").values["path"]
    return path


def test_the_page_says_what_is_undone_and_does_nothing_by_itself(
    bob: User, bobs_client: Client, client: Client
) -> None:
    link = move(bobs_client, "thief@example.net")

    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200 and "no-store" in page["Cache-Control"]

    text = page.content.decode()
    assert "<b>bob@example.com</b>" in text and "<b>thief@example.net</b>" in text
    bob.refresh_from_db()
    assert bob.email == "thief@example.net"


def test_the_button_gives_the_address_back_and_ends_every_session(
    bob: User, bobs_client: Client, client: Client
) -> None:
    link = move(bobs_client, "thief@example.net")
    elsewhere = Client()
    elsewhere.force_login(bob)

    undone = client.post(link)

    assert (undone.status_code, undone["Location"]) == (303, "/password/reset/sent/")
    bob.refresh_from_db()
    assert bob.email == "bob@example.com" and bob.email_confirmed_at is not None
    mirrored = EmailAddress.objects.get(user=bob)
    assert (mirrored.email, mirrored.verified) == ("bob@example.com", True)
    assert not UserSession.objects.filter(user=bob).exists()
    for thief in (bobs_client, elsewhere):
        assert thief.get("/account/").status_code == 302
    said = client.get(undone["Location"]).content.decode()
    assert "The address of your account is bob@example.com again" in said


def test_the_old_password_opens_nothing_and_the_letter_leads_to_a_new_one(
    bob: User, bobs_client: Client, client: Client, letter: Letter
) -> None:
    client.post(move(bobs_client, "thief@example.net"))

    client.post("/log-in/", {"login": "bob", "password": PASSWORD})
    assert SESSION_KEY not in client.session

    way = client.get(letter(NoticeKind.PASSWORD_RESET, "bob@example.com").values["path"])
    new = {"password1": "nine green lorries 44", "password2": "nine green lorries 44"}
    client.post(way["Location"], new)
    client.post("/log-in/", {"login": "bob", "password": "nine green lorries 44"})
    assert client.session[SESSION_KEY] == str(bob.pk)


def test_who_undoes_while_logged_in_to_it_is_logged_out(bob: User, bobs_client: Client) -> None:
    link = move(bobs_client, "robert@example.net")

    undone = bobs_client.post(link)

    assert undone.status_code == 303 and SESSION_KEY not in bobs_client.session
    assert undone.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert bobs_client.get(undone["Location"]).status_code == 200


def test_who_is_logged_in_as_somebody_else_stays_so(bobs_client: Client) -> None:
    link, ann, anns_client = move(bobs_client, "robert@example.net"), make_user(), Client()
    anns_client.force_login(ann)

    assert anns_client.post(link).status_code == 303
    assert anns_client.session[SESSION_KEY] == str(ann.pk)


def test_a_link_works_once_in_whatever_tab(bobs_client: Client, client: Client) -> None:
    link = move(bobs_client, "robert@example.net")
    client.post(link)

    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "This link is no longer good" in answer.content.decode()
    assert Email.objects.filter(kind=NoticeKind.PASSWORD_RESET).count() == 1


def test_a_link_is_good_for_48_hours(bob: User, client: Client) -> None:
    bobs_client = Client()
    with time_machine.travel(START, tick=False) as clock:
        bobs_client.force_login(bob)
        link = move(bobs_client, "robert@example.net")
        clock.shift(timedelta(hours=48, seconds=-1))
        assert client.get(link).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert client.get(link).status_code == client.post(link).status_code == 410

    bob.refresh_from_db()
    assert bob.email == "robert@example.net"


def test_an_earlier_link_wins_over_later_changes(bob: User, bobs_client: Client) -> None:
    first = move(bobs_client, "thief@example.net")
    second = move(bobs_client, "thief@example.org")
    page = "/account/changes/username/"
    bobs_client.post(page, {"username": "thief", "current_password": PASSWORD})

    assert Client().post(first).status_code == 303

    bob.refresh_from_db()
    assert bob.email == "bob@example.com"
    assert Client().get(second).status_code == 410
    assert not Change.objects.filter(status=Change.Status.WAITING).exists()


def test_an_address_that_somebody_else_has_confirmed_since_is_refused(
    bob: User, bobs_client: Client, client: Client
) -> None:
    link = move(bobs_client, "robert@example.net")
    make_user(username="robin", email="bob@example.com")

    refused = client.post(link)

    assert refused.status_code == 422
    assert "Another account uses this e-mail address" in refused.content.decode()
    assert bobs_client.get("/account/").status_code == 200
    bob.refresh_from_db()
    assert bob.email == "robert@example.net" and bob.has_usable_password()


@pytest.mark.parametrize("token", ["x", "%00", "ﬀ" * 50, "a" * 2_000, "..", "%2e%2e"])
def test_a_link_that_never_was_is_no_longer_good(client: Client, token: str) -> None:
    for answer in (client.get, client.post):
        assert answer(f"/account/undo/{token}/").status_code == 410


def test_undoing_needs_the_csrf_token(bobs_client: Client) -> None:
    link = move(bobs_client, "robert@example.net")
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert FormerAddress.objects.get().undone_at is None
