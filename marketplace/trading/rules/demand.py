"""How many cars people want: market.md §6, and the expected cars of §8.

A rate is an exact fraction of cars a day, so that equal demand compares equal. Knows nothing of
where deals are counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

MARKET_DAYS = 7
"""The market's rate weighs as much as so many days of a showroom's own history."""

_DAY = timedelta(days=1)


def days_in_window(founded_at: datetime, at: datetime, window_days: int) -> int:
    """The days of the window before `at` in which the showroom existed: 1 to `window_days`.

    Days are 24 hours long, counted back from `at`; the one in which the showroom was founded counts
    as a whole.
    """
    existed = -((founded_at - at) // _DAY)
    return max(1, min(existed, window_days))


def market_rate(deals: int, active_showrooms: int, window_days: int) -> Fraction:
    """Retail deals of a model per active showroom and day; 0 in a market without showrooms."""
    if not active_showrooms:
        return Fraction(0)
    return Fraction(deals, active_showrooms * window_days)


def rate(own: int, days: int, market: Fraction) -> Fraction:
    """Cars a day that a showroom can sell of a model.

    Its own deals in the `days` of its window, steadied by the market's rate.
    """
    parts = market.denominator
    return Fraction(own * parts + MARKET_DAYS * market.numerator, (days + MARKET_DAYS) * parts)


def target_stock(cars_a_day: Fraction, cover_days: int, minimum_stock: int) -> int:
    """How many cars to hold, so that they last for the cover days."""
    cover = -(-cars_a_day.numerator * cover_days // cars_a_day.denominator)
    return max(minimum_stock, cover)


def expected_cars(cars_a_day: Fraction, horizon_days: int) -> int:
    """How many cars will be wanted over the horizon, rounded half up, at least one."""
    whole = cars_a_day.denominator
    return max(1, (2 * cars_a_day.numerator * horizon_days + whole) // (2 * whole))
