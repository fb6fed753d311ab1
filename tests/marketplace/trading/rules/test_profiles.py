"""What is derived from a customer's purchases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from marketplace.trading.rules.profiles import BoughtCar, Profile, Segment, derive_profile

AT = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def bought(days_ago: float, make: str = "Kia", price_cents: int = 2_000_000) -> BoughtCar:
    """A petrol SUV bought some days ago."""
    return BoughtCar(make, "suv", "petrol", price_cents, AT - timedelta(days=days_ago))


def test_whoever_bought_nothing_is_new_and_has_no_favourites() -> None:
    assert derive_profile([], AT) == Profile("", "", "", None, None, 0, 0, None, Segment.NEW)


def test_a_profile_counts_what_was_bought() -> None:
    purchases = [
        BoughtCar("Kia", "suv", "petrol", 2_000_000, AT - timedelta(days=9)),
        BoughtCar("Fiat", "hatchback", "electric", 1_500_000, AT - timedelta(days=3)),
        BoughtCar("Kia", "hatchback", "electric", 2_500_001, AT - timedelta(days=5)),
    ]

    assert derive_profile(purchases, AT) == Profile(
        favourite_make="Kia",
        favourite_body_type="hatchback",
        favourite_fuel="electric",
        cheapest_cents=1_500_000,
        dearest_cents=2_500_001,
        deals_count=3,
        spent_cents=6_000_001,
        last_deal_at=AT - timedelta(days=3),
        segment=Segment.REGULAR,
    )


@pytest.mark.parametrize(
    "purchases, favourite",
    [
        pytest.param([bought(9), bought(8), bought(1, "Audi")], "Kia", id="most often"),
        pytest.param([bought(9), bought(1, "Volvo")], "Volvo", id="tie: the one bought last"),
        pytest.param(
            [bought(1, "Volvo"), bought(9), bought(4, "Volvo"), bought(2)],
            "Volvo",
            id="tie of two each: the one bought last",
        ),
        pytest.param([bought(1), bought(1, "Audi")], "Audi", id="same instant: by alphabet"),
    ],
)
def test_the_favourite_is_bought_most_often_then_last_then_first_by_alphabet(
    purchases: list[BoughtCar], favourite: str
) -> None:
    assert derive_profile(purchases, AT).favourite_make == favourite
    assert derive_profile(purchases[::-1], AT).favourite_make == favourite


@pytest.mark.parametrize(
    "days_ago, cars, segment",
    [
        pytest.param(1, 1, Segment.OCCASIONAL, id="one car"),
        pytest.param(1, 2, Segment.OCCASIONAL, id="two cars"),
        pytest.param(1, 3, Segment.REGULAR, id="three cars"),
        pytest.param(1, 9, Segment.REGULAR, id="nine cars"),
        pytest.param(1, 10, Segment.COLLECTOR, id="ten cars"),
        pytest.param(180, 10, Segment.COLLECTOR, id="half a year ago to the instant"),
        pytest.param(180.1, 10, Segment.DORMANT, id="more than half a year ago"),
        pytest.param(400, 1, Segment.DORMANT, id="one car, long ago"),
    ],
)
def test_the_segment_follows_from_the_cars_and_the_last_deal(
    days_ago: float, cars: int, segment: Segment
) -> None:
    assert derive_profile([bought(days_ago)] * cars, AT).segment == segment


def test_the_latest_purchase_decides_whether_a_customer_is_dormant() -> None:
    assert derive_profile([bought(400), bought(2)], AT).segment == Segment.OCCASIONAL
