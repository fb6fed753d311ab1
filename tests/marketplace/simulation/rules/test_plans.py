"""What a world is planned to be: sellers with possible terms, and people with names of their own."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from marketplace.catalog.rules.importing import CarModelRow, read_car_models
from marketplace.catalog.services import OUR_CAR_MODELS
from marketplace.pricing.rules.announcing import announced_prices, rising_tiers
from marketplace.simulation.rules import people, promotions, showrooms, suppliers
from marketplace.simulation.rules.logins import CUSTOMER
from marketplace.simulation.rules.sizes import SIZES, WorldSize
from marketplace.simulation.selectors import places
from marketplace.trading.rules.assortment import CarFacts, criteria_data, criteria_from, fit
from tests.marketplace.factories import NOW


@pytest.fixture(name="cars", scope="module")
def our_cars() -> list[CarFacts]:
    with OUR_CAR_MODELS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in read_car_models(file) if isinstance(row, CarModelRow)]
    return [
        CarFacts(
            number, row.make, row.name, row.variant, row.model_year, row.body_type, row.fuel,
            row.transmission, row.drive, row.power_hp, row.engine_cc, row.seats, row.origin_country,
            row.list_price_cents,
        )
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_suppliers_ask_four_fifths_to_nine_tenths_of_the_suggested_price(cars, seed):
    plans = suppliers.suppliers(Random(seed), count=25, cars=cars, places=places())

    suggested = {car.car_model_id: car.suggested_price_cents for car in cars}
    shares = [cents / suggested[pk] for plan in plans for pk, cents in plan.prices.items()]
    assert 0.79 < min(shares) and max(shares) < 0.93
    assert {pk for plan in plans for pk in plan.prices} == set(suggested)
    assert len({plan.name for plan in plans}) == 25
    for plan in plans:
        announced_prices(plan.prices)
        assert rising_tiers(plan.tiers) == list(plan.tiers)


def test_however_many_suppliers_there_are_a_car_model_has_some_but_not_hundreds(cars):
    plans = suppliers.suppliers(Random(1), count=1_000, cars=cars, places=places())

    sellers = Counter(pk for plan in plans for pk in plan.prices)
    assert len(sellers) == len(cars) and max(sellers.values()) < 100


def test_a_price_that_wanders_stays_within_its_bounds():
    rng, price = Random(1), 850_000
    for _ in range(2_000):
        price = suppliers.new_price(rng, price, 1_000_000)
        assert 790_000 <= price <= 930_000


@pytest.mark.parametrize("seed", range(5))
def test_every_showroom_can_find_cars_that_it_wants(cars, seed):
    plans = showrooms.showrooms(Random(seed), count=40, cars=cars, places=places())

    for plan in plans:
        assert criteria_from(criteria_data(plan.criteria)) == plan.criteria
        assert sum(fit(car, plan.criteria) is not None for car in cars) >= plan.assortment_size // 2
        assert rising_tiers(plan.tiers) == list(plan.tiers)
        assert plan.opening_cents > 0
    kinds = {tuple(sorted(one.characteristic for one in plan.criteria)) for plan in plans}
    assert len(kinds) >= 8


def test_customers_have_names_addresses_and_money_of_their_own():
    plans = people.customers(
        Random(1),
        first=people.known_person(CUSTOMER),
        count=3_000,
        makes=["Aurora", "Borealis"],
        places=places(),
        today=date(2026, 3, 2),
    )

    assert plans[0].person.email == "customer@example.com" and plans[0].is_regular
    assert len({plan.person.username for plan in plans}) == 3_000
    assert all(plan.person.email.isascii() and "@" not in plan.person.username for plan in plans)
    assert all(plan.opening_cents > 0 for plan in plans)
    assert len({plan.person.name for plan in plans}) > 1_500
    assert all(
        abs(plan.place.latitude) <= 90 and abs(plan.place.longitude) <= 180 for plan in plans
    )


@pytest.mark.parametrize("days", [1, 5, 60])
def test_a_promotion_is_announced_before_it_ends_and_within_the_history(days):
    start = NOW - timedelta(days=days)
    plans = promotions.promotions(Random(2), sellers=65, shown=(0, 25), start=start, end=NOW)

    assert plans == sorted(plans, key=lambda plan: plan.announced_at)
    assert all(start <= plan.announced_at <= NOW for plan in plans)
    assert all(plan.announced_at < plan.ends_at and plan.starts_at < plan.ends_at for plan in plans)


def test_a_days_matches_are_divided_evenly_by_its_restocks():
    with pytest.raises(ValueError, match="evenly"):
        WorldSize(1, 1, 1, 1, matches_a_day=4, restocks_a_day=3, days_between_reviews=1)


def test_medium_is_ten_times_small_and_large_a_hundred_times():
    for name, times in (("medium", 10), ("large", 100)):
        for what in ("suppliers", "showrooms", "customers", "offers_a_day"):
            assert getattr(SIZES[name], what) == times * getattr(SIZES["small"], what)


def test_the_cities_are_in_twenty_countries_or_more():
    assert len({place.country for place in places()}) >= 20
