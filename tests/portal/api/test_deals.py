"""Deals and their reasons through the API: each side is told what is its own to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from marketplace.common.shards import WHOLE
from marketplace.parties.models import Customer, Party, Showroom, Supplier, User
from marketplace.trading.models import Deal
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.restocking import restock_showrooms
from tests.market import NOW, Market, small_market
from tests.marketplace import factories

pytestmark = pytest.mark.django_db

PATH = "/api/deals/"
MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """Ann is loyal to First and buys there below Second's price; First bought from Works."""

    market: Market
    ann: Customer
    bob: Customer
    first: Showroom
    second: Showroom
    works: Supplier
    of_ann: Deal
    of_first: Deal


def member(party: Party, role: str = "owner") -> User:
    user = factories.make_user()
    factories.make_membership(user=user, party=party, role=role)
    return user


@pytest.fixture(name="story")
def _story() -> Story:
    market = Market()
    swift = market.car_model("Swift")
    works = market.supplier("Works", {swift: 1_000_000})
    market.supplier("Dear Works", {swift: 1_100_000})
    first = market.showroom("First", minimum_stock=3)
    second = market.showroom("Second", minimum_stock=1)
    market.stock_up()
    market.price(first, swift, 2_000_000)
    market.price(second, swift, 1_990_000)
    factories.make_tier(seller=first, threshold=1, percent="2.00")
    factories.make_tier(seller=second, threshold=7, percent="9.00")
    ann, bob = market.customer("Ann"), market.customer("Bob")
    Party.objects.filter(pk=second.pk).update(is_active=False)
    market.offer(ann, swift, 2_000_000, at=NOW)
    match_offers(shard=WHOLE, slot="before", at=NOW + MINUTE)
    Party.objects.filter(pk=second.pk).update(is_active=True)
    offer = market.offer(ann, swift, 2_345_600, at=NOW + 2 * MINUTE)
    match_offers(shard=WHOLE, slot="after", at=NOW + 3 * MINUTE)
    return Story(
        market, ann, bob, first, second, works,
        of_ann=Deal.objects.get(offer=offer), of_first=Deal.objects.get(buyer=first.pk),
    )  # fmt: skip


def test_the_buyer_sees_the_deal_and_not_what_the_car_had_cost(story, ask):
    deal = story.of_ann

    shown = ask(story.ann.user).get(f"{PATH}{deal.pk}/").json()

    assert shown == {
        "id": deal.pk,
        "kind": "retail",
        "seller": {"id": story.first.pk, "kind": "showroom", "name": "First"},
        "buyer": {"id": story.ann.pk, "kind": "customer", "name": "Ann"},
        "car_model": {
            "id": deal.car_model_id, "make": "Aurora", "name": "Swift", "variant": "",
            "model_year": 2026,
        },
        "quantity": 1,
        "unit_price": "19600.00",
        "list_price": "20000.00",
        "discount_percent": "2.00",
        "promotion": None,
        "loyalty_tier": deal.loyalty_tier_id,
        "cars_before": 1,
        "cost": None,
        "offer": deal.offer_id,
        "decision": deal.decision_id,
        "sold_at": "2026-03-02T12:03:00Z",
    }  # fmt: skip


@pytest.mark.parametrize("role", ["owner", "manager", "analyst"])
def test_the_sellers_people_see_what_the_car_had_cost_and_not_whose_offer(story, ask, role):
    shown = ask(member(story.first, role)).get(f"{PATH}{story.of_ann.pk}/").json()

    assert (shown["cost"], shown["offer"]) == ("10000.00", None)


def test_a_list_holds_to_the_same(story, ask):
    costs = {
        person: [(row["kind"], row["cost"]) for row in ask(user).get(PATH).json()["results"]]
        for person, user in (
            ("ann", story.ann.user),
            ("first", member(story.first)),
            ("works", member(story.works)),
        )
    }

    assert costs == {
        "ann": [("retail", None), ("retail", None)],
        "first": [("retail", "10000.00"), ("retail", "10000.00"), ("wholesale", None)],
        "works": [("wholesale", None), ("wholesale", None)],
    }


