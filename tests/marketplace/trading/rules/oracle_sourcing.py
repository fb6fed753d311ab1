"""Supplier choice by trying everything: market.md §8 word for word, slow and exact.

Shares no code with the rule; it takes the problem's plain values only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product

Tiers = Sequence[tuple[int, Decimal]]
Terms = Mapping[int, tuple[int, Tiers]]
"""Supplier → (cars bought so far, tiers)."""

Line = tuple[int, int | None, Mapping[int, int]]
"""Expected cars, current supplier, list price by supplier."""


def tier_percent(tiers: Tiers, count: int) -> Fraction:
    """The percent of the highest tier that `count` cars have reached."""
    reached = [(threshold, percent) for threshold, percent in tiers if threshold <= count]
    return Fraction(max(reached)[1]) if reached else Fraction(0)


@cache
def mean_factor(tiers: Tiers, bought: int, cars: int) -> Fraction:
    """F(c, n): car by car."""
    factors = [1 - tier_percent(tiers, count) / 100 for count in range(bought, bought + cars)]
    return sum(factors, Fraction(0)) / cars


def cost_of(lines: Sequence[Line], terms: Terms, suppliers: Sequence[int]) -> Fraction:
    """Σ cost(s) when line i goes to suppliers[i]."""
    given: dict[int, list[Line]] = defaultdict(list)
    for line, supplier in zip(lines, suppliers):
        given[supplier].append(line)
    total = Fraction(0)
    for supplier, models in given.items():
        bought, tiers = terms[supplier]
        cars = sum(line[0] for line in models)
        value = sum(line[0] * line[2][supplier] for line in models)
        total += value * mean_factor(tiers, bought, cars)
    return total


def switches(lines: Sequence[Line], suppliers: Sequence[int]) -> int:
    """How many lines leave a supplier that still lists them."""
    return sum(
        current in prices and current != supplier
        for (_, current, prices), supplier in zip(lines, suppliers)
    )


def cheapest(
    lines: Sequence[Line], terms: Terms, choices: Iterable[Sequence[int]]
) -> tuple[Fraction, tuple[int, ...]]:
    """The cheapest of all combinations; then fewest switches, then smaller suppliers."""
    cost, _, suppliers = min(
        (cost_of(lines, terms, suppliers), switches(lines, suppliers), suppliers)
        for suppliers in product(*choices)
    )
    return cost, suppliers


def best_plan(lines: Sequence[Line], terms: Terms) -> tuple[Fraction, tuple[int, ...]]:
    """The plan that may use every supplier for every line."""
    return cheapest(lines, terms, [sorted(prices) for _, _, prices in lines])


def kept_plan(lines: Sequence[Line], terms: Terms) -> tuple[Fraction, tuple[int, ...]]:
    """The cheapest plan that leaves each line where it is, if that supplier still lists it."""
    choices = [
        [current] if current is not None and current in prices else sorted(prices)
        for _, current, prices in lines
    ]
    return cheapest(lines, terms, choices)


def reviewed_plan(
    lines: Sequence[Line], terms: Terms, minimum_saving: Decimal
) -> tuple[Fraction, tuple[int, ...]]:
    """The best plan if it saves at least the minimum, else the kept one."""
    best, kept = best_plan(lines, terms), kept_plan(lines, terms)
    saving = kept[0] - best[0]
    if saving > 0 and saving >= kept[0] * Fraction(minimum_saving) / 100:
        return best
    return kept
