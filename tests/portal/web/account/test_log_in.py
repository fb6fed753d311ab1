"""Logging in by name and password, and out."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from tests.marketplace.factories import PASSWORD, make_user
from tests.portal.web.account.conftest import LogIn, without_tokens

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["bob", "BOB", "bob@example.com", "Bob@Example.COM", " bob "])
def test_a_person_logs_in_by_username_or_email(client: Client, log_in: LogIn, name: str) -> None:
    person = make_user(username="bob")

    answer = log_in(client, name)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session[SESSION_KEY] == str(person.pk)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("bob", "wrong"),
        ("nobody", PASSWORD),
        ("bob\x00", PASSWORD),
        ("", ""),
        ("b" * 300, PASSWORD),
        ("bob", "x" * 5_000),
    ],
)
def test_a_wrong_name_or_password_is_a_422_that_keeps_the_name(
    client: Client, log_in: LogIn, name: str, password: str
) -> None:
    make_user(username="bob")

    answer = log_in(client, name, password)

    page = answer.content.decode()
    assert answer.status_code == 422 and SESSION_KEY not in client.session
    assert "autofocus" in page and not (password and f'value="{password}"' in page)
    if name == "bob":
        assert 'value="bob"' in page and "No account has this name and password" in page


@pytest.mark.parametrize(
    ("known", "unknown"), [("bob", "eve"), ("bob@example.com", "eve@example.com")]
)
def test_nobody_learns_whether_the_name_or_the_password_was_wrong(
    log_in: LogIn, known: str, unknown: str
) -> None:
    make_user(username="bob")

    pages = [log_in(Client(), name, "wrong").content.decode() for name in (known, unknown)]

    said = [without_tokens(page).replace(unknown, known) for page in pages]
    assert said[0] == said[1]


def test_an_inactive_person_cannot_log_in(client: Client, log_in: LogIn) -> None:
    make_user(username="bob", is_active=False)
    assert log_in(client).status_code == 422


def test_log_in_leads_back_to_the_page_that_was_asked_for(client: Client, log_in: LogIn) -> None:
    make_user(username="bob")

    form = client.get("/log-in/?next=/car-models/%3Fq%3Dx").content.decode()
    answer = log_in(client, next="/car-models/?q=x")

    assert 'name="next" value="/car-models/?q=x"' in form
    assert answer["Location"] == "/car-models/?q=x"


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/\\evil",
        "http://[",
        "///evil.example",
        "\x00//evil.example",
    ],
)
def test_log_in_never_leads_to_another_site(client: Client, log_in: LogIn, away: str) -> None:
    make_user(username="bob")
    answer = log_in(client, next=away)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_who_is_logged_in_does_not_see_the_form_again(customer_client: Client) -> None:
    assert customer_client.get("/log-in/?next=/showrooms/")["Location"] == "/showrooms/"


@pytest.mark.parametrize(("box", "until_closed"), [({}, True), ({"remember": "on"}, False)])
def test_a_log_in_lasts_until_the_browser_is_closed_unless_asked_otherwise(
    client: Client, log_in: LogIn, box: dict[str, str], until_closed: bool
) -> None:
    make_user(username="bob")
    log_in(client, **box)
    assert client.session.get_expire_at_browser_close() is until_closed


def test_log_out_takes_a_post(customer_client: Client) -> None:
    assert "Log out?" in customer_client.get("/log-out/").content.decode()
    assert SESSION_KEY in customer_client.session

    assert customer_client.post("/log-out/")["Location"] == "/"
    assert SESSION_KEY not in customer_client.session


def test_the_entrance_is_kept_in_no_cache(client: Client, customer_client: Client) -> None:
    for who, path in ((client, "/log-in/"), (customer_client, "/account/sessions/")):
        assert "no-store" in who.get(path)["Cache-Control"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_the_entrance_knows_no_other_methods(client: Client, method: str) -> None:
    assert getattr(client, method)("/log-in/").status_code == 405


def test_log_in_needs_the_csrf_token_and_says_why() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/log-in/", {"login": "bob", "password": PASSWORD})
    assert answer.status_code == 403 and "out of date" in answer.content.decode()


def test_the_admin_has_no_entrance_of_its_own(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.request["PATH_INFO"] == "/log-in/"
    answer = client.post("/admin/login/", {"username": "boss", "password": PASSWORD})
    assert answer["Location"].startswith("/log-in/?next=")
