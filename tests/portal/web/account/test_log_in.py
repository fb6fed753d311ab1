"""Logging in and out."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from tests.marketplace.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["bob", "BOB", "bob@example.com", "Bob@Example.COM", " bob "])
def test_a_person_logs_in_by_username_or_email(client: Client, name: str) -> None:
    person = make_user(username="bob")

    answer = client.post("/log-in/", {"username": name, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.session[SESSION_KEY] == str(person.pk)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("bob", "wrong"),
        ("nobody", PASSWORD),
        ("bob\x00", PASSWORD),
        ("", ""),
        ("b" * 300, PASSWORD),
    ],
)
def test_a_wrong_name_or_password_is_a_422_that_keeps_the_name(
    client: Client, name: str, password: str
) -> None:
    make_user(username="bob")

    answer = client.post("/log-in/", {"username": name, "password": password})

    page = answer.content.decode()
    assert answer.status_code == 422 and SESSION_KEY not in client.session
    assert "autofocus" in page and not (password and f'value="{password}"' in page)
    if name == "bob":
        assert 'value="bob"' in page and "No account has this name and password" in page


def test_nobody_learns_whether_the_name_or_the_password_was_wrong(client: Client) -> None:
    make_user(username="bob")

    texts = [
        client.post("/log-in/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("bob", "eve")
    ]

    said = [text.split('class="log-in card"')[1].replace("eve", "bob") for text in texts]
    assert _without_token(said[0]) == _without_token(said[1])


def _without_token(page: str) -> str:
    return page[: page.index("csrfmiddlewaretoken")] + page[page.index('name="next"') :]


def test_an_inactive_person_cannot_log_in(client: Client) -> None:
    make_user(username="bob", is_active=False)
    assert client.post("/log-in/", {"username": "bob", "password": PASSWORD}).status_code == 422


def test_log_in_leads_back_to_the_page_that_was_asked_for(client: Client) -> None:
    make_user(username="bob")

    form = client.get("/log-in/?next=/car-models/%3Fq%3Dx").content.decode()
    answer = client.post(
        "/log-in/", {"username": "bob", "password": PASSWORD, "next": "/car-models/?q=x"}
    )

    assert 'name="next" value="/car-models/?q=x"' in form
    assert answer["Location"] == "/car-models/?q=x"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil"]
)
def test_log_in_never_leads_to_another_site(client: Client, away: str) -> None:
    make_user(username="bob")
    answer = client.post("/log-in/", {"username": "bob", "password": PASSWORD, "next": away})
    assert answer["Location"] == "/"


def test_who_is_logged_in_does_not_see_the_form_again(customer_client: Client) -> None:
    assert customer_client.get("/log-in/?next=/showrooms/")["Location"] == "/showrooms/"


def test_log_out_takes_a_post(customer_client: Client) -> None:
    assert customer_client.get("/log-out/").status_code == 405
    assert SESSION_KEY in customer_client.session

    assert customer_client.post("/log-out/")["Location"] == "/"
    assert SESSION_KEY not in customer_client.session


def test_log_in_needs_the_csrf_token_and_says_why() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/log-in/", {"username": "bob", "password": PASSWORD})
    assert answer.status_code == 403 and "out of date" in answer.content.decode()
