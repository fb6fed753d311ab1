"""What a car model cost day by day, from the prices that its listings had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayPrices:
    """The prices at the end of a day: of the cheapest seller, and of all sellers on average."""

    day: date
    lowest_cents: int
    mean_cents: int
    sellers: int


def prices_by_day(prices: Iterable[tuple[date, int]]) -> list[DayPrices]:
    """One line a day from the sellers' prices at its end, oldest first; the mean rounds half up."""
    by_day: defaultdict[date, list[int]] = defaultdict(list)
    for day, price_cents in prices:
        by_day[day].append(price_cents)
    return [
        DayPrices(day, min(those), (2 * sum(those) + len(those)) // (2 * len(those)), len(those))
        for day, those in sorted(by_day.items())
    ]
