"""Where somebody is logged in, and ending it there."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.test import Client

from marketplace.parties.models import User
from tests.marketplace.factories import make_user
from tests.portal.web.account.conftest import LogIn

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Mobile Safari/604.1"


@pytest.fixture(name="phone")
def _phone(bob: User, log_in: LogIn) -> Client:
    client = Client(headers={"User-Agent": PHONE}, REMOTE_ADDR="198.51.100.7")
    log_in(client, bob.username)
    return client


def _session_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_each_session_says_its_device_and_address(bobs_client: Client, phone: Client) -> None:
    page = bobs_client.get("/account/sessions/").content.decode()
    assert page.index("Firefox, Linux") < page.index("This device") < page.index("Chrome, iPhone")
    assert "198.51.100.7" in page and phone.session.session_key not in page


def test_ending_a_session_logs_that_device_out_at_once(bobs_client: Client, phone: Client) -> None:
    assert phone.get("/account/sessions/").status_code == 200

    bobs_client.post(f"/account/sessions/{_session_of(phone).pk}/end/")

    assert phone.get("/account/sessions/")["Location"] == "/log-in/?next=/account/sessions/"
    assert bobs_client.get("/account/sessions/").status_code == 200


def test_ending_the_session_in_use_logs_out(bobs_client: Client) -> None:
    answer = bobs_client.post(f"/account/sessions/{_session_of(bobs_client).pk}/end/")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert SESSION_KEY not in bobs_client.session and not UserSession.objects.exists()


def test_all_other_devices_are_logged_out_by_one_button(bobs_client: Client, phone: Client) -> None:
    assert "Log out all other devices" in bobs_client.get("/account/sessions/").content.decode()
    bobs_client.post("/account/sessions/")
    assert phone.get("/account/sessions/").status_code == 302
    page = bobs_client.get("/account/sessions/").content.decode()
    assert "All other devices are logged out" in page and "iPhone" not in page


def test_another_person_s_session_does_not_exist(phone: Client, log_in: LogIn) -> None:
    make_user(username="eve")
    eve = Client()
    log_in(eve, "eve")
    assert eve.post(f"/account/sessions/{_session_of(phone).pk}/end/").status_code == 404
    assert phone.get("/account/sessions/").status_code == 200


def test_a_session_ends_only_by_a_post_of_its_owner(client: Client, phone: Client) -> None:
    path = f"/account/sessions/{_session_of(phone).pk}/end/"
    assert client.post(path)["Location"] == f"/log-in/?next={path}"
    assert phone.get(path).status_code == 405
    assert phone.get("/account/sessions/").status_code == 200
