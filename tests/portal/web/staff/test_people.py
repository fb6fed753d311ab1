"""People, as staff find them."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.accounts.models import Viewing
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_superuser,
    make_user,
)
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db

PATH = "/staff/people/"


def _found(client: Client, query: str) -> set[str]:
    page = client.get(f"{PATH}?{query}").content.decode()
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return {part.split("</b>")[0] for part in body.split("<b>")[1:]}


def test_each_person_is_shown_with_their_parties_and_state(staff_client: Client) -> None:
    person = make_customer(
        user=make_user(username="ann", first_name="Ann", last_name="Lee"), name="Ann's cars"
    ).user
    make_membership(user=person, party=make_showroom(name="Autohaus"), role="analyst")
    make_membership(user=person, party=make_showroom(name="Former"), is_active=False)

    page = staff_client.get(f"{PATH}?q=ann").content.decode()

    assert "<b>ann</b> Ann Lee" in page and "ann@example.com" in page
    assert "Ann&#x27;s cars" in page and "Autohaus" in page and "Analyst" in page
    assert "Former" not in page
    assert f'href="{PATH}{person.pk}/view-as/"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ANN", {"ann"}),
        ("q=bob@example", {"bob"}),
        ("q=smith", {"bob"}),
        ("q=autohaus", {"bob"}),
        ("q=garage", {"ann"}),
        ("q=former", set()),
        ("q=nobody", set()),
        ("q=%00", set()),
        ("state=unconfirmed", {"eve"}),
        ("state=closed", {"old"}),
        ("state=confirmed&q=example.com", {"ann", "bob", "boss"}),
        ("state=staff", {"boss"}),
    ],
)
def test_people_are_found_by_name_address_party_and_state(query: str, found: set[str]) -> None:
    make_customer(user=make_user(username="ann"), name="Garage of Anna")
    bob = make_user(username="bob", last_name="Smith")
    make_membership(user=bob, party=make_showroom(name="Autohaus"))
    make_membership(user=bob, party=make_showroom(name="Former"), is_active=False)
    make_user(username="eve", confirmed=False)
    make_user(username="old", is_active=False)
    client = Client()
    client.force_login(make_superuser(username="boss"))

    assert _found(client, query) == (found or (set() if "%00" not in query else _all()))


def _all() -> set[str]:
    """What can't be understood is told at its field, and filters nothing."""
    return {"ann", "bob", "boss", "eve", "old"}


def test_staff_and_closed_accounts_cannot_be_viewed(staff_client: Client) -> None:
    make_user(username="gone", is_active=False)
    make_user(username="clerk", is_staff=True)
    assert "view-as" not in staff_client.get(PATH).content.decode()


def test_staff_without_the_right_find_people_and_cannot_view_them() -> None:
    ann, clerk = make_user(username="ann"), Client()
    clerk.force_login(make_user(username="clerk", is_staff=True))

    page = clerk.get(PATH).content.decode()

    assert "ann@" in page and "view-as" not in page and "View as" not in page
    for ask in (clerk.get, clerk.post):
        assert ask(f"{PATH}{ann.pk}/view-as/", {"reason": "Ticket 7"}).status_code == 404
    assert not Viewing.objects.exists()


def test_filtering_replaces_the_results_alone(staff_client: Client, ask_partial: Ask) -> None:
    answer = ask_partial(staff_client, f"{PATH}?q=x", "person-results", on_page=PATH)
    assert answer.content.lstrip().startswith(b'<section id="person-results"')


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_staff_see_people(client: Client, customer_client: Client, method: str) -> None:
    member = Client()
    member.force_login(make_membership(party=make_showroom()).user)
    assert getattr(client, method)(PATH)["Location"] == f"/log-in/?next={PATH}"
    assert getattr(customer_client, method)(PATH).status_code == 404
    assert getattr(member, method)(PATH).status_code == 404


@pytest.mark.parametrize("size", [1, 24])
def test_the_page_costs_the_same_whatever_the_size(
    staff_client: Client, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    for _ in range(size):
        person = make_customer().user
        for _ in range(2):
            make_membership(user=person, party=make_showroom())
    staff_client.get(PATH)
    with django_assert_num_queries(6):
        staff_client.get(PATH)
