"""What each line of a showroom would cost at each supplier, when the lines at a supplier share its
loyalty.

Lines and suppliers are known by their places in the table only. The search works with binary
fractions because they are quick; `Table.key` is exact, and settles what they can't tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from marketplace.common.percents import WHOLE_BP
from marketplace.trading.rules.loyalty_costs import LoyaltyCurve

Assignment = list[int]
Key = tuple[Fraction, int, Assignment]

NOBODY = -1
"""Stands for the supplier of a line that has none."""


class MeanFactors(dict[int, float]):
    """A curve's mean price factor by number of cars, each worked out when it is first asked for."""

    __slots__ = ("curve",)

    def __init__(self, curve: LoyaltyCurve) -> None:
        super().__init__({0: 0.0})
        self.curve = curve

    def __missing__(self, cars: int) -> float:
        factor = self[cars] = self.curve.total(cars) / (WHOLE_BP * cars)
        return factor


class Table:
    """Cars of each line, list price of each line at each supplier, and how each supplier rewards
    loyalty.

    `prices[line][supplier]` is None where the supplier doesn't list the line; every line is listed
    by somebody. `homes[line]` is the supplier that a tie prefers, or `NOBODY`. Derived, by line and
    then supplier: `alone`, the cost of the line if nothing else is bought there, and `floors`, its
    cost if every car of the table were bought there, which is the least it can ever be.
    `points[cars]` is, by supplier, the sum of the factors of its next `cars` cars.
    """

    def __init__(
        self,
        cars: Sequence[int],
        prices: Sequence[Sequence[int | None]],
        curves: Sequence[LoyaltyCurve],
        homes: Sequence[int],
    ) -> None:
        self.cars = cars
        self.curves = curves
        self.homes = homes
        self.factors = [MeanFactors(curve) for curve in curves]
        self.tiered = [supplier for supplier, curve in enumerate(curves) if curve.steps]
        self.weights = [
            [inf if price is None else float(price * count) for price in row]
            for count, row in zip(cars, prices)
        ]
        total = sum(cars)
        best = [factors[total] for factors in self.factors]
        self.points = {count: [curve.total(count) for curve in curves] for count in set(cars)}
        first = {
            count: [points / (WHOLE_BP * count) for points in row]
            for count, row in self.points.items()
        }
        self.floors = [_products(row, best) for row in self.weights]
        self.alone = [_products(row, first[count]) for count, row in zip(cars, self.weights)]
        self.floor_columns = list(map(list, zip(*self.floors)))
        self.ranked = [sorted(range(len(row)), key=row.__getitem__) for row in self.alone]

    def exact_cost(self, assignment: Assignment) -> Fraction:
        """The cost of the assignment in cents, not rounded."""
        loads: dict[int, tuple[int, int]] = {}
        for count, row, supplier in zip(self.cars, self.weights, assignment):
            cars, load = loads.get(supplier, (0, 0))
            loads[supplier] = (cars + count, load + int(row[supplier]))
        parts = (
            Fraction(load * self.curves[supplier].total(cars), WHOLE_BP * cars)
            for supplier, (cars, load) in loads.items()
        )
        return sum(parts, Fraction(0))

    def key(self, assignment: Assignment) -> Key:
        """Orders assignments by cost, then the fewest switches, then the smaller suppliers."""
        switches = sum(
            home not in (NOBODY, supplier) for home, supplier in zip(self.homes, assignment)
        )
        return self.exact_cost(assignment), switches, assignment


def _products(left: list[float], right: list[float]) -> list[float]:
    return [one * other for one, other in zip(left, right)]
