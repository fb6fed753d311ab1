"""Offers meet stock, and money, cars and patronage move together."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.common.shards import WHOLE, Shard
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.selectors import available, held
from marketplace.ledger.services import Move, post
from marketplace.notices.models import Email, Notice
from marketplace.pricing.models import Listing, Patronage
from marketplace.trading.models import Deal, Offer
from marketplace.trading.selectors import book
from marketplace.trading.selectors.book import shards_with_work
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import cancel_offer, post_offer
from tests.marketplace import factories

NOW = factories.NOW


def rich_customer(cents: int = 10_000_000, **fields):
    customer = factories.make_customer(**fields)
    post(Move(f"opening:{customer.pk}", WORLD, wallet(customer.pk), cents, "opening"), at=NOW)
    return customer


def stock(seller, car_model, price_cents: int, quantity: int, cost_cents: int = 0):
    return Listing.objects.create(
        seller=seller,
        car_model=car_model,
        price_cents=price_cents,
        quantity=quantity,
        stock_cost_cents=cost_cents,
    )


@pytest.mark.django_db(transaction=True)
def test_the_worked_example_of_the_market():
    model = factories.make_car_model()
    first, second = factories.make_showroom(), factories.make_showroom()
    at_first = stock(first, model, 2_000_000, 2, 3_000_001)
    stock(second, model, 1_990_000, 1, 1_500_000)
    factories.make_tier(seller=first, threshold=5, percent=Decimal("2.00"))
    bob, ann, cid = (rich_customer(name=name) for name in ("Bob", "Ann", "Cid"))
    Patronage.objects.create(seller=first, buyer=ann, cars=5, spent_cents=1, last_deal_at=NOW)
    offers = [
        post_offer(
            customer=customer,
            car_model=model,
            max_price_cents=cents,
            at=NOW + timedelta(minutes=minute),
        )
        for minute, (customer, cents) in enumerate(
            [(bob, 1_995_000), (ann, 2_000_000), (cid, 1_995_000)]
        )
    ]
    at = NOW + timedelta(minutes=5)

    report = match_offers(shard=WHOLE, slot="t1", at=at)

    assert (report.offers, report.deals, report.volume_cents) == (3, 2, 3_950_000)
    deals = {deal.offer_id: deal for deal in Deal.objects.all()}
    assert (
        deals[offers[0].pk].seller_id == second.pk
        and deals[offers[0].pk].unit_price_cents == 1_990_000
    )
    ann_deal = deals[offers[1].pk]
    assert (ann_deal.seller_id, ann_deal.unit_price_cents, ann_deal.cars_before) == (
        first.pk,
        1_960_000,
        5,
    )
    assert (ann_deal.discount_percent, ann_deal.cost_cents) == (Decimal("2.00"), 1_500_001)
    assert [Offer.objects.get(pk=offer.pk).status for offer in offers] == [
        "filled",
        "filled",
        "open",
    ]
    assert (available(bob.pk), held(bob.pk)) == (10_000_000 - 1_990_000, 0)
    assert (available(ann.pk), held(ann.pk)) == (10_000_000 - 1_960_000, 0)
    assert (available(cid.pk), held(cid.pk)) == (10_000_000 - 1_995_000, 1_995_000)
    assert (available(first.pk), available(second.pk)) == (1_960_000, 1_990_000)
    at_first.refresh_from_db()
    assert (at_first.quantity, at_first.stock_cost_cents) == (1, 1_500_000)
    assert Patronage.objects.get(seller=first, buyer=ann).cars == 6
    assert Notice.objects.filter(user=bob.user, kind="offer_filled").count() == 1
    assert Email.objects.filter(to=ann.user.email).count() == 1


@pytest.mark.django_db(transaction=True)
def test_matching_twice_buys_one_car():
    model = factories.make_car_model()
    stock(factories.make_showroom(), model, 1_000, 5)
    customer = rich_customer()
    post_offer(customer=customer, car_model=model, max_price_cents=1_200, at=NOW)

    for slot in ("t1", "t1", "t2"):
        match_offers(shard=WHOLE, slot=slot, at=NOW)

    assert Deal.objects.count() == 1
    assert available(customer.pk) == 10_000_000 - 1_000


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_offer_buys_nothing_and_its_money_is_back():
    model = factories.make_car_model()
    stock(factories.make_showroom(), model, 1_000, 5)
    customer = rich_customer()
    offer = post_offer(customer=customer, car_model=model, max_price_cents=1_200, at=NOW)

    cancel_offer(customer=customer, offer=offer, at=NOW)
    match_offers(shard=WHOLE, slot="t1", at=NOW)

    assert Deal.objects.count() == 0
    assert (available(customer.pk), held(customer.pk)) == (10_000_000, 0)


@pytest.mark.django_db(transaction=True)
def test_a_run_is_divided_only_if_there_is_much_to_match(monkeypatch):
    model = factories.make_car_model()
    showroom = factories.make_showroom()
    stock(showroom, model, 1_000, 5)
    factories.make_tier(seller=showroom, threshold=2, percent=Decimal("10.00"))
    stranger, patron = rich_customer(), rich_customer()
    at = NOW + timedelta(minutes=1)
    assert shards_with_work(4, at) == []

    post_offer(customer=stranger, car_model=model, max_price_cents=950, at=NOW)
    assert shards_with_work(4, at) == []

    Patronage.objects.create(seller=showroom, buyer=patron, cars=2, spent_cents=1, last_deal_at=NOW)
    post_offer(customer=patron, car_model=model, max_price_cents=950, at=NOW)
    assert shards_with_work(4, at) == [WHOLE]

    monkeypatch.setattr(book, "_FEW", 1)
    assert shards_with_work(4, at) == [Shard(model.pk % 4, 4)]
