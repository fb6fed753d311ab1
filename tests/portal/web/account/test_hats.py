"""Hats: for whom a person acts, and how they change it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from marketplace.parties.models import User
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db

PATH = "/account/hat/"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _worn(client: Client) -> str:
    """The name on the hat that the menu marks."""
    page = client.get("/showrooms/").content.decode()
    marked = [part for part in page.split('class="hat"')[1:] if 'aria-current="true"' in part[:80]]
    assert len(marked) == 1
    return marked[0].split("<b>")[1].split("</b>")[0]


def test_a_person_puts_on_another_hat_and_lands_where_it_is_at_home() -> None:
    person = make_customer(name="Ann").user
    showroom = make_membership(user=person, party=make_showroom(name="Autohaus")).party
    client = _client(person)
    assert _worn(client) == "Ann"

    answer = client.post(PATH, {"party": showroom.pk})

    assert (answer.status_code, answer["Location"]) == (303, f"/team/{showroom.pk}/")
    assert _worn(client) == "Autohaus"
    assert client.post(PATH, {"party": person.customer.pk})["Location"] == "/account/"
    assert _worn(client) == "Ann"


def test_the_menu_says_for_whom_and_as_what() -> None:
    person = make_customer(name="Ann").user
    make_membership(user=person, party=make_supplier(name="Werk"), role="analyst")

    page = _client(person).get("/showrooms/").content.decode()

    assert "<b>Ann</b><small>Customer</small>" in page
    assert "<b>Werk</b><small>Supplier · Analyst</small>" in page


def test_a_hat_leads_to_the_page_that_was_asked_for_if_it_is_ours() -> None:
    customer = make_customer()
    client = _client(customer.user)
    for asked, lands in (("/showrooms/", "/showrooms/"), ("https://evil.example/", "/account/")):
        answer = client.post(PATH, {"party": customer.pk, "next": asked})
        assert answer["Location"] == lands


def test_the_menu_leads_back_to_where_one_was_but_not_to_another_partys_page() -> None:
    person = make_customer().user
    team = make_membership(user=person, party=make_showroom()).party
    client = _client(person)

    def back(path: str) -> bool:
        hats = client.get(path).content.decode().split('action="/account/hat/"')[1]
        return f'name="next" value="{path}"' in hats.split("</form>")[0]

    assert back("/showrooms/?q=a") and back("/account/")
    assert not back(f"/team/{team.pk}/")


@pytest.mark.parametrize("party", ["", "abc", "-1", "0", "9" * 40, "1\x00"])
def test_what_is_no_hat_of_mine_is_not_found(party: str) -> None:
    assert _client(make_customer().user).post(PATH, {"party": party}).status_code == 404


def test_nobody_wears_somebody_elses_hat() -> None:
    mine, others = make_membership(party=make_showroom()), make_membership(party=make_showroom())
    former = make_membership(user=mine.user, party=make_showroom(), is_active=False)
    closed = make_membership(user=mine.user, party=make_showroom(is_active=False))
    client = _client(mine.user)

    for party in (others.party, former.party, closed.party, make_customer()):
        assert client.post(PATH, {"party": party.pk}).status_code == 404
    assert client.post(PATH).status_code == 404


def test_a_hat_that_one_no_longer_has_falls_off() -> None:
    person = make_customer(name="Ann").user
    membership = make_membership(user=person, party=make_showroom(name="Autohaus"))
    client = _client(person)
    client.post(PATH, {"party": membership.party_id})
    assert _worn(client) == "Autohaus"

    membership.is_active = False
    membership.save()

    assert _worn(client) == "Ann"


def test_only_a_post_by_somebody_logged_in_changes_the_hat(client: Client) -> None:
    assert client.post(PATH, {"party": 1})["Location"] == f"/log-in/?next={PATH}"
    assert _client(make_customer().user).get(PATH).status_code == 405


def test_a_person_without_hats_sees_the_menu_without_them() -> None:
    page = _client(make_user()).get("/showrooms/").content.decode()
    assert 'class="hat"' not in page and "Log out" in page


def test_the_bar_costs_a_visitor_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/log-in/")


@pytest.mark.parametrize("memberships", [1, 12])
def test_the_bar_asks_for_the_hats_once_however_many(
    memberships: int,
) -> None:
    person = make_customer().user
    for _ in range(memberships):
        make_membership(user=person, party=make_showroom())
    client = _client(person)
    with CaptureQueriesContext(connection) as asked:
        client.get("/account/invitations/no-such/")
    assert _asking_for(asked, "parties_customer") == _asking_for(asked, "parties_membership") == 1


def test_a_partial_without_the_bar_does_not_ask_for_hats(
    customer_client: Client, ask_partial: Ask
) -> None:
    with CaptureQueriesContext(connection) as asked:
        ask_partial(customer_client, "/showrooms/", "showroom-results")
    assert _asking_for(asked, "parties_customer") == _asking_for(asked, "parties_membership") == 0


def _asking_for(queries: CaptureQueriesContext, table: str) -> int:
    return sum(f'FROM "{table}"' in query["sql"] for query in queries.captured_queries)


def test_who_has_not_confirmed_is_told_on_every_page() -> None:
    person = make_user(confirmed=False, email="new@example.com")
    client = _client(person)
    page = client.get("/showrooms/").content.decode()
    assert "Confirm your address <b>new@example.com</b>" in page
    assert 'action="/confirm-email/again/"' in page

    person.email_confirmed_at = person.created_at
    person.save()
    assert "Confirm your address" not in client.get("/showrooms/").content.decode()