def test_staff_sees_every_deal_with_all(story, ask):
    client = ask(factories.make_user(is_staff=True))

    assert len(client.get(PATH).json()["results"]) == Deal.objects.count() == 4
    shown = client.get(f"{PATH}{story.of_ann.pk}/").json()
    assert (shown["cost"], shown["offer"]) == ("10000.00", story.of_ann.offer_id)


def test_a_deal_of_others_is_not_there(story, ask, problem):
    strangers = [story.bob.user, member(story.second), member(factories.make_supplier())]

    for person in strangers:
        for path in (f"{PATH}{story.of_ann.pk}/", f"{PATH}{story.of_ann.pk}/why/"):
            assert problem(ask(person).get(path)) == (404, "not_found", [])
    works = ask(member(story.works))
    assert problem(works.get(f"{PATH}{story.of_ann.pk}/"))[0] == 404
    assert works.get(f"{PATH}{story.of_first.pk}/").status_code == 200


def test_who_is_no_party_sees_no_deals(story, ask, problem):
    path = f"{PATH}{story.of_ann.pk}/why/"

    assert problem(ask(factories.make_user()).get(path))[:2] == (403, "permission_denied")
    assert problem(ask().get(path))[:2] == (401, "not_authenticated")


def test_nobody_writes_a_deal(story, ask, problem):
    for person in (story.ann.user, member(story.first), factories.make_superuser()):
        client = ask(person)
        assert problem(client.post(PATH, {}))[0] == 405
        for method in (client.put, client.patch, client.delete):
            assert problem(method(f"{PATH}{story.of_ann.pk}/"))[0] == 405
    assert Deal.objects.count() == 4


def test_the_buyer_reads_every_showrooms_quote_for_itself(story, ask):
    told = ask(story.ann.user).get(f"{PATH}{story.of_ann.pk}/why/").json()

    assert (told["deal"], told["kind"], told["consistent"]) == (story.of_ann.pk, "retail", True)
    assert told["offer"] == {"max_price": "23456.00", "posted_at": "2026-03-02T12:02:00Z"}
    assert (told["need"], told["purchases"]) == (None, [])
    first, second = told["candidates"]
    assert (first["seller"]["name"], first["reason"]) == ("First", "chosen")
    assert (first["list_price"], first["price"], first["dearer"]) == (
        "20000.00", "19600.00", "0.00",
    )  # fmt: skip
    assert (first["cars_before"], first["left"]) == (1, 2)
    assert [(one["percent"], one["outcome"]) for one in first["considered"]] == [
        ("2.00", "applied")
    ]
    assert (second["seller"]["name"], second["reason"]) == ("Second", "dearer")
    assert (second["price"], second["dearer"], second["left"]) == ("19900.00", "300.00", 1)
    assert [(one["percent"], one["outcome"]) for one in second["considered"]] == [
        ("9.00", "not_reached")
    ]


def test_the_seller_is_told_neither_the_rivals_quotes_nor_the_maximum(story, ask):
    answer = ask(member(story.first)).get(f"{PATH}{story.of_ann.pk}/why/")

    told = answer.json()
    assert told["offer"] is None
    own, rival = told["candidates"]
    assert (own["price"], own["cars_before"], own["reason"]) == ("19600.00", 1, "chosen")
    assert rival == {
        "seller": {"id": story.second.pk, "kind": "showroom", "name": "Second"},
        "reason": "not_chosen",
        "list_price": "19900.00",
        "price": None,
        "dearer": None,
        "cars_before": None,
        "left": 1,
        "considered": [],
    }
    assert b"23456" not in answer.content


