"""Why a deal came about can be worked out again from what the job left behind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.common.shards import WHOLE
from marketplace.parties.models import Party
from marketplace.pricing.rules.quoting import Outcome
from marketplace.trading.models import AssortmentLine, Deal
from marketplace.trading.rules.explaining import Fate
from marketplace.trading.rules.restocking import LineOutcome, Standing
from marketplace.trading.rules.sourcing_choices import CandidateReason, LineReason
from marketplace.trading.selectors.explaining import (
    nearest_miss,
    nearest_misses,
    why_deal,
    why_line,
)
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.restocking import restock_showrooms
from tests.market import STOCKED, Market
from tests.marketplace import factories

NOW = factories.NOW
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked_example():
    """The worked example of matching, bought and paid for: Bob, Ann and Cid at two showrooms."""
    market = Market()
    swift = market.car_model()
    market.supplier("Works", {swift: 1_000_000})
    first, second = market.showroom("First", minimum_stock=8), market.showroom(
        "Second", minimum_stock=1
    )
    market.stock_up()
    market.price(first, swift, 2_000_000)
    market.price(second, swift, 1_990_000)
    ann = market.customer("Ann")
    for number in range(5):
        Party.objects.filter(pk=second.pk).update(is_active=False)
        market.offer(ann, swift, 2_000_000, at=NOW - timedelta(hours=5 - number))
        match_offers(
            shard=WHOLE, slot=f"before {number}", at=NOW - timedelta(hours=5 - number) + MINUTE
        )
    Party.objects.filter(pk=second.pk).update(is_active=True)
    factories.make_tier(seller=first, threshold=5, percent="2.00")
    dan = market.customer("Dan")
    offers = [
        market.offer(customer, swift, cents, at=NOW + minute * MINUTE)
        for minute, (customer, cents) in enumerate(
            [
                (market.customer("Bob"), 1_995_000),
                (ann, 2_000_000),
                (market.customer("Cid"), 1_995_000),
                (dan, 2_100_000),
            ]
        )
    ]
    match_offers(shard=WHOLE, slot="example", at=NOW + 5 * MINUTE)
    return market, swift, first, second, offers


def why(offer):
    return why_deal(Deal.objects.get(offer=offer))


def fates(why_retail):
    names = why_retail.names
    return [
        (names[one.quote.seller_id], one.quote.price_cents, one.left, one.fate)
        for one in why_retail.rivals
    ]


def test_the_worked_example_explains_itself(worked_example):
    _market, _swift, first, _second, (bob, ann, _cid, dan) = worked_example

    assert fates(why(bob)) == [
        ("Second", 1_990_000, 1, Fate.CHOSEN),
        ("First", 2_000_000, 3, Fate.ABOVE_MAXIMUM),
    ]
    of_ann = why(ann)
    assert fates(of_ann) == [
        ("First", 1_960_000, 3, Fate.CHOSEN),
        ("Second", 1_990_000, 0, Fate.SOLD_OUT),
    ]
    trace = [(one.bp, one.outcome) for one in of_ann.rivals[0].quote.considered]
    assert trace == [(200, Outcome.APPLIED)]
    assert of_ann.rivals[0].quote.cars_before == 5
    assert (of_ann.names[first.pk], of_ann.max_price_cents) == ("First", 2_000_000)
    assert fates(why(dan)) == [
        ("First", 2_000_000, 2, Fate.CHOSEN),
        ("Second", 1_990_000, 0, Fate.SOLD_OUT),
    ]
    assert all(why(offer).consistent for offer in (bob, ann, dan))


def test_every_deal_of_the_market_explains_itself(worked_example):
    deals = list(Deal.objects.all())

    assert len(deals) == 10
    assert all(why_deal(deal).consistent for deal in deals)


def test_a_dearer_showroom_and_ties_say_so():
    market = Market()
    swift = market.car_model()
    market.supplier("Works", {swift: 1_000_000})
    showrooms = [market.showroom(name, minimum_stock=1) for name in ("A", "B", "C", "D")]
    market.stock_up()
    for showroom, cents in zip(showrooms, (900_000, 900_000, 1_000_000, 950_000)):
        market.price(showroom, swift, cents)
    factories.make_promotion(seller=showrooms[2], percent="10.00")
    offer = market.offer(market.customer("Ann"), swift, 2_000_000)

    match_offers(shard=WHOLE, slot="m", at=NOW + MINUTE)

    assert fates(why(offer)) == [
        ("A", 900_000, 1, Fate.CHOSEN),
        ("B", 900_000, 1, Fate.LARGER_ID),
        ("C", 900_000, 1, Fate.HIGHER_LIST_PRICE),
        ("D", 950_000, 1, Fate.DEARER),
    ]
    assert [one.dearer_cents for one in why(offer).rivals] == [0, 0, 0, 50_000]


@pytest.mark.parametrize(
    "forged",
    [
        {"unit_price_cents": 1},
        {"list_price_cents": 3_000_000},
        {"loyalty_tier": None},
    ],
)
def test_a_deal_that_can_not_be_worked_out_again_says_so(worked_example, forged):
    ann = worked_example[-1][1]
    Deal.objects.filter(offer=ann).update(**forged)

    assert not why(ann).consistent


def test_a_deal_at_the_wrong_showroom_says_so(worked_example):
    _market, _swift, _first, second, (_bob, ann, *_) = worked_example
    Deal.objects.filter(offer=ann).update(seller=second.pk)

    assert not why(ann).consistent


def test_a_deal_without_a_decision_is_not_explained(worked_example):
    deal = Deal.objects.get(offer=worked_example[-1][0])
    deal.decision = None

    assert why_deal(deal) is None


@pytest.fixture
def bought():
    """A showroom that bought one model from its dear supplier's cheap rival, thanks to a promotion."""
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
    return market, swift, home, rival, showroom


