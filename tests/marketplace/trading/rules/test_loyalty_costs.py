"""What tiers do to the cost of many cars, against counting car by car."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

from marketplace.common.percents import percent_of
from marketplace.trading.rules.loyalty_costs import Purchase, break_even, curve_of
from tests.marketplace.trading.rules.oracle_sourcing import mean_factor
from tests.marketplace.trading.rules.sourcing_markets import tier_of

A = 1


def test_the_mean_factor_is_that_of_car_by_car_pricing() -> None:
    rng = random.Random(3)
    for _ in range(300):
        thresholds = sorted(rng.sample(range(1, 60), 3))
        percents = sorted(rng.sample(range(1, 9_500), 3))
        tiers = tuple((at, Decimal(bp).scaleb(-2)) for at, bp in zip(thresholds, percents))
        bought, cars = rng.randrange(70), rng.randint(1, 70)

        curve = curve_of(bought, [tier_of(*tier) for tier in tiers], within=cars)

        assert curve.mean(cars) == mean_factor(tiers, bought, cars)


def test_a_threshold_that_the_last_car_only_comes_up_to_discounts_no_car() -> None:
    curve = curve_of(0, (tier_of(10, Decimal("5.00")),), within=30)

    assert curve.total(10) == 10 * 10_000
    assert curve.total(11) == 10 * 10_000 + 9_500


def purchases(draw_from: random.Random, cars: int) -> Purchase:
    thresholds = sorted(draw_from.sample(range(1, 40), 2))
    percents = sorted(draw_from.sample(range(1, 1_500), 2))
    return Purchase(
        price_cents=draw_from.randint(9_000, 11_000),
        cars_bought=draw_from.randrange(20),
        tiers=tuple(tier_of(at, Decimal(bp).scaleb(-2)) for at, bp in zip(thresholds, percents)),
        all_cars=cars,
    )


def test_a_break_even_is_where_counting_car_by_car_finds_it() -> None:
    rng = random.Random(5)
    found = 0
    for _ in range(600):
        cars = rng.randint(1, 40)
        chosen, other = purchases(rng, cars), purchases(rng, cars)

        even = break_even(chosen, other, cars=cars, other_supplier_id=9, saving_cents=1)

        sums = [
            [one.price_cents * count * factor_of(one, count) for count in range(1, cars + 1)]
            for one in (chosen, other)
        ]
        lower = [mine < theirs for mine, theirs in zip(*sums)]
        if even is None:
            continue
        dearer_until = max((count for count, low in enumerate(lower, 1) if not low), default=0)
        assert even.cheaper_from_car == (dearer_until + 1 if lower[-1] else None)
        assert even.dearer_today_cents > 0
        found += even.cheaper_from_car is not None
    assert found > 20


def factor_of(purchase: Purchase, cars: int) -> Fraction:
    tiers = tuple((tier.threshold, percent_of(tier.bp)) for tier in purchase.tiers)
    return mean_factor(tiers, purchase.cars_bought, cars)


def test_models_that_share_a_tier_are_bought_in_step() -> None:
    chosen = Purchase(10_100, 0, (tier_of(10, Decimal("5.00")),), all_cars=40)
    other = Purchase(10_000, 0, (), all_cars=20)

    even = break_even(chosen, other, cars=20, other_supplier_id=A, saving_cents=1)

    assert even is not None
    # Five cars of the model bring ten of both: 5 × 1.00 dearer, then 4.05 cheaper each.
    assert (even.tier_after_cars, even.cheaper_from_car) == (10, 7)


def test_a_model_that_only_helps_the_others_never_pays_back_alone() -> None:
    chosen = Purchase(11_000, 0, (tier_of(10, Decimal("5.00")),), all_cars=40)
    other = Purchase(10_000, 0, (), all_cars=20)

    even = break_even(chosen, other, cars=20, other_supplier_id=A, saving_cents=1)

    assert even is not None
    assert even.cheaper_from_car is None


def test_a_tier_that_is_already_held_counts_in_todays_price() -> None:
    chosen = Purchase(10_300, 10, (tier_of(10, Decimal("5.00")),), all_cars=20)
    other = Purchase(10_000, 0, (), all_cars=20)

    assert break_even(chosen, other, cars=20, other_supplier_id=A, saving_cents=1) is None
