"""Showrooms find their assortment, choose suppliers and restock; money and cars add up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.common.shards import WHOLE
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.selectors import available
from marketplace.ledger.services import Move, post
from marketplace.parties.services import deactivate_party
from marketplace.pricing.models import Listing, Patronage, PriceChange
from marketplace.trading.models import AssortmentLine, Deal, Decision, JobRun
from marketplace.trading.selectors.demand import open_offers_at
from marketplace.trading.selectors.previews import restock_preview, review_preview
from marketplace.trading.services.assortments import (
    find_assortments,
    open_showroom,
    set_preference,
)
from marketplace.trading.services.offers import post_offer
from marketplace.trading.services.policies import change_policy
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.marketplace import factories

NOW = factories.NOW

pytestmark = pytest.mark.django_db(transaction=True)


def fund(party, cents: int) -> None:
    post(Move(f"opening:{party.pk}", WORLD, wallet(party.pk), cents, "opening"), at=NOW)


@pytest.fixture(name="market")
def make_market():
    """A showroom for SUVs, two suppliers who list one, and a sedan nobody here wants."""
    suv = factories.make_car_model(body_type="suv")
    sedan = factories.make_car_model(body_type="sedan")
    cheap, dear = factories.make_supplier(), factories.make_supplier()
    for seller, price in ((cheap, 1_000_000), (dear, 1_050_000)):
        factories.make_listing(seller=seller, car_model=suv, price_cents=price)
        factories.make_listing(seller=seller, car_model=sedan, price_cents=price)
    showroom = open_showroom(
        owner=None,
        name="SUV World",
        criteria=[{"characteristic": "body_type", "values": ["suv"], "must": True}],
        at=NOW - timedelta(days=60),
        minimum_stock=3,
    )
    return showroom, suv, cheap, dear


def test_a_new_showroom_has_its_assortment_and_its_supplier_after_the_review(market):
    showroom, suv, cheap, _dear = market

    review_suppliers(shard=WHOLE, slot="r1", at=NOW)

    line = AssortmentLine.objects.get(showroom=showroom)
    assert (line.car_model_id, line.supplier_id, line.rank, line.fit) == (suv.pk, cheap.pk, 1, 1)
    assert line.decision.kind == Decision.Kind.REVIEW


def test_restocking_buys_up_to_the_target_and_sets_the_retail_price(market):
    showroom, suv, cheap, _dear = market
    fund(showroom, 10_000_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)

    report = restock_showrooms(shard=WHOLE, slot="s1", at=NOW)

    assert (report.cars, report.spent_cents, report.failed) == (3, 3_000_000, 0)
    listing = Listing.objects.get(seller=showroom, car_model=suv)
    assert (listing.quantity, listing.stock_cost_cents, listing.price_cents) == (
        3,
        3_000_000,
        1_150_000,
    )
    assert (available(showroom.pk), available(cheap.pk)) == (7_000_000, 3_000_000)
    assert Patronage.objects.get(seller=cheap, buyer=showroom).cars == 3
    assert PriceChange.objects.get(listing=listing).old_price_cents is None
    deal = Deal.objects.get()
    assert (deal.kind, deal.quantity, deal.unit_price_cents, deal.decision.kind) == (
        "wholesale",
        3,
        1_000_000,
        "restock",
    )


def test_restocking_twice_buys_nothing_the_second_time(market):
    showroom, *_ = market
    fund(showroom, 10_000_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)

    for slot in ("s1", "s1", "s2"):
        restock_showrooms(shard=WHOLE, slot=slot, at=NOW)

    assert available(showroom.pk) == 7_000_000
    assert JobRun.objects.filter(job="restock-showrooms").count() == 2


def test_a_promotion_elsewhere_beats_the_sourcing_supplier_and_a_tier_splits_the_line(market):
    showroom, suv, cheap, dear = market
    fund(showroom, 10_000_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)
    factories.make_promotion(
        seller=dear,
        percent=Decimal("10.00"),
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=1),
        car_models=[suv],
    )
    factories.make_tier(seller=dear, threshold=2, percent=Decimal("20.00"))

    restock_showrooms(shard=WHOLE, slot="s1", at=NOW)

    deals = [
        (deal.seller_id, deal.quantity, deal.unit_price_cents, deal.cars_before)
        for deal in Deal.objects.order_by("pk")
    ]
    assert deals == [(dear.pk, 2, 945_000, 0), (dear.pk, 1, 840_000, 2)]
    assert AssortmentLine.objects.get(showroom=showroom).supplier_id == cheap.pk


def test_the_preview_is_what_the_run_does(market):
    showroom, *_ = market
    fund(showroom, 2_500_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)

    (plan,) = restock_preview(NOW, showroom.pk)
    assert Deal.objects.count() == 0
    report = restock_showrooms(shard=WHOLE, slot="s1", at=NOW)

    assert (
        (plan.lines[0].bought, plan.spent_cents)
        == (report.cars, report.spent_cents)
        == (2, 2_000_000)
    )
    (sourcing,) = review_preview(NOW, showroom.pk)
    assert [choice.switched for choice in sourcing.choices] == [False]


def test_a_model_that_leaves_the_assortment_is_no_longer_bought(market):
    showroom, *_ = market
    fund(showroom, 10_000_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)

    set_preference(
        showroom=showroom,
        criteria=[{"characteristic": "body_type", "values": ["van"], "must": True}],
        at=NOW,
    )
    restock_showrooms(shard=WHOLE, slot="s1", at=NOW)

    assert not AssortmentLine.objects.active().exists()
    assert Deal.objects.count() == 0


def test_finding_assortments_again_changes_nothing(market):
    first = find_assortments(shard=WHOLE, slot="a1", at=NOW)
    second = find_assortments(shard=WHOLE, slot="a2", at=NOW)

    assert (first.changed, second.changed) == (0, 0)


def test_one_failing_showroom_is_reported_and_does_not_stop_the_others(market, monkeypatch):
    showroom, suv, *_ = market
    other = open_showroom(owner=None, name="Other", criteria=[], at=NOW, minimum_stock=1)
    fund(showroom, 10_000_000)
    fund(other, 10_000_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)
    # A constraint of the database stands in for whatever may go wrong for one of them.
    Listing.objects.create(
        seller=showroom, car_model=suv, price_cents=2**62, quantity=0, stock_cost_cents=2**63 - 1
    )

    report = restock_showrooms(shard=WHOLE, slot="s1", at=NOW)

    assert report.failed == 1
    assert available(showroom.pk) == 10_000_000
    assert available(other.pk) < 10_000_000
    run = JobRun.objects.get(job="restock-showrooms")
    assert (run.status, list(run.report["errors"])) == ("failed", [str(showroom.pk)])


def test_another_markup_reprices_what_is_priced_automatically(market):
    showroom, suv, *_ = market
    fund(showroom, 10_000_000)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)
    restock_showrooms(shard=WHOLE, slot="s1", at=NOW)

    change_policy(showroom=showroom, at=NOW, markup_percent=Decimal("20.00"))

    listing = Listing.objects.get(seller=showroom, car_model=suv)
    assert listing.price_cents == 1_200_000
    assert [change.price_cents for change in listing.price_changes.all()] == [1_200_000, 1_150_000]


def test_a_smaller_assortment_size_takes_lines_out(market):
    showroom, *_ = market
    set_preference(showroom=showroom, criteria=[], at=NOW)
    assert AssortmentLine.objects.active().filter(showroom=showroom).count() == 2

    change_policy(showroom=showroom, at=NOW, assortment_size=1)

    assert AssortmentLine.objects.active().filter(showroom=showroom).count() == 1


def test_the_open_offers_of_a_customer_who_left_are_no_demand(market):
    _showroom, suv, *_ = market
    customer = factories.make_customer()
    fund(customer, 5_000_000)
    post_offer(customer=customer, car_model=suv, max_price_cents=900_000, at=NOW)
    assert open_offers_at(NOW) == {suv.pk: 1}

    deactivate_party(party=customer, at=NOW)

    assert open_offers_at(NOW) == {}