def test_a_wholesale_deal_explains_itself(bought):
    _market, swift, home, rival, showroom = bought
    deal = Deal.objects.get(run__slot="r")

    explained = why_deal(deal)

    line = explained.line
    assert (line.stock, line.target, line.wanted, line.bought) == (3, 7, 4, 4)
    assert line.outcome is LineOutcome.BOUGHT and line.car_model_id == swift.pk
    assert line.sourcing_supplier_id == home.pk
    assert [
        (one.quote.seller_id, one.quote.price_cents, one.standing) for one in line.candidates
    ] == [
        (rival.pk, 880_000, Standing.CHOSEN),
        (home.pk, 1_000_000, Standing.DEARER),
    ]
    assert [(one.quantity, one.unit_price_cents) for one in line.purchases] == [(4, 880_000)]
    assert explained.names[rival.pk] == "Rival" and explained.names[showroom.pk] == "Corner"
    assert explained.consistent


@pytest.mark.parametrize("forged", [{"unit_price_cents": 1}, {"quantity": 3}, {"promotion": None}])
def test_a_forged_wholesale_deal_says_so(bought, forged):
    Deal.objects.filter(run__slot="r").update(**forged)

    assert not why_deal(Deal.objects.get(run__slot="r")).consistent


def test_an_assortment_line_explains_its_supplier():
    market = Market()
    swift, idle = market.car_model("Swift"), market.car_model("Idle")
    near = market.supplier("Near", {swift: 2_000_000})
    far = market.supplier("Far", {swift: 2_030_000, idle: 1_000_000})
    factories.make_tier(seller=far, threshold=1, percent="5.00")
    showroom = market.showroom("Corner", minimum_stock=1)
    market.stock_up()

    explained = why_line(AssortmentLine.objects.get(showroom=showroom, car_model=swift))

    choice = explained.choice
    assert (choice.supplier_id, choice.previous_supplier_id) == (far.pk, None)
    assert choice.reason is LineReason.FIRST_CHOICE
    assert explained.decided_at == STOCKED
    assert [(one.supplier_id, one.list_price_cents) for one in choice.candidates] == [
        (far.pk, 2_030_000),
        (near.pk, 2_000_000),
    ]
    assert choice.candidates[0].reason == CandidateReason.CHOSEN
    assert choice.candidates[0].tiers_within_reach == (1, 500)
    assert (choice.break_even.against_supplier_id, choice.break_even.dearer_today_cents) == (
        near.pk,
        30_000,
    )
    assert choice.break_even.tier_percent == Decimal("5.00")
    assert explained.names[far.pk] == "Far"


def test_a_line_that_nobody_reviewed_is_not_explained():
    market = Market()
    swift = market.car_model()
    market.supplier("Works", {swift: 1})
    showroom = market.showroom("Corner")

    assert why_line(AssortmentLine.objects.get(showroom=showroom)) is None


def test_the_nearest_miss_is_the_lowest_own_quote(worked_example):
    market, _swift, first, _second, (_bob, ann, cid, _dan) = worked_example
    cid.refresh_from_db()

    miss = nearest_miss(cid, NOW + 6 * MINUTE)

    assert (miss.quote.seller_id, miss.quote.price_cents, miss.missing_cents) == (
        first.pk,
        2_000_000,
        5_000,
    )
    loyal = market.offer(ann.customer, ann.car_model, 1_950_000, at=NOW + 6 * MINUTE)
    assert nearest_miss(loyal, NOW + 6 * MINUTE).missing_cents == 10_000
    enough = market.offer(ann.customer, ann.car_model, 1_970_000, at=NOW + 6 * MINUTE)
    assert nearest_miss(enough, NOW + 6 * MINUTE).missing_cents == 0


def test_without_a_car_in_stock_nothing_is_near(worked_example):
    market, _swift, first, _second, (*_, cid, _dan) = worked_example
    Party.objects.filter(pk=first.pk).update(is_active=False)

    assert nearest_miss(cid, NOW + 6 * MINUTE) is None


def test_the_nearest_misses_of_many_offers_take_four_queries(
    worked_example, django_assert_num_queries
):
    market, swift, *_rest = worked_example
    customer = market.customer("Many")
    offers = [market.offer(customer, swift, 1_000_000 + n, at=NOW + 6 * MINUTE) for n in range(20)]

    with django_assert_num_queries(4):
        found = nearest_misses(offers, NOW + 6 * MINUTE)

    assert [found[offer.pk].missing_cents for offer in offers] == [1_000_000 - n for n in range(20)]


def test_no_offers_have_no_misses():
    assert nearest_misses([], NOW) == {}
