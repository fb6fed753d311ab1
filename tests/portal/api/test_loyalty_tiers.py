"""Loyalty tiers over the API: who sees which, and how a seller's are set as a whole."""

from __future__ import annotations

import pytest

from marketplace.pricing.models import LoyaltyTier
from tests.marketplace.factories import (
    make_membership,
    make_showroom,
    make_supplier,
    make_tier,
    make_tiers,
)
from tests.portal.api.sellers import AT_SHOWROOM, AT_SUPPLIER, WHOLESALE, make_cast

pytestmark = pytest.mark.django_db

PATH = "/api/loyalty-tiers/"
TIERS = {"tiers": [{"threshold": 5, "percent": "2.00"}, {"threshold": 20, "percent": "4.50"}]}


@pytest.fixture(name="cast")
def _cast():
    return make_cast()


def path_of(seller):
    return f"/api/sellers/{seller.pk}/loyalty-tiers/"


def in_force(seller):
    rows = LoyaltyTier.objects.active().filter(seller=seller.pk).order_by("threshold")
    return [(row.threshold, str(row.percent)) for row in rows]


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_showrooms_tiers_are_public_and_suppliers_for_those_who_buy_there(ask, cast):
    retail, wholesale = make_tier(seller=cast.showroom), make_tier(seller=cast.supplier)
    make_tier(seller=cast.showroom, threshold=99, is_active=False)
    make_tier(seller=make_showroom(is_active=False))

    for name, user in cast.people.items():
        client, sees = ask(user), name in WHOLESALE
        assert set(ids(client.get(PATH))) == {retail.pk} | ({wholesale.pk} if sees else set())
        assert client.get(f"{PATH}{retail.pk}/").status_code == 200
        assert client.get(path_of(cast.showroom)).json() == {
            "tiers": [{"threshold": 10, "percent": "5.00"}]
        }
        for path in (f"{PATH}{wholesale.pk}/", path_of(cast.supplier)):
            assert client.get(path).status_code == (200 if sees else 404), name


def test_a_tier_says_whose_it_is(ask):
    tier = make_tier(seller=make_showroom(), threshold=3, percent="2.5")

    shown = ask().get(f"{PATH}{tier.pk}/").json()

    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "id": tier.pk,
        "seller": {"id": tier.seller.pk, "kind": "showroom", "name": tier.seller.name},
        "threshold": 3,
        "percent": "2.50",
    }


def test_tiers_are_narrowed_and_ordered(ask):
    corner, works = make_showroom(name="Corner"), make_supplier(name="Works")
    client = ask(make_membership(party=corner).user)
    names = {
        make_tier(seller=corner, threshold=20, percent="9").pk: "corner 20",
        make_tier(seller=corner, threshold=5, percent="1").pk: "corner 5",
        make_tier(seller=works, threshold=10, percent="5").pk: "works 10",
    }

    def found(query):
        return [names[pk] for pk in ids(client.get(f"{PATH}?{query}"))]

    assert found("") == ["corner 5", "corner 20", "works 10"]
    assert found("ordering=threshold") == ["corner 5", "works 10", "corner 20"]
    assert found("ordering=-percent") == ["corner 20", "works 10", "corner 5"]
    assert found("q=wor") == found(f"seller={works.pk}") == ["works 10"]
    assert found("seller_kind=showroom") == ["corner 5", "corner 20"]


@pytest.mark.parametrize("query", ["seller=x", "q=%00", "seller_kind=x", "ordering=id", "x=1"])
def test_a_query_that_means_nothing_is_refused_by_its_name(ask, problem, query):
    assert problem(ask().get(f"{PATH}?{query}"))[::2] == (400, [query.partition("=")[0]])


def test_a_list_costs_the_same_queries_however_long_it_is(ask, same_queries, cast):
    same_queries(
        ask(cast.people["showroom owner"]), PATH, lambda: make_tier(seller=make_supplier())
    )


def test_only_owners_and_managers_set_or_withdraw_their_tiers(ask, problem, cast):
    for seller, refused in ((cast.showroom, AT_SHOWROOM), (cast.supplier, AT_SUPPLIER)):
        tier = make_tier(seller=seller)
        for name, status in refused.items():
            client = ask(cast.people[name])
            assert problem(client.put(path_of(seller), TIERS))[0] == status, name
            assert problem(client.delete(f"{PATH}{tier.pk}/"))[0] == status, name
        assert in_force(seller) == [(10, "5.00")]
        manager = ask(cast.people[f"{seller.kind} manager"])
        assert manager.delete(f"{PATH}{tier.pk}/").status_code == 204
        assert manager.delete(f"{PATH}{tier.pk}/").status_code == 404
        assert in_force(seller) == []
        owner = ask(cast.people[f"{seller.kind} owner"])
        assert owner.put(path_of(seller), TIERS).json() == TIERS
        assert in_force(seller) == [(5, "2.00"), (20, "4.50")]


