"""The traps that others fell into, each walked into on purpose, through the services alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.common.models import RecordsAreDeactivated
from marketplace.common.shards import WHOLE
from marketplace.parties.models import Showroom
from marketplace.parties.services import set_policy
from marketplace.pricing.models import Listing
from marketplace.pricing.services import (
    deactivate_listing,
    list_car_model,
    publish_promotion,
    set_tiers,
)
from marketplace.trading.models import Deal, Offer
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.market import NOW, STOCKED, Market, money_of, small_market
from tests.marketplace import factories

HOUR = timedelta(hours=1)


def match(at=NOW) -> int:
    """Match everything; returns how many offers were filled."""
    return match_offers(shard=WHOLE, slot=f"m {at}", at=at).deals


def promote(seller, percent: str, starts_at, ends_at) -> None:
    """Announce a discount on everything that the seller sells."""
    publish_promotion(
        seller=seller, by=None, name="Sale", percent=Decimal(percent), starts_at=starts_at,
        ends_at=ends_at, at=STOCKED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "price"),
    [
        (NOW - timedelta(microseconds=1), 1_000_000),
        (NOW, 900_000),
        (NOW + HOUR - timedelta(microseconds=1), 900_000),
        (NOW + HOUR, 1_000_000),
    ],
)
def test_a_promotion_counts_from_its_start_until_just_before_its_end(at, price, audit_clean):
    market, car_model, showroom = small_market(cars=1)
    promote(showroom, "10.00", NOW, NOW + HOUR)
    market.offer(market.customer("Ann"), car_model, 1_000_000, STOCKED)

    match(at)

    assert Deal.objects.get(kind="retail").unit_price_cents == price


def test_discounts_are_taken_off_one_by_one_and_never_added_up(audit_clean):
    market, car_model, showroom = small_market(cars=2)
    ann = market.customer("Ann")
    set_tiers(seller=showroom, tiers=[(1, Decimal("10.00"))], at=STOCKED)
    market.offer(ann, car_model, 1_000_000, STOCKED)
    match(NOW)
    promote(showroom, "5.00", NOW, NOW + 2 * HOUR)
    market.offer(ann, car_model, 1_000_000, NOW)

    match(NOW + HOUR)

    prices = Deal.objects.filter(kind="retail").order_by("pk")
    assert [deal.unit_price_cents for deal in prices] == [1_000_000, 900_000]


def test_a_customer_gets_the_cheapest_car_not_the_dearest_that_it_could_pay(audit_clean):
    market = Market()
    car_model = market.car_model()
    market.supplier("Works", {car_model: 800_000})
    dear, cheap = market.showroom("Dear", minimum_stock=1), market.showroom(
        "Cheap", minimum_stock=1
    )
    market.stock_up()
    market.price(dear, car_model, 990_000)
    market.price(cheap, car_model, 980_000)
    market.offer(market.customer("Ann"), car_model, 1_000_000)

    match(NOW + HOUR)

    assert Deal.objects.get(kind="retail").seller_id == cheap.pk


def test_an_offer_that_finds_nothing_stays_open_and_is_closed_by_its_deal(audit_clean):
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann", 2_000_000)
    offer = market.offer(ann, car_model, 999_999)

    assert [match(NOW + n * HOUR) for n in range(1, 4)] == [0, 0, 0]
    offer.refresh_from_db()
    assert (offer.status, money_of(ann)) == ("open", (1_000_001, 999_999))

    market.price(showroom, car_model, 999_999, NOW + 4 * HOUR)
    assert [match(NOW + n * HOUR) for n in range(5, 8)] == [1, 0, 0]
    offer.refresh_from_db()
    assert (offer.status, money_of(ann)) == ("filled", (1_000_001, 0))


def test_nobody_jumps_the_queue_by_offering_more(audit_clean):
    market, car_model, _showroom = small_market(cars=1)
    first = market.offer(market.customer("Ann"), car_model, 1_000_000, NOW)
    market.offer(market.customer("Bob"), car_model, 9_000_000, NOW + timedelta(microseconds=1))

    match(NOW + HOUR)

    assert Offer.objects.get(status="filled").pk == first.pk


def test_a_showroom_with_empty_shelves_and_no_sales_buys(audit_clean):
    market = Market()
    car_model = market.car_model()
    market.supplier("Works", {car_model: 800_000})
    showroom = market.showroom("New")

    market.stock_up()

    assert market.listing(showroom, car_model).quantity == 1


def test_a_slow_seller_is_restocked_and_the_last_money_buys_what_it_can(audit_clean):
    market = Market()
    car_model = market.car_model()
    works = market.supplier("Works", {car_model: 800_000})
    showroom = market.showroom("Slow", minimum_stock=10, cents=8_100_000)
    market.stock_up(STOCKED - timedelta(days=200))
    market.offer(market.customer("Ann"), car_model, 1_000_000, STOCKED - timedelta(days=100))
    match(STOCKED - timedelta(days=99))
    market.price(works, car_model, 1_000_000)

    market.stock_up()

    assert market.listing(showroom, car_model).quantity == 10
    market.price(works, car_model, 10_000)
    market.offer(market.customer("Bob"), car_model, 1_000_000, STOCKED)
    match(NOW)
    market.stock_up(NOW + HOUR)
    assert market.listing(showroom, car_model).quantity == 10


def test_a_showroom_that_cannot_pay_all_that_it_wants_buys_a_part(audit_clean):
    market = Market()
    car_model = market.car_model()
    market.supplier("Works", {car_model: 800_000})
    showroom = market.showroom("Poor", minimum_stock=10, cents=2_500_000)

    market.stock_up()

    assert market.listing(showroom, car_model).quantity == 3
    assert money_of(showroom) == (100_000, 0)


def test_the_model_in_most_demand_is_bought_with_the_last_money(audit_clean):
    market = Market()
    ignored, wanted = market.car_model("Ignored"), market.car_model("Wanted")
    market.supplier("Works", {ignored: 800_000, wanted: 800_000})
    showroom = market.showroom("Corner", cents=1_600_000)
    market.stock_up()
    market.offer(market.customer("Ann"), wanted, 920_000)
    assert match(NOW + HOUR) == 1
    set_policy(showroom=showroom, minimum_stock=2, at=NOW + HOUR)

    market.stock_up(NOW + 2 * HOUR)

    stock = {one.car_model_id: one.quantity for one in Listing.objects.filter(seller=showroom)}
    assert stock == {wanted.pk: 1, ignored.pk: 1}
    assert money_of(showroom) == (120_000, 0)


@pytest.mark.parametrize("cents", [999_999, 1_000_000, 123_456_789_012])
def test_money_has_no_small_cap(cents, audit_clean):
    market = Market()
    car_model = market.car_model()
    market.supplier("Works", {car_model: cents // 2})
    showroom = market.showroom("Corner", cents=cents)
    market.stock_up()
    market.price(showroom, car_model, cents)
    ann = market.customer("Ann", cents)
    market.offer(ann, car_model, cents)

    assert match(NOW + HOUR) == 1
    assert money_of(ann) == (0, 0)
    assert money_of(showroom) == (cents - cents // 2 + cents, 0)


@pytest.mark.parametrize(
    ("list_cents", "percent", "price"),
    [(100_005, "10.00", 90_005), (1_000_001, "33.33", 666_701), (114_999, "0.01", 114_988)],
)
def test_a_percent_is_exact_and_rounded_half_up_once(list_cents, percent, price, audit_clean):
    market, car_model, showroom = small_market(cars=1, cents=list_cents)
    promote(showroom, percent, NOW, NOW + 2 * HOUR)
    market.offer(market.customer("Ann"), car_model, 2_000_000)

    match(NOW + HOUR)

    assert Deal.objects.get(kind="retail").unit_price_cents == price


def test_what_is_deactivated_stays_on_record_and_out_of_the_way(audit_clean):
    market, car_model, showroom = small_market(cars=1)
    listing = market.listing(showroom, car_model)
    deactivate_listing(listing=listing, at=NOW)
    market.offer(market.customer("Ann"), car_model, 2_000_000)

    assert match(NOW + HOUR) == 0
    with pytest.raises(RecordsAreDeactivated):
        listing.delete()
    with pytest.raises(RecordsAreDeactivated):
        Listing.objects.all().delete()

    back = list_car_model(seller=showroom, car_model=car_model, price_cents=950_000, at=NOW + HOUR)
    assert back.pk == listing.pk
    assert match(NOW + 2 * HOUR) == 1


@pytest.mark.django_db
def test_unique_constraints_count_active_rows_only():
    showroom, car_model = factories.make_showroom(), factories.make_car_model()
    for _ in range(2):
        factories.make_listing(seller=showroom, car_model=car_model, is_active=False)
        factories.make_tier(seller=showroom, threshold=5, is_active=False)
    factories.make_listing(seller=showroom, car_model=car_model)
    factories.make_tier(seller=showroom, threshold=5)


def statements(job, at) -> int:
    """How many SQL statements a job takes."""
    with CaptureQueriesContext(connection) as captured:
        job(shard=WHOLE, slot=str(at), at=at)
    return len(captured)


def test_matching_takes_as_many_statements_for_many_offers_and_showrooms_as_for_few(audit_clean):
    market = Market()
    cars = [market.car_model(f"Model {number}") for number in range(6)]
    market.supplier("Works", dict.fromkeys(cars, 800_000))
    showrooms = [market.showroom(f"Showroom {number}", minimum_stock=3) for number in range(6)]
    market.stock_up()
    customers = [market.customer(f"Customer{number}") for number in range(6)]
    market.offer(customers[0], cars[0], 2_000_000)
    few = statements(match_offers, at=NOW + HOUR)
    for customer in customers:
        for car_model in cars:
            market.offer(customer, car_model, 2_000_000, NOW + HOUR)

    many = statements(match_offers, at=NOW + 2 * HOUR)

    assert Deal.objects.filter(kind="retail").count() == 37
    assert len(showrooms) == 6 and many == few


def test_restocking_and_review_take_a_constant_number_of_statements_a_showroom(audit_clean):
    def of_both(showrooms: int, models: int) -> tuple[int, int]:
        market = Market()
        cars = [market.car_model(f"{showrooms} {number}") for number in range(models)]
        market.supplier(f"Works {showrooms}", dict.fromkeys(cars, 800_000))
        for number in range(showrooms):
            market.showroom(f"Showroom {showrooms} {number}")
        review = statements(review_suppliers, at=NOW + showrooms * HOUR)
        restock = statements(restock_showrooms, at=NOW + showrooms * HOUR)
        return review // Showroom.objects.count(), restock // Showroom.objects.count()

    few, many = of_both(4, 2), of_both(8, 40)

    assert many[0] <= few[0] and many[1] <= few[1]
