"""What purchases say about a customer: the derived half of the profile (market.md §2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Segment(StrEnum):
    """What kind of buyer a customer is. The first that is true counts."""

    NEW = "new"
    """Has bought no car yet."""

    DORMANT = "dormant"
    """Has bought none for longer than `DORMANT_AFTER`."""

    COLLECTOR = "collector"
    """Has bought `COLLECTOR_CARS` or more."""

    REGULAR = "regular"
    """Has bought `REGULAR_CARS` or more."""

    OCCASIONAL = "occasional"
    """Has bought fewer."""


DORMANT_AFTER = timedelta(days=180)
REGULAR_CARS = 3
COLLECTOR_CARS = 10


@dataclass(frozen=True, slots=True)
class BoughtCar:
    """A car that the customer bought, what was paid for it and when."""

    make: str
    body_type: str
    fuel: str
    price_cents: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """The derived fields of a customer, by their names there; a text is empty if there is none."""

    favourite_make: str
    favourite_body_type: str
    favourite_fuel: str
    cheapest_cents: int | None
    dearest_cents: int | None
    deals_count: int
    spent_cents: int
    last_deal_at: datetime | None
    segment: Segment


def derive_profile(purchases: Sequence[BoughtCar], at: datetime) -> Profile:
    """The profile at an instant, from everything that was bought until then, in any order."""
    prices = [car.price_cents for car in purchases]
    last = max((car.at for car in purchases), default=None)
    return Profile(
        favourite_make=_favourite((car.make, car.at) for car in purchases),
        favourite_body_type=_favourite((car.body_type, car.at) for car in purchases),
        favourite_fuel=_favourite((car.fuel, car.at) for car in purchases),
        cheapest_cents=min(prices, default=None),
        dearest_cents=max(prices, default=None),
        deals_count=len(prices),
        spent_cents=sum(prices),
        last_deal_at=last,
        segment=_segment(len(prices), last, at),
    )


def _favourite(bought: Iterable[tuple[str, datetime]]) -> str:
    """The value bought most often; on a tie the one bought last, then the first by alphabet."""
    counted: dict[str, tuple[int, datetime]] = {}
    for value, at in bought:
        times, latest = counted.get(value, (0, at))
        counted[value] = (times + 1, max(latest, at))
    best = max(counted.values(), default=None)
    return min((value for value, score in counted.items() if score == best), default="")


def _segment(cars: int, last: datetime | None, at: datetime) -> Segment:
    if last is None:
        return Segment.NEW
    if at - last > DORMANT_AFTER:
        return Segment.DORMANT
    if cars >= COLLECTOR_CARS:
        return Segment.COLLECTOR
    return Segment.REGULAR if cars >= REGULAR_CARS else Segment.OCCASIONAL
