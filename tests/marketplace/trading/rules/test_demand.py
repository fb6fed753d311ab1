"""Rates of demand, target stock and expected cars: tables of cases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.trading.rules.demand import (
    days_in_window,
    expected_cars,
    market_rate,
    rate,
    target_stock,
)

AT = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "own, days, market, expected",
    [
        pytest.param(0, 1, Fraction(0), Fraction(0), id="nobody wants it"),
        pytest.param(0, 1, Fraction(1, 2), Fraction(7, 16), id="a new showroom trusts the market"),
        pytest.param(30, 30, Fraction(0), Fraction(30, 37), id="its own history alone"),
        pytest.param(30, 30, Fraction(1), Fraction(1), id="it sells what the market sells"),
        pytest.param(60, 30, Fraction(1, 10), Fraction(607, 370), id="it outweighs the market"),
        pytest.param(1, 2, Fraction(1, 3), Fraction(10, 27), id="thirds stay exact"),
    ],
)
def test_rate_weighs_own_deals_against_seven_days_of_the_market(
    own: int, days: int, market: Fraction, expected: Fraction
) -> None:
    assert rate(own, days, market) == expected


@given(
    own=st.integers(0, 10_000),
    days=st.integers(1, 365),
    market=st.fractions(0, 1_000, max_denominator=100_000),
)
def test_rate_is_the_formula_of_the_market_to_the_last_digit(
    own: int, days: int, market: Fraction
) -> None:
    assert rate(own, days, market) == (own + 7 * market) / Fraction(days + 7)


@pytest.mark.parametrize(
    "deals, showrooms, days, expected",
    [
        pytest.param(0, 40, 30, Fraction(0), id="no deal"),
        pytest.param(600, 40, 30, Fraction(1, 2), id="half a car per showroom and day"),
        pytest.param(5, 0, 30, Fraction(0), id="no showroom left"),
    ],
)
def test_market_rate_is_per_active_showroom_and_day(
    deals: int, showrooms: int, days: int, expected: Fraction
) -> None:
    assert market_rate(deals, showrooms, days) == expected


@pytest.mark.parametrize(
    "age, expected",
    [
        pytest.param(timedelta(days=-3), 1, id="founded later, at least one day"),
        pytest.param(timedelta(0), 1, id="founded this instant"),
        pytest.param(timedelta(seconds=1), 1, id="a started day counts"),
        pytest.param(timedelta(days=1), 1, id="a day to the instant"),
        pytest.param(timedelta(days=1, microseconds=1), 2, id="the second day has started"),
        pytest.param(timedelta(days=29, hours=1), 30, id="the last day of the window"),
        pytest.param(timedelta(days=30), 30, id="as old as the window"),
        pytest.param(timedelta(days=5000), 30, id="older than the window"),
    ],
)
def test_a_showroom_counts_the_days_of_the_window_in_which_it_existed(
    age: timedelta, expected: int
) -> None:
    assert days_in_window(AT - age, AT, 30) == expected


@pytest.mark.parametrize(
    "cars_a_day, cover, minimum, expected",
    [
        pytest.param(Fraction(0), 14, 1, 1, id="slow seller keeps the minimum stock"),
        pytest.param(Fraction(0), 14, 0, 0, id="no minimum, no demand, no stock"),
        pytest.param(Fraction(1, 1000), 14, 0, 1, id="the least demand wants a car"),
        pytest.param(Fraction(1, 2), 14, 1, 7, id="a whole number stays"),
        pytest.param(Fraction(71, 140), 14, 1, 8, id="a part of a car is a car"),
        pytest.param(Fraction(1, 2), 14, 10, 10, id="the minimum is higher"),
        pytest.param(Fraction(3), 0, 2, 2, id="no cover wanted"),
    ],
)
def test_target_stock_covers_the_days_and_keeps_the_minimum(
    cars_a_day: Fraction, cover: int, minimum: int, expected: int
) -> None:
    assert target_stock(cars_a_day, cover, minimum) == expected


@pytest.mark.parametrize(
    "cars_a_day, horizon, expected",
    [
        pytest.param(Fraction(0), 90, 1, id="at least one car"),
        pytest.param(Fraction(1, 3), 90, 30, id="a third of a car a day"),
        pytest.param(Fraction(149, 100), 1, 1, id="below half is rounded down"),
        pytest.param(Fraction(3, 2), 1, 2, id="half is rounded up"),
        pytest.param(Fraction(5, 2), 1, 3, id="half is rounded up, not to the even number"),
    ],
)
def test_expected_cars_are_the_rate_over_the_horizon_rounded_half_up(
    cars_a_day: Fraction, horizon: int, expected: int
) -> None:
    assert expected_cars(cars_a_day, horizon) == expected
