"""Oneself through the API: who one is, as whom one acts, becoming a customer, founding, leaving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.parties.models import Customer, Membership, Party, User
from marketplace.trading.models import Offer
from tests.conftest import prove
from tests.market import Market, money_of
from tests.marketplace.accounts.letters import stored
from tests.marketplace.factories import (
    PASSWORD,
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)
from tests.portal.api.sellers import make_cast

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]
PATH = "/api/profile/"
CUSTOMER = f"{PATH}customer/"
CLOSE = f"{PATH}close/"
LOG_IN = "/api/auth/app/v1/auth/login"


def test_a_person_sees_who_they_are_and_as_whom_they_can_act(ask: Ask) -> None:
    person = make_user(username="ann", email="ann@example.com", language="es")
    showroom = make_membership(
        user=person, party=make_showroom(name="Autohaus"), role="analyst"
    ).party
    make_membership(user=person, party=make_showroom(is_active=False))
    make_membership(user=person, party=make_supplier(), is_active=False)

    assert ask(person).get(PATH).json() == {
        "id": person.pk,
        "username": "ann",
        "email": "ann@example.com",
        "email_confirmed": True,
        "language": "es",
        "hats": [{"party": showroom.pk, "kind": "showroom", "name": "Autohaus", "role": "analyst"}],
        "customer": None,
    }


def test_a_customer_sees_what_they_told_and_what_was_derived(ask: Ask) -> None:
    customer = make_customer(
        user=make_user(confirmed=False), name="Ann", country="ES", city="Sevilla",
        birth_date=date(1990, 2, 3), latitude=Decimal("37.3891"), deals_count=2,
        spent_cents=4_000_050, cheapest_cents=1_900_000, favourite_make="Aurora",
    )  # fmt: skip

    body = ask(customer.user).get(PATH).json()

    assert body["email_confirmed"] is False
    assert body["hats"] == [{"party": customer.pk, "kind": "customer", "name": "Ann", "role": None}]
    told = {key: value for key, value in body["customer"].items() if key != "derived"}
    assert told == {
        "id": customer.pk, "name": "Ann", "country": "ES", "city": "Sevilla",
        "latitude": "37.3891", "longitude": None, "phone": "", "birth_date": "1990-02-03",
    }  # fmt: skip
    derived = body["customer"]["derived"]
    assert (derived["spent"], derived["cheapest"], derived["dearest"]) == (
        "40000.50", "19000.00", None,
    )  # fmt: skip
    assert (derived["favourite_make"], derived["deals_count"]) == ("Aurora", 2)
    assert derived["last_deal_at"] is None


@pytest.mark.parametrize(
    "who",
    ["person", "customer", "staff", "showroom owner", "showroom analyst", "supplier manager"],
)
def test_everybody_sees_and_changes_nobody_but_themselves(ask: Ask, who: str) -> None:
    cast = make_cast()
    person = cast.people[who]
    assert person is not None
    before = set(User.objects.exclude(pk=person.pk).values_list("pk", "language", "updated_at"))
    client = ask(person)

    assert client.get(PATH).json()["username"] == person.username
    answer = client.patch(PATH, {"language": "ru"})

    assert (answer.status_code, answer.json()["language"]) == (200, "ru")
    assert stored(person).language == "ru"
    assert before == set(
        User.objects.exclude(pk=person.pk).values_list("pk", "language", "updated_at")
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", PATH), ("patch", PATH), ("post", CUSTOMER), ("patch", CUSTOMER), ("post", CLOSE)],
)
def test_nobody_has_no_profile(ask: Ask, problem: Read, method: str, path: str) -> None:
    assert problem(getattr(ask(), method)(path))[0] == 401


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "language"),
        ({"language": None}, 400, "language"),
        ({"language": ["es"]}, 400, "language"),
        ({"language": "x" * 9}, 400, "language"),
        ({"language": "xx"}, 422, "language"),
        ({"language": "es", "username": "eve"}, 400, "username"),
        ({"language": "es", "email": "eve@example.com"}, 400, "email"),
        ({"language": "es", "is_staff": True}, 400, "is_staff"),
        ({"language": "es", "email_confirmed": True}, 400, "email_confirmed"),
    ],
)
def test_only_the_language_changes_without_a_code(
    ask: Ask, problem: Read, body: Any, status: int, field: str
) -> None:
    person = make_user(language="en", confirmed=False)
    answer = ask(person).patch(PATH, body, format="json")
    assert problem(answer)[::2] == (status, [field])
    now = stored(person)
    assert (now.language, now.username, now.is_staff) == ("en", person.username, False)
    assert now.email_confirmed_at is None


def test_a_person_becomes_a_customer_once(ask: Ask, problem: Read) -> None:
    client = ask(person := make_user())

    answer = client.post(CUSTOMER, {"name": "Ann", "country": "ES", "birth_date": "1990-02-03"})

    customer = Customer.objects.get(user=person)
    assert (answer.status_code, answer.json()["customer"]["id"]) == (201, customer.pk)
    assert (customer.name, customer.country.code) == ("Ann", "ES")
    assert [hat["party"] for hat in answer.json()["hats"]] == [customer.pk]
    assert problem(client.post(CUSTOMER, {"name": "Twice"})) == (409, "already_customer", [])
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": None}, ["name"]),
        ({"name": ["a"]}, ["name"]),
        ({"name": "a\x00b"}, ["name"]),
        ({"country": "XX"}, ["country"]),
        ({"latitude": "91"}, ["latitude"]),
        ({"latitude": "north"}, ["latitude"]),
        ({"birth_date": "yesterday"}, ["birth_date"]),
        ({"id": 1}, ["id"]),
        ({"user": 1}, ["user"]),
        ({"spent_cents": 1}, ["spent_cents"]),
        ({"derived": {"spent": "1.00"}}, ["derived"]),
        ({"segment": "vip", "balance": "1"}, ["balance", "segment"]),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_senseless_detail_names_its_field(
    ask: Ask, problem: Read, method: str, change: Any, fields: list[str]
) -> None:
    person = make_user()
    if method == "patch":
        make_customer(user=person, name="Ann")
    answer = getattr(ask(person), method)(CUSTOMER, {"name": "New"} | change, format="json")
    status, _, named = problem(answer)
    assert status in (400, 422) and sorted(set(map(str, named))) == fields
    assert not Customer.objects.filter(name="New").exists()


def test_a_customer_changes_what_is_named_and_nothing_else(ask: Ask) -> None:
    customer = make_customer(name="Ann", country="ES", city="Sevilla", phone="+34600000000")
    other = make_customer(name="Bob")

    answer = ask(customer.user).patch(CUSTOMER, {"city": "Cádiz", "phone": ""})

    assert (answer.status_code, answer.json()["customer"]["city"]) == (200, "Cádiz")
    customer.refresh_from_db()
    assert (customer.name, customer.country.code, customer.phone) == ("Ann", "ES", "")
    assert Customer.objects.get(pk=other.pk).city == other.city


def test_who_is_no_customer_has_no_details_to_change(ask: Ask, problem: Read) -> None:
    for person in (make_user(), make_membership(party=make_showroom()).user):
        assert problem(ask(person).patch(CUSTOMER, {"name": "Ann"}))[0] == 403
    assert problem(ask(make_customer().user).put(CUSTOMER, {"name": "Ann"}))[0] == 405


@pytest.mark.parametrize("kind", ["showroom", "supplier"])
def test_who_founds_a_party_acts_for_it_as_its_owner_at_once(ask: Ask, kind: str) -> None:
    client = ask(person := make_user())

    founded = client.post(f"/api/{kind}s/", {"name": "Volt", "country": "IT", "city": "Rome"})

    assert founded.status_code == 201, founded.content
    party = founded.json()["id"]
    hats = client.get(PATH).json()["hats"]
    assert hats == [{"party": party, "kind": kind, "name": "Volt", "role": "owner"}]
    body = {"party": party, "email": "kim@example.com", "role": "analyst"}
    assert client.post("/api/invitations/", body).status_code == 201
    assert client.patch(f"/api/{kind}s/{party}/", {"city": "Milan"}).status_code == 200
    assert Membership.objects.get().user == person


def test_closing_cancels_offers_keeps_the_money_and_ends_every_token(
    ask: Ask, token_client: Ask, problem: Read
) -> None:
    market = Market()
    car_model, ann = market.car_model(), market.customer("Ann", cents=2_000_000)
    market.offer(ann, car_model, 1_500_000)
    left = make_membership(user=ann.user, party=make_showroom(owner=make_user()), role="manager")
    client, elsewhere = token_client(ann.user), token_client(ann.user)

    assert client.post(CLOSE, {"current_password": PASSWORD}).status_code == 204

    assert Offer.objects.get().status == "cancelled"
    assert money_of(ann) == (2_000_000, 0)
    assert not Membership.objects.get(pk=left.pk).is_active
    assert not stored(ann.user).is_active
    for one in (client, elsewhere):
        assert problem(one.get(PATH))[0] == 401
    again = ask().post(LOG_IN, {"username": ann.user.username, "password": PASSWORD})
    assert again.status_code == 400
    prove()


def test_a_closing_needs_the_password_and_guessing_it_ends(ask: Ask, problem: Read) -> None:
    customer = make_customer()
    client = ask(customer.user)
    for _ in range(5):
        answer = client.post(CLOSE, {"current_password": "guess"})
        assert problem(answer) == (422, "wrong_password", ["current_password"])

    answer = client.post(CLOSE, {"current_password": PASSWORD})

    assert problem(answer) == (429, "too_many_attempts", [])
    assert int(answer["Retry-After"]) >= 1
    assert stored(customer.user).is_active


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "current_password"),
        ({"current_password": None}, "current_password"),
        ({"current_password": {}}, "current_password"),
        ({"current_password": PASSWORD, "really": True}, "really"),
    ],
)
def test_a_senseless_closing_names_its_field(
    ask: Ask, problem: Read, body: Any, field: str
) -> None:
    person = make_user()
    assert problem(ask(person).post(CLOSE, body, format="json"))[::2] == (400, [field])
    assert stored(person).is_active


def test_the_last_owner_of_a_party_can_not_close(ask: Ask, problem: Read) -> None:
    market = Market()
    ann = market.customer("Ann", cents=2_000_000)
    market.offer(ann, market.car_model(), 1_500_000)
    owned = make_showroom(owner=ann.user, name="Autohaus")
    other = make_membership(user=ann.user, party=make_showroom(owner=make_user()))

    answer = ask(ann.user).post(CLOSE, {"current_password": PASSWORD})

    assert problem(answer)[:2] == (409, "last_owner") and "Autohaus" in answer.json()["detail"]
    assert stored(ann.user).is_active and Offer.objects.get().status == "open"
    assert Membership.objects.active().filter(pk=other.pk).exists()
    assert Party.objects.get(pk=owned.pk).is_active
    make_membership(party=owned)
    assert ask(ann.user).post(CLOSE, {"current_password": PASSWORD}).status_code == 204
    prove()


def test_a_profile_costs_the_same_queries_however_many_hats(
    ask: Ask, same_queries: Callable[..., None]
) -> None:
    person = make_customer().user
    same_queries(ask(person), PATH, lambda: make_membership(user=person, party=make_showroom()))