def test_tiers_are_replaced_as_a_whole_and_one_that_stays_keeps_its_row(ask, cast):
    five, _ten = make_tiers(seller=cast.showroom, tiers={5: "2.00", 10: "3.00"})
    client = ask(cast.people["showroom owner"])

    turned = {"tiers": TIERS["tiers"][::-1]}
    for _ in range(2):
        assert client.put(path_of(cast.showroom), turned).json() == TIERS
        assert in_force(cast.showroom) == [(5, "2.00"), (20, "4.50")]
        assert LoyaltyTier.objects.active().get(threshold=5).pk == five.pk
    assert client.get(path_of(cast.showroom)).json() == TIERS
    assert LoyaltyTier.objects.count() == 3

    assert client.put(path_of(cast.showroom), {"tiers": []}).json() == {"tiers": []}
    assert in_force(cast.showroom) == []


def test_tiers_that_do_not_rise_are_refused_by_their_line(ask, problem, cast):
    make_tier(seller=cast.supplier)
    client, path = ask(cast.people["supplier owner"]), path_of(cast.supplier)

    def refusal(*tiers):
        content = {"tiers": [{"threshold": cars, "percent": off} for cars, off in tiers]}
        return problem(client.put(path, content))

    assert refusal((5, "2.00"), (20, "2.00")) == (422, "tiers_must_rise", ["tiers.1.percent"])
    assert refusal((20, "2.00"), (5, "3.00")) == (422, "tiers_must_rise", ["tiers.0.percent"])
    assert refusal((5, "2.00"), (5, "3.00")) == (422, "invalid_tier", ["tiers.1.threshold"])
    assert refusal((5, "2.00"), (6, "95.01")) == (422, "invalid_percent", ["tiers.1.percent"])
    assert refusal((5, "0.00")) == (422, "invalid_percent", ["tiers.0.percent"])
    assert in_force(cast.supplier) == [(10, "5.00")]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "tiers"),
        ({"tiers": None}, "tiers"),
        ({"tiers": {}}, "tiers"),
        ({"tiers": TIERS["tiers"] * 11}, "tiers"),
        ({"tiers": ["x"]}, "tiers.0"),
        ({"tiers": [{"threshold": 0, "percent": "1.00"}]}, "tiers.0.threshold"),
        ({"tiers": [{"threshold": 1_000_001, "percent": "1.00"}]}, "tiers.0.threshold"),
        ({"tiers": [{"threshold": 10**40, "percent": "1.00"}]}, "tiers.0.threshold"),
        ({"tiers": [{"threshold": "1\x00", "percent": "1.00"}]}, "tiers.0.threshold"),
        ({"tiers": [{"threshold": True, "percent": "1.00"}]}, "tiers.0.threshold"),
        ({"tiers": [{"threshold": 1, "percent": "1.005"}]}, "tiers.0.percent"),
        ({"tiers": [{"threshold": 1, "percent": "Infinity"}]}, "tiers.0.percent"),
        ({"tiers": [{"threshold": 1, "percent": None}]}, "tiers.0.percent"),
        ({"tiers": [{"threshold": 1}]}, "tiers.0.percent"),
        ({"tiers": [{"threshold": 1, "percent": "1.00", "x": 1}]}, "tiers.0.x"),
        ({"tiers": [], "x": 1}, "x"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_name(ask, problem, cast, content, field):
    answer = ask(cast.people["showroom owner"]).put(path_of(cast.showroom), content)

    assert problem(answer)[::2] == (400, [field])


def test_only_an_active_seller_has_tiers(ask, cast):
    client = ask(cast.people["showroom owner"])
    gone = make_showroom(is_active=False)

    for party_id in (gone.pk, cast.customer.pk, 999_999_999_999_999_999, "x", 0, "9" * 19):
        path = f"/api/sellers/{party_id}/loyalty-tiers/"
        assert client.get(path).status_code == 404
        assert client.put(path, TIERS).status_code == 404
    assert ask(cast.customer.user).get(path_of(cast.customer)).status_code == 404
    assert not LoyaltyTier.objects.exists()