def test_the_order_of_rivals_does_not_tell_the_seller_of_their_quotes(ask):
    market = Market()
    swift = market.car_model()
    market.supplier("Works", {swift: 500_000})
    rooms = [market.showroom(name, minimum_stock=1) for name in ("A", "B", "C")]
    market.stock_up()
    for room, cents in zip(rooms, (900_000, 1_000_000, 950_000), strict=True):
        market.price(room, swift, cents)
    ann = market.customer("Ann")
    factories.make_promotion(seller=rooms[1], percent="9.00")  # B quotes 9,100 and C 9,500
    offer = market.offer(ann, swift, 2_000_000)
    match_offers(shard=WHOLE, slot="m", at=NOW + MINUTE)

    path = f"{PATH}{Deal.objects.get(offer=offer).pk}/why/"
    order = {
        who: [one["seller"]["name"] for one in ask(user).get(path).json()["candidates"]]
        for who, user in (("buyer", ann.user), ("seller", member(rooms[0])))
    }

    assert order == {"buyer": ["A", "B", "C"], "seller": ["A", "C", "B"]}


def test_a_showroom_reads_the_whole_line_of_its_restock(story, ask):
    told = ask(member(story.first, "analyst")).get(f"{PATH}{story.of_first.pk}/why/").json()

    assert told["need"] == {
        "outcome": "bought",
        "stock": 0,
        "target": 3,
        "wanted": 3,
        "bought": 3,
        "open_offers": 0,
        "rate": "0.0000",
        "budget": "1000000.00",
        "sourcing_supplier": story.works.pk,
    }
    assert [(one["seller"]["name"], one["price"]) for one in told["candidates"]] == [
        ("Works", "10000.00")
    ]
    assert told["purchases"] == [
        {
            "quantity": 3, "unit_price": "10000.00", "list_price": "10000.00", "cars_before": 0,
            "discount": None,
        }
    ]  # fmt: skip


def test_a_supplier_is_told_its_own_quote_alone(ask):
    market = Market()
    swift = market.car_model()
    home = market.supplier("Home", {swift: 1_000_000})
    rival = market.supplier("Rival", {swift: 1_100_000})
    showroom = market.showroom("Corner", minimum_stock=3)
    market.stock_up()
    factories.make_promotion(seller=rival, percent="20.00")
    showroom.minimum_stock = 7
    showroom.save()
    restock_showrooms(shard=WHOLE, slot="r", at=NOW)
    deal = Deal.objects.get(run__slot="r")

    answer = ask(member(rival)).get(f"{PATH}{deal.pk}/why/")
    told = answer.json()

    assert [(one["seller"]["name"], one["price"], one["reason"]) for one in told["candidates"]] == [
        ("Rival", "8800.00", "chosen")
    ]
    assert (told["need"], told["offer"]) == (None, None)
    assert [one["quantity"] for one in told["purchases"]] == [4]
    assert b"Home" not in answer.content
    of_buyer = ask(member(showroom)).get(f"{PATH}{deal.pk}/why/").json()
    assert [(one["seller"]["name"], one["reason"], one["dearer"]) for one in of_buyer["candidates"]] == [
        ("Rival", "chosen", "0.00"), ("Home", "dearer", "1200.00"),
    ]  # fmt: skip
    assert home.pk == of_buyer["need"]["sourcing_supplier"]


def test_who_is_on_both_sides_reads_as_the_buyer(story, ask):
    factories.make_membership(user=story.ann.user, party=story.first, role="analyst")
    client = ask(story.ann.user)

    told = client.get(f"{PATH}{story.of_ann.pk}/why/").json()

    assert told["offer"]["max_price"] == "23456.00"
    assert client.get(f"{PATH}{story.of_ann.pk}/").json()["cost"] == "10000.00"


