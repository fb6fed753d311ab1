"""What loyalty tiers do to the cost of many cars, and when a dearer supplier pays back.

Everything is exact: money is integer cents, a percent is integer basis points, and a sum of price
factors is an integer number of ten-thousandths. Knows nothing of showrooms, assortments or of how a
supplier is chosen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from marketplace.common.percents import WHOLE_BP, percent_of, price_after
from marketplace.pricing.rules.quoting import TierTerm


@dataclass(frozen=True, slots=True)
class LoyaltyCurve:
    """How the price factor falls while a buyer goes on buying.

    `factor` is the next car's, in basis points; each step is (cars still to buy before it, basis
    points by which the factor then falls).
    """

    factor: int
    steps: tuple[tuple[int, int], ...]

    def total(self, cars: int) -> int:
        """The sum of the factors of the next `cars` cars, in basis points: 10000 · n · F(c, n)."""
        points = cars * self.factor
        for ahead, fall in self.steps:
            if cars <= ahead:
                break
            points -= fall * (cars - ahead)
        return points

    def mean(self, cars: int) -> Fraction:
        """The mean price factor of the next `cars` cars."""
        return Fraction(self.total(cars), WHOLE_BP * cars)


def curve_of(cars_bought: int, tiers: Sequence[TierTerm], *, within: int) -> LoyaltyCurve:
    """The curve of a buyer who has bought `cars_bought` and will buy at most `within` more."""
    factor = WHOLE_BP
    steps: list[tuple[int, int]] = []
    level = 0
    for tier in tiers:
        ahead = tier.threshold - cars_bought
        if ahead >= within:
            break
        if ahead <= 0:
            factor = WHOLE_BP - tier.bp
        else:
            steps.append((ahead, tier.bp - level))
        level = tier.bp
    return LoyaltyCurve(factor, tuple(steps))


def rounded_cents(numerator: int, denominator: int) -> int:
    """The fraction as whole cents, half up; the denominator is positive."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One car model at one supplier: its list price and the loyalty it is bought under.

    `all_cars` counts every car the plan buys from the supplier, this model's included; the models
    are taken to be bought in step, so all of them share each tier in proportion.
    """

    price_cents: int
    cars_bought: int
    tiers: tuple[TierTerm, ...]
    all_cars: int


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Why a supplier that is dearer today is the cheaper one over the horizon.

    `tier_after_cars` counts cars of all models bought from the supplier from today on.
    `cheaper_from_car` counts cars of this model; it is None when the model alone never pays back
    and is bought there for the other models' sake.
    """

    against_supplier_id: int
    dearer_today_cents: int
    tier_percent: Decimal
    tier_after_cars: int
    cheaper_from_car: int | None
    saving_cents: int


def break_even(
    chosen: Purchase, other: Purchase, *, cars: int, other_supplier_id: int, saving_cents: int
) -> BreakEven | None:
    """When `chosen` becomes cheaper than `other` over `cars` cars of a model, or None if it is not
    dearer today.

    Today's price is the next car's: the list price less the tier that the buyer already has. The
    tier named is the one in force at the car that pays back.
    """
    mine = curve_of(chosen.cars_bought, chosen.tiers, within=chosen.all_cars)
    theirs = curve_of(other.cars_bought, other.tiers, within=other.all_cars)
    dearer = price_after(chosen.price_cents, WHOLE_BP - mine.factor) - price_after(
        other.price_cents, WHOLE_BP - theirs.factor
    )
    if dearer <= 0 or not mine.steps:
        return None
    car = _cheaper_from(chosen, mine, other, theirs, cars)
    bought = chosen.all_cars if car is None else -(-car * chosen.all_cars // cars)
    tier = _tier_ahead(chosen, bought)
    return BreakEven(
        against_supplier_id=other_supplier_id,
        dearer_today_cents=dearer,
        tier_percent=percent_of(tier.bp),
        tier_after_cars=tier.threshold - chosen.cars_bought,
        cheaper_from_car=car,
        saving_cents=saving_cents,
    )


def _tier_ahead(purchase: Purchase, bought: int) -> TierTerm:
    """The highest tier that prices one of the next `bought` cars, or else the next one to come."""
    ahead = [tier for tier in purchase.tiers if tier.threshold > purchase.cars_bought]
    reached = [tier for tier in ahead if tier.threshold < purchase.cars_bought + bought]
    return reached[-1] if reached else ahead[0]


def _cheaper_from(
    chosen: Purchase, mine: LoyaltyCurve, other: Purchase, theirs: LoyaltyCurve, cars: int
) -> int | None:
    """The number of cars from which on, up to `cars`, `chosen` has cost less in sum, or None."""

    def is_lower(count: int) -> bool:
        return chosen.price_cents * other.all_cars * _in_step(
            mine, count, cars, chosen.all_cars
        ) < other.price_cents * chosen.all_cars * _in_step(theirs, count, cars, other.all_cars)

    if not is_lower(cars):
        return None
    stops = {0, cars}
    for curve, all_cars in ((mine, chosen.all_cars), (theirs, other.all_cars)):
        for ahead, _ in curve.steps:
            stops |= {ahead * cars // all_cars, -(-ahead * cars // all_cars)}
    ordered = sorted(stop for stop in stops if stop <= cars)
    last = max(index for index, stop in enumerate(ordered) if not is_lower(stop))
    # Between two stops both sums are straight lines, so they cross at most once.
    stretch = range(ordered[last], ordered[last + 1] + 1)
    return stretch[bisect_left(stretch, True, key=is_lower)]


def _in_step(curve: LoyaltyCurve, count: int, cars: int, all_cars: int) -> int:
    """`cars` times `curve.total` when `count` of `cars`, and as much of the rest, are bought."""
    points = count * all_cars * curve.factor
    for ahead, fall in curve.steps:
        points -= fall * max(0, count * all_cars - ahead * cars)
    return points
