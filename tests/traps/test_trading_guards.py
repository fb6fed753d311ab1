"""Who may trade what, and when: the checks of the trade, each with what it keeps out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from marketplace.common.errors import MarketplaceError
from marketplace.common.shards import WHOLE, Shard
from marketplace.ledger.errors import InsufficientFunds
from marketplace.parties.models import Customer, Party
from marketplace.parties.services import deactivate_party
from marketplace.pricing.services import deactivate_listing, publish_promotion, set_tiers
from marketplace.trading.models import Deal, JobRun, Offer
from marketplace.trading.services.assortments import find_assortments
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import (
    NewOffer,
    cancel_offer,
    expire_offers,
    post_offer,
    post_offers,
)
from marketplace.trading.services.profiles import derive_profiles
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.market import NOW, STOCKED, Market, money_of, small_market

HOUR = timedelta(hours=1)


def refused(customer: Customer, car_model, **values) -> str:
    """Why an offer is not posted; nothing is held then."""
    fields = {"max_price_cents": 1_000, "at": NOW} | values
    before = money_of(customer)
    with pytest.raises(MarketplaceError) as refusal:
        post_offer(customer=customer, car_model=car_model, **fields)
    assert money_of(customer) == before and not Offer.objects.filter(customer=customer).exists()
    return refusal.value.code


def test_an_offer_needs_a_confirmed_address(market):
    ann = market.customer("Ann")
    ann.user.email_confirmed_at = None
    ann.user.save()

    assert refused(ann, market.car_model()) == "email_not_confirmed"


def test_an_offer_needs_an_active_customer(market):
    ann = market.customer("Ann")
    deactivate_party(party=ann, at=NOW)

    assert refused(ann, market.car_model()) == "party_inactive"


def test_an_offer_needs_an_active_car_model(market):
    assert (
        refused(market.customer("Ann"), market.car_model(is_active=False)) == "car_model_inactive"
    )


@pytest.mark.parametrize("cents", [0, -1, 10**12 + 1])
def test_an_offer_needs_a_price(market, cents):
    assert refused(market.customer("Ann"), market.car_model(), max_price_cents=cents) == "invalid"


@pytest.mark.parametrize("ends_at", [NOW, NOW - HOUR, NOW + timedelta(days=366)])
def test_an_offer_ends_in_the_future(market, ends_at):
    assert refused(market.customer("Ann"), market.car_model(), expires_at=ends_at) == "invalid"


def test_an_offer_needs_its_money_and_holds_it(market):
    ann, car_model = market.customer("Ann", 1_500), market.car_model()

    assert refused(ann, car_model, max_price_cents=1_501) == "insufficient_funds"
    market.offer(ann, car_model, 1_000)

    assert money_of(ann) == (500, 1_000)


def test_of_many_offers_none_is_posted_if_one_cannot_be_paid(market):
    ann, car_model = market.customer("Ann", 1_500), market.car_model()
    many = [NewOffer(ann.pk, car_model.pk, 1_000, NOW + HOUR)] * 2

    with pytest.raises(InsufficientFunds):
        post_offers(offers=many, at=NOW)

    assert money_of(ann) == (1_500, 0) and not Offer.objects.exists()


def test_nobody_cancels_the_offer_of_another(market):
    ann, bob = market.customer("Ann"), market.customer("Bob")
    offer = market.offer(ann, market.car_model(), 1_000)

    with pytest.raises(Offer.DoesNotExist):
        cancel_offer(customer=bob, offer=offer, at=NOW)

    assert money_of(ann)[1] == 1_000


def test_a_closed_offer_is_not_cancelled_and_gives_its_money_back_once(market):
    ann = market.customer("Ann", 1_000)
    offer = market.offer(ann, market.car_model(), 1_000)
    cancel_offer(customer=ann, offer=offer, at=NOW)

    with pytest.raises(MarketplaceError, match="no longer open"):
        cancel_offer(customer=ann, offer=offer, at=NOW)

    assert money_of(ann) == (1_000, 0)


def test_only_an_open_offer_expires(market):
    ann = market.customer("Ann", 1_000)
    offer = market.offer(ann, market.car_model(), 1_000, expires_at=NOW + HOUR)
    cancel_offer(customer=ann, offer=offer, at=NOW)

    assert expire_offers(slot="e1", at=NOW + 2 * HOUR) == 0
    assert money_of(ann) == (1_000, 0)


@pytest.mark.parametrize("who", ["customer", "showroom", "car model", "listing", "offer"])
def test_what_is_deactivated_takes_no_part_in_matching(who, audit_clean):
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann")
    offer = market.offer(ann, car_model, 1_000_000)
    if who == "listing":
        deactivate_listing(listing=market.listing(showroom, car_model), at=NOW)
    elif who == "offer":
        Offer.objects.filter(pk=offer.pk).update(is_active=False)
    elif who == "car model":
        type(car_model).objects.filter(pk=car_model.pk).update(is_active=False)
    else:
        deactivate_party(party={"customer": ann, "showroom": showroom}[who], at=NOW)

    assert match_offers(shard=WHOLE, slot="m1", at=NOW + HOUR).deals == 0


def test_an_offer_that_has_ended_is_not_filled_even_if_nobody_closed_it(audit_clean):
    market, car_model, _showroom = small_market(cars=1)
    market.offer(market.customer("Ann"), car_model, 1_000_000, expires_at=NOW + HOUR)

    assert match_offers(shard=WHOLE, slot="m1", at=NOW + HOUR).deals == 0


def test_what_a_run_has_sold_counts_for_nobody_in_the_same_run_whatever_its_shards(audit_clean):
    market = Market()
    cars = [market.car_model(name) for name in ("A", "B")]
    market.supplier("Works", dict.fromkeys(cars, 800_000))
    showroom = market.showroom("Corner", minimum_stock=2)
    market.stock_up()
    set_tiers(seller=showroom, tiers=[(1, Decimal("10.00"))], at=STOCKED)
    ann = market.customer("Ann")
    for car_model in cars * 2:
        market.offer(ann, car_model, 1_000_000)

    for index in (1, 0):
        match_offers(shard=Shard(index, 2), slot="m1", at=NOW + HOUR)

    prices = Deal.objects.filter(kind="retail").values_list("unit_price_cents", flat=True)
    assert list(prices) == [920_000] * 4


def test_what_a_run_has_sold_reaches_no_higher_tier_in_the_same_run(audit_clean):
    market = Market()
    cars = [market.car_model(name) for name in ("A", "B")]
    market.supplier("Works", dict.fromkeys(cars, 800_000))
    showroom = market.showroom("Corner", minimum_stock=2)
    market.stock_up()
    set_tiers(seller=showroom, tiers=[(1, Decimal("10.00")), (2, Decimal("20.00"))], at=STOCKED)
    ann = market.customer("Ann")
    market.offer(ann, cars[0], 1_000_000)
    match_offers(shard=WHOLE, slot="m1", at=NOW + HOUR)
    for car_model in cars:
        market.offer(ann, car_model, 1_000_000)

    for index in (1, 0):
        match_offers(shard=Shard(index, 2), slot="m2", at=NOW + 2 * HOUR)

    deals = Deal.objects.filter(kind="retail", sold_at=NOW + 2 * HOUR)
    assert [(deal.unit_price_cents, deal.cars_before) for deal in deals] == [(828_000, 1)] * 2


@pytest.mark.parametrize("who", ["supplier", "listing", "showroom"])
def test_who_is_deactivated_takes_no_part_in_restocking(who, audit_clean):
    market = Market()
    car_model = market.car_model()
    works = market.supplier("Works", {car_model: 800_000})
    showroom = market.showroom("Corner")
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)
    if who == "listing":
        deactivate_listing(listing=market.listing(works, car_model), at=NOW)
    else:
        deactivate_party(party={"supplier": works, "showroom": showroom}[who], at=NOW)

    assert restock_showrooms(shard=WHOLE, slot="s1", at=NOW + HOUR).cars == 0


def test_a_showroom_keeps_its_reserve(audit_clean):
    market = Market()
    market.supplier("Works", {market.car_model(): 800_000})
    showroom = market.showroom(
        "Corner", minimum_stock=5, cents=3_000_000, cash_reserve_cents=1_000_000
    )

    market.stock_up()

    assert money_of(showroom) == (1_400_000, 0)


def test_a_deactivated_seller_announces_nothing(market):
    showroom = market.showroom("Corner")
    deactivate_party(party=showroom, at=NOW)
    seller = Party.objects.get(pk=showroom.pk)

    with pytest.raises(MarketplaceError) as refusal:
        publish_promotion(
            seller=seller,
            by=None,
            name="Sale",
            percent=Decimal(5),
            starts_at=NOW,
            ends_at=NOW + HOUR,
            at=NOW,
        )

    assert refusal.value.code == "party_inactive"


JOBS = [
    lambda: match_offers(shard=WHOLE, slot="1", at=NOW),
    lambda: find_assortments(shard=WHOLE, slot="1", at=NOW),
    lambda: expire_offers(slot="1", at=NOW),
    lambda: derive_profiles(slot="1", at=NOW),
]


@pytest.mark.parametrize("job", JOBS)
def test_a_job_has_its_own_transaction(job, market):
    del market
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        job()
    assert not JobRun.objects.exists()


def test_a_slot_served_before_is_not_served_again(audit_clean):
    market, car_model, showroom = small_market(cars=2)
    ann = market.customer("Ann")
    market.offer(ann, car_model, 1_000_000)
    for _ in range(2):
        match_offers(shard=WHOLE, slot="m1", at=NOW + HOUR)
        market.offer(ann, car_model, 1_000_000)

    assert market.listing(showroom, car_model).quantity == 1
