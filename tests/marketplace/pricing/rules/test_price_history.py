"""What a car model cost day by day."""

from __future__ import annotations

from datetime import date

from marketplace.pricing.rules.price_history import DayPrices, prices_by_day

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def test_a_day_has_the_lowest_and_the_average_price_of_its_sellers() -> None:
    assert prices_by_day([(TUESDAY, 300), (MONDAY, 100), (TUESDAY, 201)]) == [
        DayPrices(MONDAY, 100, 100, 1),
        DayPrices(TUESDAY, 201, 251, 2),
    ]


def test_no_price_is_no_day() -> None:
    assert prices_by_day([]) == []