def test_a_deal_without_a_decision_has_no_reasons(story, ask, problem):
    Deal.objects.filter(pk=story.of_ann.pk).update(decision=None)

    assert problem(ask(story.ann.user).get(f"{PATH}{story.of_ann.pk}/why/"))[0] == 404


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=wholesale", ["wholesale"]),
        ("seller={first}", ["retail", "retail"]),
        ("buyer={first}", ["wholesale"]),
        ("buyer={bob}", []),
        ("seller={second}", []),
        ("car_model={swift}", ["retail", "retail", "wholesale"]),
        ("make=aurora", ["retail", "retail", "wholesale"]),
        ("make=other", []),
        ("sold_from=2026-03-02T12:01:00Z&sold_before=2026-03-02T12:03:00Z", ["retail"]),
        ("price_min=19600.01", ["retail"]),
        ("price_max=10000", ["wholesale"]),
        ("q=ann", ["retail", "retail"]),
        ("q=works", ["wholesale"]),
        ("q=swift+2026", ["retail", "retail", "wholesale"]),
        ("ordering=id", ["wholesale", "retail", "retail"]),
        ("ordering=-id", ["retail", "retail", "wholesale"]),
    ],
)
def test_deals_are_narrowed_and_ordered(story, ask, query, kinds):
    query = query.format(
        first=story.first.pk, second=story.second.pk, bob=story.bob.pk,
        swift=story.of_ann.car_model_id,
    )  # fmt: skip

    answer = ask(member(story.first)).get(f"{PATH}?{query}")

    assert [row["kind"] for row in answer.json()["results"]] == kinds


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("kind=x", 400, "kind"),
        ("seller=x", 400, "seller"),
        (f"buyer={2 ** 63}", 400, "buyer"),
        (f"car_model={'9' * 5000}", 400, "car_model"),
        ("price_min=-", 400, "price_min"),
        ("sold_from=%00", 400, "sold_from"),
        ("q=%00", 400, "q"),
        ("ordering=price", 400, "ordering"),
        ("cost_min=1", 400, "cost_min"),
        ("page_size=0", 400, "page_size"),
        ("cursor=x", 404, None),
        ("cursor=cD14", 404, None),
        (f"cursor=cD0{'5' * 40}", 404, None),
    ],
)
def test_a_query_that_can_not_be_read_is_refused(story, ask, problem, query, status, field):
    answer = ask(story.ann.user).get(f"{PATH}?{query}")

    assert problem(answer)[0] == status
    assert problem(answer)[2] == ([field] if field else [])


@pytest.mark.parametrize("order", ["", "&ordering=id"])
def test_a_feed_goes_on_where_it_stopped(story, ask, order):
    client = ask(member(story.first))
    whole = [row["id"] for row in client.get(f"{PATH}?{order[1:]}").json()["results"]]
    link: Any = f"{PATH}?page_size=1{order}"
    seen = []
    while link:
        part = client.get(link).json()
        seen += [row["id"] for row in part["results"]]
        link = part["next"]

    assert seen == whole and len(seen) == 3
    assert seen == sorted(seen, reverse=not order)


@pytest.mark.parametrize("pk", ["x", "-1", "9" * 19, f"{10 ** 17}"])
def test_an_id_that_is_none_is_not_there(story, ask, problem, pk):
    for path in (f"{PATH}{pk}/", f"{PATH}{pk}/why/"):
        assert problem(ask(story.ann.user).get(path))[0] == 404


def test_lists_and_reasons_cost_the_same_with_more_rows(ask, same_queries):
    market, car_model, showroom = small_market(cars=60)
    ann, clock = market.customer("Ann", cents=10**9), iter(range(1, 100))

    def one() -> None:
        at = NOW + next(clock) * MINUTE
        market.offer(ann, car_model, 1_000_000, at=at)
        match_offers(shard=WHOLE, slot=f"{at}", at=at)

    same_queries(ask(member(showroom)), PATH, one)
    deal = Deal.objects.filter(buyer=ann.pk).latest("pk")
    same_queries(ask(ann.user), f"{PATH}{deal.pk}/why/", one)
