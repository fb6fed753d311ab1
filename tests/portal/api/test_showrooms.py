"""Showrooms through the API: found them, found one, run it, leave."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.parties.models import Membership, Party, Showroom
from marketplace.trading.models import AssortmentLine, Decision, JobRun, Preference
from tests.marketplace.factories import (
    NOW,
    make_car_model,
    make_listing,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


def test_anybody_finds_showrooms_with_what_they_have(ask: Ask) -> None:
    showroom = make_showroom(name="North", city="Oslo", country="NO", latitude=Decimal("59.9"))
    make_listing(seller=showroom, quantity=3)
    make_showroom(name="Closed", is_active=False)

    page = ask().get("/api/showrooms/").json()
    assert page["count"] == 1
    row = page["results"][0]
    assert row == {
        "id": showroom.pk, "name": "North", "country": "NO", "city": "Oslo", "address": "",
        "latitude": "59.9000", "longitude": None, "models_in_stock": 1, "cars_in_stock": 3,
        "recent_deals": 0, "created_at": "2025-03-02T12:00:00Z",
    }  # fmt: skip
    assert ask().get(f"/api/showrooms/{showroom.pk}/").json() == row
    assert ask().get("/api/showrooms/?q=osl&country=NO").json()["count"] == 1
    assert ask().get("/api/showrooms/?q=bergen").json()["count"] == 0


def test_who_founds_a_showroom_owns_it_and_its_assortment_is_found(ask: Ask) -> None:
    car = make_car_model(fuel="electric")
    make_listing(seller=make_supplier(), car_model=car)
    make_listing(seller=make_supplier(), car_model=make_car_model())
    user = make_user()
    wish = {"characteristic": "fuel", "must": True, "values": ["electric"]}

    answer = ask(user).post(
        "/api/showrooms/", {"name": "Volt", "city": "Rome", "country": "IT", "preference": [wish]}
    )

    assert answer.status_code == 201
    showroom = Showroom.objects.get(pk=answer.json()["id"])
    assert (showroom.name, showroom.city, showroom.country.code) == ("Volt", "Rome", "IT")
    assert Membership.objects.get(party=showroom).role == Membership.Role.OWNER
    assert list(showroom.assortment.values_list("car_model", flat=True)) == [car.pk]


def test_founding_needs_a_person_and_no_preference(ask: Ask, problem: Read) -> None:
    assert problem(ask().post("/api/showrooms/", {"name": "A"}))[0] == 401
    showroom = ask(make_user()).post("/api/showrooms/", {"name": "A"}).json()
    assert Preference.objects.get(showroom=showroom["id"]).criteria == []


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("analyst", 403)])
def test_owner_and_manager_change_details(ask: Ask, role: str, status: int) -> None:
    showroom = make_showroom(name="Old", city="Rome")
    member = make_membership(party=showroom, role=role).user
    answer = ask(member).patch(f"/api/showrooms/{showroom.pk}/", {"name": "New"})
    assert answer.status_code == status
    showroom.refresh_from_db()
    assert (showroom.name, showroom.city) == ("New" if status == 200 else "Old", "Rome")


@pytest.mark.parametrize(("role", "status"), [("owner", 204), ("manager", 403), ("analyst", 403)])
def test_only_an_owner_takes_it_out_of_the_market_and_once(
    ask: Ask, role: str, status: int
) -> None:
    showroom = make_showroom()
    client = ask(make_membership(party=showroom, role=role).user)
    assert client.delete(f"/api/showrooms/{showroom.pk}/").status_code == status
    assert Party.objects.get(pk=showroom.pk).is_active == (status != 204)
    if status == 204:
        assert client.delete(f"/api/showrooms/{showroom.pk}/").status_code == 404
        assert client.get(f"/api/showrooms/{showroom.pk}/").status_code == 404


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_strangers_hand_changes_nothing(ask: Ask, problem: Read, method: str) -> None:
    showroom = make_showroom(name="Mine")
    stranger = make_membership(party=make_showroom()).user
    answer = getattr(ask(stranger), method)(f"/api/showrooms/{showroom.pk}/", {"name": "Yours"})
    assert problem(answer)[0] == 404
    showroom.refresh_from_db()
    assert (showroom.name, showroom.is_active) == ("Mine", True)


def test_a_policy_is_read_and_changed_in_part(ask: Ask, problem: Read) -> None:
    showroom = make_showroom(owner=(owner := make_user()))
    path = f"/api/showrooms/{showroom.pk}/policy/"
    before = ask(owner).get(path).json()
    assert before["markup_percent"] == "15.00" and before["cash_reserve"] == "0.00"

    after = ask(owner).patch(path, {"cash_reserve": "1000.50", "markup_percent": "12.5"}).json()

    assert after == before | {"cash_reserve": "1000.50", "markup_percent": "12.50"}
    showroom.refresh_from_db()
    assert (showroom.cash_reserve_cents, showroom.markup_percent) == (100_050, Decimal("12.50"))
    assert problem(ask(owner).patch(path, {"cash_reserve": "-1"}))[2] == ["cash_reserve"]
    assert problem(ask(owner).patch(path, {"cover_days": 366}))[2] == ["cover_days"]
    assert problem(ask(owner).patch(path, {"cover_days": 10**30}))[2] == ["cover_days"]
    assert problem(ask(owner).patch(path, {"assortment_size": 0}))[2] == ["assortment_size"]


def test_a_preference_is_set_as_a_whole_with_amounts_as_text(ask: Ask, problem: Read) -> None:
    showroom = make_showroom(owner=(owner := make_user()))
    path = f"/api/showrooms/{showroom.pk}/preference/"
    assert ask(owner).get(path).json() == {"criteria": []}
    criteria = [
        {"characteristic": "suggested_price", "must": False, "low": None, "high": "40000.00"},
        {"characteristic": "make", "must": True, "values": ["Aurora", "Borealis"]},
    ]

    assert ask(owner).put(path, {"criteria": criteria}).json() == {"criteria": criteria}

    assert ask(owner).get(path).json() == {"criteria": criteria}
    assert Preference.objects.get(showroom=showroom).criteria[0]["high"] == 4_000_000
    bad = [{"characteristic": "suggested_price", "must": True, "high": 40_000}]
    status, _, fields = problem(ask(owner).put(path, {"criteria": bad}))
    assert (status, fields) == (400, ["criteria.suggested_price"])
    low = [{"characteristic": "suggested_price", "must": True, "low": "9", "high": "1"}]
    status, _, fields = problem(ask(owner).put(path, {"criteria": low}))
    assert (status, fields) == (422, ["criteria.suggested_price"])


def _line(showroom: Showroom, rank: int, **fields: Any) -> AssortmentLine:
    return AssortmentLine.objects.create(
        showroom=showroom, car_model=make_car_model(), rank=rank, fit=Decimal("0.5"), **fields
    )


def test_an_assortment_names_the_supplier_and_the_decision(ask: Ask) -> None:
    showroom = make_showroom(owner=(owner := make_user()))
    supplier = make_supplier(name="Steel")
    run = JobRun.objects.create(job="review-suppliers", slot="1", at=NOW)
    decision = Decision.objects.create(kind="review", run=run, party=showroom, body={})
    second = _line(showroom, 2)
    first = _line(
        showroom, 1, supplier=supplier, decision=decision, sourced_at=NOW,
        missed_wishes=["suggested_price_cents"],
    )  # fmt: skip
    _line(make_showroom(), 1)
    path = f"/api/showrooms/{showroom.pk}/assortment/"

    rows = ask(owner).get(path).json()["results"]

    assert [row["id"] for row in rows] == [first.pk, second.pk]
    assert rows[0] == {
        "id": first.pk,
        "rank": 1,
        "car_model": {
            "id": first.car_model_id, "make": "Aurora", "name": first.car_model.name,
            "variant": "", "model_year": 2026,
        },
        "fit": "0.5000",
        "missed_wishes": ["suggested_price"],
        "supplier": {"id": supplier.pk, "kind": "supplier", "name": "Steel"},
        "sourced_at": "2026-03-02T12:00:00Z",
        "decision": decision.pk,
    }  # fmt: skip
    assert rows[1]["supplier"] is rows[1]["decision"] is None
    assert [row["id"] for row in ask(owner).get(f"{path}?sourced=true").json()["results"]] == [
        first.pk
    ]


def test_the_lists_cost_the_same_queries_however_long(
    ask: Ask, same_queries: Callable[..., None]
) -> None:
    showroom = make_showroom(owner=(owner := make_user()))
    same_queries(ask(), "/api/showrooms/", make_showroom)
    same_queries(
        ask(owner),
        f"/api/showrooms/{showroom.pk}/assortment/",
        lambda: _line(showroom, 1, supplier=make_supplier()),
    )
