"""Patronage over the API: a seller's buyers, a buyer's sellers, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.marketplace.factories import (
    NOW,
    make_customer,
    make_membership,
    make_patronage,
    make_showroom,
    make_supplier,
    make_tier,
    make_tiers,
    make_user,
)
from tests.portal.api.sellers import make_cast

pytestmark = pytest.mark.django_db

PATH = "/api/patronage/"


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_buyer_and_seller_see_what_they_did_together_and_nobody_else(ask):
    cast = make_cast()
    retail = make_patronage(seller=cast.showroom, buyer=cast.customer, cars=2).pk
    wholesale = make_patronage(seller=cast.supplier, buyer=cast.showroom, cars=9).pk
    make_patronage(seller=make_showroom(), buyer=make_customer(), cars=1)
    refused = {"anonymous": 401, "person": 403, "staff": 403}

    for name, user in cast.people.items():
        client = ask(user)
        answer = client.get(PATH)
        assert answer.status_code == refused.get(name, 200), name
        if name in refused:
            assert client.get(f"{PATH}{retail}/").status_code == refused[name], name
            continue
        sees = {retail} if name == "customer" or name.startswith("showroom") else set()
        sees |= {wholesale} if name.startswith(("showroom", "supplier")) else set()
        assert set(ids(answer)) == sees, name
        for pk in (retail, wholesale):
            found = client.get(f"{PATH}{pk}/").status_code
            assert found == (200 if pk in sees else 404), name


def test_one_side_can_be_asked_for_and_a_strangers_id_finds_nothing(ask):
    showroom, other, customer = make_showroom(), make_showroom(), make_customer()
    sold = make_patronage(seller=showroom, buyer=customer, cars=2)
    bought = make_patronage(seller=make_supplier(), buyer=showroom, cars=1)
    make_patronage(seller=other, buyer=customer, cars=3)
    client = ask(make_membership(party=showroom, role="analyst").user)

    assert ids(client.get(f"{PATH}?seller={showroom.pk}")) == [sold.pk]
    assert ids(client.get(f"{PATH}?buyer={showroom.pk}")) == [bought.pk]
    assert ids(client.get(f"{PATH}?buyer={customer.pk}")) == [sold.pk]
    for query in (f"seller={other.pk}", "seller=999999999999", f"buyer={other.pk}"):
        assert ids(client.get(f"{PATH}?{query}")) == []


@pytest.mark.parametrize(
    ("cars", "tier", "following", "missing"),
    [
        (4, None, ("2.00", 5), 1),
        (5, ("2.00", 5), ("4.50", 20), 15),
        (19, ("2.00", 5), ("4.50", 20), 1),
        (20, ("4.50", 20), None, None),
    ],
)
def test_a_row_tells_how_far_the_next_tier_is(ask, cars, tier, following, missing):
    showroom, customer = make_showroom(), make_customer(name="Ann")
    tiers = {
        one.threshold: one.pk for one in make_tiers(seller=showroom, tiers={5: "2.00", 20: "4.50"})
    }
    make_tier(seller=showroom, threshold=1, percent="90", is_active=False)
    make_tier(seller=make_showroom(), threshold=1, percent="90")
    row = make_patronage(seller=showroom, buyer=customer, cars=cars, spent_cents=12_345)

    def step(wanted):
        if wanted is None:
            return None
        percent, threshold = wanted
        return {"id": tiers[threshold], "threshold": threshold, "percent": percent}

    assert ask(customer.user).get(f"{PATH}{row.pk}/").json() == {
        "id": row.pk,
        "seller": {"id": showroom.pk, "kind": "showroom", "name": showroom.name},
        "buyer": {"id": customer.pk, "kind": "customer", "name": "Ann"},
        "cars": cars,
        "spent": "123.45",
        "last_deal_at": "2026-03-01T12:00:00Z",
        "tier": step(tier),
        "next_tier": step(following),
        "cars_to_next_tier": missing,
    }


def test_without_tiers_there_is_nothing_to_reach(ask):
    customer = make_customer()
    make_patronage(seller=make_showroom(), buyer=customer, cars=7)

    row = ask(customer.user).get(PATH).json()["results"][0]

    assert (row["tier"], row["next_tier"], row["cars_to_next_tier"]) == (None, None, None)


def test_patronage_is_narrowed_and_ordered(ask):
    user = make_user()
    showroom = make_showroom(owner=user, name="Corner")
    names = {}
    for days, (name, cars, cents) in enumerate((("Ann", 3, 900), ("Bob", 1, 800), ("Cid", 2, 100))):
        row = make_patronage(
            seller=showroom,
            buyer=make_customer(name=name),
            cars=cars,
            spent_cents=cents,
            last_deal_at=NOW - timedelta(days=days),
        )
        names[row.pk] = name
    works = make_patronage(seller=make_supplier(name="Works"), buyer=showroom, cars=50)
    names[works.pk] = "Works"

    def found(query):
        return [names[pk] for pk in ids(ask(user).get(f"{PATH}?{query}"))]

    assert found("") == ["Works", "Ann", "Cid", "Bob"]
    assert found("ordering=spent&seller_kind=showroom") == ["Cid", "Bob", "Ann"]
    assert found("ordering=-last_deal_at&cars_min=2&cars_max=3") == ["Ann", "Cid"]
    assert found("q=bo") == ["Bob"]
    assert found("q=works") == found("seller_kind=supplier") == ["Works"]


@pytest.mark.parametrize(
    "query",
    ["seller=x", "buyer=-1", "buyer=9999999999999999999999", "cars_min=x", "cars_min=1e40", "q=%00",
     "cars_max=NaN", "seller_kind=customer", "ordering=buyer", "party=1"],
)  # fmt: skip
def test_a_query_that_means_nothing_is_refused_by_its_name(ask, problem, query):
    answer = ask(make_customer().user).get(f"{PATH}?{query}")

    assert problem(answer)[::2] == (400, [query.partition("=")[0]])


def test_a_list_costs_the_same_queries_however_long_it_is(ask, same_queries):
    showroom = make_showroom()
    make_tier(seller=showroom)

    def deal():
        make_patronage(seller=showroom, buyer=make_customer(), cars=1)
        supplier = make_supplier()
        make_tiers(seller=supplier, tiers={1: "1.00", 2: "2.00"})
        make_patronage(seller=supplier, buyer=showroom, cars=1)

    same_queries(ask(make_membership(party=showroom).user), PATH, deal)


def test_nobody_writes_patronage(ask):
    showroom = make_showroom()
    row = make_patronage(seller=showroom, buyer=make_customer(), cars=1)
    client = ask(make_membership(party=showroom).user)

    assert client.post(PATH, {"cars": 5}).status_code == 405
    for send in (client.put, client.patch, client.delete):
        assert send(f"{PATH}{row.pk}/", {"cars": 5}).status_code == 405
    row.refresh_from_db()
    assert row.cars == 1


@pytest.mark.parametrize("wrong", ["x", "0", "999999999999999999", "9" * 19, "1%00"])
def test_no_other_id_finds_patronage(ask, wrong):
    assert ask(make_customer().user).get(f"{PATH}{wrong}/").status_code == 404
