"""Suppliers through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.parties.models import Membership, Party
from tests.marketplace.factories import (
    make_membership,
    make_patronage,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


def test_people_find_suppliers_with_the_number_of_their_buyers(ask: Ask, problem: Read) -> None:
    steel = make_supplier(name="Steel", city="Linz", country="AT", founded_year=1946)
    make_supplier(name="Closed", is_active=False)
    for _ in range(2):
        make_patronage(seller=steel, buyer=make_showroom(), cars=3)
    assert problem(ask().get("/api/suppliers/"))[0] == 401

    client = ask(make_user())
    assert client.get("/api/suppliers/").json()["results"] == [
        {"id": steel.pk, "name": "Steel", "country": "AT", "city": "Linz", "latitude": None,
         "longitude": None, "founded_year": 1946, "buyers": 2, "created_at": "2025-03-02T12:00:00Z"}
    ]  # fmt: skip
    assert client.get("/api/suppliers/?q=linz&country=AT").json()["count"] == 1
    assert client.get("/api/suppliers/?country=DE").json()["count"] == 0
    assert problem(client.get("/api/suppliers/?country=XX"))[2] == ["country"]


def test_who_founds_a_supplier_owns_it(ask: Ask, problem: Read) -> None:
    user = make_user()
    answer = ask(user).post("/api/suppliers/", {"name": "Steel", "founded_year": 1999})
    assert (answer.status_code, answer.json()["buyers"]) == (201, 0)
    assert Membership.objects.get(party=answer.json()["id"]).role == Membership.Role.OWNER
    late = ask(user).post("/api/suppliers/", {"name": "Steel", "founded_year": 2099})
    assert problem(late) == (422, "invalid", ["founded_year"])


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("analyst", 403)])
def test_owner_and_manager_change_details(ask: Ask, role: str, status: int) -> None:
    supplier = make_supplier(name="Old")
    member = make_membership(party=supplier, role=role).user
    answer = ask(member).patch(f"/api/suppliers/{supplier.pk}/", {"name": "New"})
    assert answer.status_code == status
    supplier.refresh_from_db()
    assert supplier.name == ("New" if status == 200 else "Old")


@pytest.mark.parametrize(("role", "status"), [("owner", 204), ("manager", 403), ("analyst", 403)])
def test_only_an_owner_takes_it_out_of_the_market(ask: Ask, role: str, status: int) -> None:
    supplier = make_supplier()
    member = make_membership(party=supplier, role=role).user
    assert ask(member).delete(f"/api/suppliers/{supplier.pk}/").status_code == status
    assert Party.objects.get(pk=supplier.pk).is_active == (status != 204)


def test_a_showrooms_owner_is_a_stranger_here(ask: Ask, problem: Read) -> None:
    supplier, owner = make_supplier(), make_user()
    showroom = make_showroom(owner=owner)
    for party in (supplier, showroom):
        assert problem(ask(owner).patch(f"/api/suppliers/{party.pk}/", {"name": "A"}))[0] == 404


def test_the_list_costs_the_same_queries_however_long(
    ask: Ask, same_queries: Callable[..., None]
) -> None:
    same_queries(ask(make_user()), "/api/suppliers/", make_supplier)
