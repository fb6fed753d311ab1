"""Decisions through the API: a showroom reads what the jobs chose for it, and nobody writes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.common.shards import WHOLE
from marketplace.parties.models import Party, User
from marketplace.trading.models import Deal, Decision
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.market import NOW, Market
from tests.marketplace import factories

pytestmark = pytest.mark.django_db

PATH = "/api/decisions/"
MINUTE = timedelta(minutes=1)


def member(party: Party, role: str = "owner") -> User:
    user = factories.make_user()
    factories.make_membership(user=user, party=party, role=role)
    return user


@pytest.fixture(name="trade")
def _trade():
    """Corner and Square buy Swifts from Far, cheaper than Near; Corner sold one to Ann."""
    market = Market()
    swift = market.car_model("Swift")
    near = market.supplier("Near", {swift: 1_000_000})
    far = market.supplier("Far", {swift: 995_000})
    factories.make_tier(seller=far, threshold=1, percent="5.00")
    corner = market.showroom("Corner", minimum_stock=2)
    square = market.showroom("Square", minimum_stock=1)
    market.stock_up()
    market.price(corner, swift, 1_200_000)
    market.price(square, swift, 1_300_000)
    factories.make_promotion(seller=square, percent="2.00")
    ann = market.customer("Ann")
    market.offer(ann, swift, 2_000_000)
    match_offers(shard=WHOLE, slot="m", at=NOW + MINUTE)
    return market, swift, near, far, corner, square, ann


def detail(client, kind, **fields):
    decision = Decision.objects.filter(kind=kind, **fields).latest("pk")
    answer = client.get(f"{PATH}{decision.pk}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_list_names_the_choices_and_leaves_out_their_bodies(trade, ask):
    _market, swift, _near, _far, corner, *_ = trade

    rows = ask(member(corner, "analyst")).get(PATH).json()["results"]

    assert [row["kind"] for row in rows] == ["match", "restock", "review"]
    assert [row["party"] and row["party"]["name"] for row in rows] == [None, "Corner", "Corner"]
    assert [row["car_model"] and row["car_model"]["id"] for row in rows] == [
        swift.pk, None, swift.pk,
    ]  # fmt: skip
    assert all("body" not in row for row in rows)


def test_a_restock_is_spelled_out(trade, ask):
    _market, swift, _near, far, corner, *_ = trade

    shown = detail(ask(member(corner)), "restock", party=corner.pk)

    body = shown["body"]
    assert (body["budget"], body["spent"]) == ("1000000.00", "19402.50")
    (line,) = body["lines"]
    assert (line["car_model"], line["car_model_name"]) == (swift.pk, "Aurora Swift 2026")
    assert (line["need"]["target"], line["need"]["bought"]) == (2, 2)
    assert line["need"]["sourcing_supplier"] == far.pk
    assert [(one["seller"]["name"], one["reason"]) for one in line["candidates"]] == [
        ("Far", "chosen")
    ]
    assert [(one["quantity"], one["unit_price"]) for one in line["purchases"]] == [
        (1, "9950.00"),
        (1, "9452.50"),
    ]
    assert line["purchases"][1]["discount"]["percent"] == "5.00"


def test_a_review_is_spelled_out(trade, ask):
    _market, _swift, near, far, corner, *_ = trade

    body = detail(ask(member(corner)), "review", party=corner.pk)["body"]

    assert (body["supplier"]["name"], body["previous"]) == ("Far", None)
    assert (body["reason"], body["switched"]) == ("first_choice", False)
    winner, rival = body["candidates"]
    assert (winner["supplier"]["id"], winner["reason"]) == (far.pk, "chosen")
    assert (rival["supplier"]["id"], rival["reason"]) == (near.pk, "dearer_over_horizon")
    assert (winner["list_price"], rival["list_price"]) == ("9950.00", "10000.00")


def test_a_break_even_is_spelled_out(ask):
    market = Market()
    swift = market.car_model("Swift")
    near = market.supplier("Near", {swift: 2_000_000})
    far = market.supplier("Far", {swift: 2_030_000, market.car_model("Idle"): 1})
    factories.make_tier(seller=far, threshold=1, percent="5.00")
    showroom = market.showroom("Corner", minimum_stock=1)
    market.stock_up()

    body = detail(ask(member(showroom)), "review", car_model=swift)["body"]

    even = body["break_even"]
    assert even["against"] == {"id": near.pk, "kind": "supplier", "name": "Near"}
    assert (even["dearer_today"], even["tier_percent"]) == ("300.00", "5.00")
    tiers = next(one for one in body["candidates"] if one["supplier"]["name"] == "Far")
    assert tiers["tiers_within_reach"] == [{"threshold": 1, "percent": "5.00"}]


def test_a_match_shows_every_shelf_and_only_the_own_cost(trade, ask):
    _market, _swift, _near, _far, corner, square, _ann = trade

    shelves = detail(ask(member(corner)), "match")["body"]["shelves"]
    everything = detail(ask(factories.make_user(is_staff=True)), "match")["body"]["shelves"]

    assert [
        (one["seller"]["name"], one["list_price"], one["quantity"], one["cost"]) for one in shelves
    ] == [("Corner", "12000.00", 2, "19402.50"), ("Square", "13000.00", 1, None)]
    assert [one["percent"] for one in shelves[1]["promotions"]] == ["2.00"]
    assert shelves[1]["promotions"][0]["starts_at"] == "2026-03-01T12:00:00Z"
    assert [one["cost"] for one in everything] == ["19402.50", "9950.00"]
    assert (corner.pk, square.pk) == tuple(one["seller"]["id"] for one in shelves)


def test_a_rivals_decisions_are_not_there(trade, ask, problem):
    _market, _swift, _near, _far, corner, square, _ann = trade
    client = ask(member(square))

    kinds = [row["kind"] for row in client.get(PATH).json()["results"]]

    assert kinds == ["restock", "review"]  # it sold nothing in the match
    for decision in Decision.objects.filter(party=corner.pk):
        assert problem(client.get(f"{PATH}{decision.pk}/")) == (404, "not_found", [])
    match = Decision.objects.get(kind="match")
    assert problem(client.get(f"{PATH}{match.pk}/"))[0] == 404


def test_only_showrooms_and_staff_read_decisions(trade, ask, problem):
    _market, _swift, _near, far, _corner, _square, ann = trade

    for person in (ann.user, member(far), factories.make_user()):
        assert problem(ask(person).get(PATH))[:2] == (403, "permission_denied")
        path = f"{PATH}{Decision.objects.latest('pk').pk}/"
        assert problem(ask(person).get(path))[:2] == (403, "permission_denied")
    assert problem(ask().get(PATH))[:2] == (401, "not_authenticated")
    rows = ask(factories.make_user(is_staff=True)).get(PATH).json()["results"]
    assert len(rows) == Decision.objects.count()


def test_nobody_writes_a_decision(trade, ask, problem):
    path = f"{PATH}{Decision.objects.latest('pk').pk}/"
    before = list(Decision.objects.values_list("pk", "body"))

    for person in (member(trade[4]), factories.make_superuser()):
        client = ask(person)
        assert problem(client.post(PATH, {"kind": "match"}))[0] == 405
        for method in (client.put, client.patch, client.delete):
            assert problem(method(path))[0] == 405
    assert list(Decision.objects.values_list("pk", "body")) == before


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=review", ["review"]),
        ("party={corner}", ["restock", "review"]),
        ("party={square}", []),
        ("car_model={swift}", ["match", "review"]),
        ("q=swift", ["match", "review"]),
        ("created_from=2026-03-02T12:00:00Z", ["match"]),
        ("created_before=2026-03-02T12:00:00Z", ["restock", "review"]),
    ],
)
def test_decisions_are_narrowed(trade, ask, query, kinds):
    _market, swift, _near, _far, corner, square, _ann = trade
    query = query.format(corner=corner.pk, square=square.pk, swift=swift.pk)

    rows = ask(member(corner)).get(f"{PATH}?{query}").json()["results"]

    assert [row["kind"] for row in rows] == kinds


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=x", "kind"),
        ("party=0", "party"),
        (f"car_model={2 ** 63}", "car_model"),
        ("q=%00", "q"),
        ("body=x", "body"),
        ("created_from=5", "created_from"),
    ],
)
def test_a_query_that_can_not_be_read_is_a_400_that_names_it(trade, ask, problem, query, field):
    assert problem(ask(member(trade[4])).get(f"{PATH}?{query}")) == (400, "invalid", [field])


@pytest.mark.parametrize("pk", ["x", "9" * 19, f"{10 ** 17}"])
def test_an_id_that_is_none_is_not_there(trade, ask, problem, pk):
    assert problem(ask(member(trade[4])).get(f"{PATH}{pk}/"))[0] == 404


def test_lists_cost_the_same_with_more_rows(trade, ask, same_queries):
    market, swift, _near, _far, corner, _square, ann = trade
    rounds = iter(range(2, 100))

    def one() -> None:
        at = NOW + next(rounds) * MINUTE
        review_suppliers(shard=WHOLE, slot=f"r{at}", at=at)
        market.offer(ann, swift, 2_000_000, at=at)
        match_offers(shard=WHOLE, slot=f"m{at}", at=at)
        restock_showrooms(shard=WHOLE, slot=f"s{at}", at=at)

    same_queries(ask(member(corner)), PATH, one)
    assert Deal.objects.filter(kind="retail").count() > 10
