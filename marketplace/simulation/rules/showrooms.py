"""Showrooms: what each wants to sell, by which policy, and with how much money it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission
from marketplace.simulation.rules.names import showroom_name
from marketplace.simulation.rules.places import Place
from marketplace.simulation.rules.suppliers import Tiers
from marketplace.trading.rules.assortment import CarFacts, Characteristic, Criterion, fit

Criteria = tuple[Criterion, ...]

_DOLLARS = 100

_TIERS: Sequence[Tiers] = (
    ((2, Decimal("1.00")), (5, Decimal("2.50"))),
    ((3, Decimal("1.50")),),
    (),
    ((1, Decimal("0.50")), (4, Decimal("2.00")), (10, Decimal("4.00"))),
)

_STREETS = (
    "Station Road",
    "Harbour Street",
    "Market Square",
    "Park Avenue",
    "Ring Road",
    "Mill Lane",
)


@dataclass(frozen=True, slots=True)
class ShowroomPlan:
    """A showroom to be founded."""

    name: str
    place: Place
    address: str
    criteria: Criteria
    tiers: Tiers
    cover_days: int
    markup_percent: Decimal
    cash_reserve_cents: int
    assortment_size: int
    opening_cents: int


def showrooms(
    rng: Random, *, count: int, cars: Sequence[CarFacts], places: Sequence[Place]
) -> list[ShowroomPlan]:
    """So many showrooms with tastes of every kind."""
    taken: set[str] = set()
    return [_showroom(rng, number, cars, rng.choice(places), taken) for number in range(count)]


def _showroom(
    rng: Random, number: int, cars: Sequence[CarFacts], place: Place, taken: set[str]
) -> ShowroomPlan:
    criteria = _TASTES[number % len(_TASTES)](rng, cars)
    size = rng.choice((16, 18, 20, 20, 24))
    fitting = [car.suggested_price_cents for car in cars if fit(car, criteria)]
    mean_cents = sum(fitting) // max(1, len(fitting))
    opening_cents = mean_cents * size * rng.randint(150, 300) // 100
    return ShowroomPlan(
        name=showroom_name(rng, place.city, taken),
        place=place.nearby(rng),
        address=f"{rng.choice(_STREETS)} {rng.randint(1, 180)}",
        criteria=criteria,
        tiers=_TIERS[number % len(_TIERS)],
        cover_days=rng.choice((10, 14, 14, 14, 21)),
        markup_percent=Decimal(rng.randint(1_000, 1_700)).scaleb(-2),
        cash_reserve_cents=rng.choice((0, 0, 0, opening_cents // 20)),
        assortment_size=size,
        opening_cents=opening_cents,
    )


def _one_of(characteristic: Characteristic, *values: str, must: bool = False) -> Criterion:
    return Criterion(characteristic, frozenset(values), None, None, must)


def _within(
    characteristic: Characteristic,
    low: int | None = None,
    high: int | None = None,
    *,
    must: bool = False,
) -> Criterion:
    return Criterion(characteristic, None, low, high, must)


def _price_up_to(dollars: int, *, must: bool = False) -> Criterion:
    high = dollars * _DOLLARS
    return _within(Characteristic.SUGGESTED_PRICE_CENTS, high=high, must=must)


def _dealer_of_makes(rng: Random, cars: Sequence[CarFacts]) -> Criteria:
    makes = sorted({car.make for car in cars})
    count_of = {make: sum(car.make == make for car in cars) for make in makes}
    big = [make for make in makes if count_of[make] >= 10] or makes
    return (
        _one_of(Characteristic.MAKE, *rng.sample(big, min(3, len(big))), must=True),
        _within(Characteristic.MODEL_YEAR, 2022),
        _price_up_to(rng.choice((60_000, 80_000))),
    )


def _electric(rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    return (
        _one_of(Characteristic.FUEL, Fuel.ELECTRIC, Fuel.PLUG_IN_HYBRID, must=True),
        _price_up_to(rng.choice((50_000, 60_000, 75_000))),
        _within(Characteristic.MODEL_YEAR, 2023),
    )


def _sport_utility(rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    return (
        _one_of(Characteristic.BODY_TYPE, BodyType.SUV, must=True),
        _one_of(Characteristic.DRIVE, Drive.AWD, Drive.FOUR_WD),
        _within(Characteristic.POWER_HP, rng.choice((150, 180, 220))),
    )


def _for_the_city(rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    return (
        _price_up_to(rng.choice((32_000, 36_000)), must=True),
        _one_of(Characteristic.BODY_TYPE, BodyType.HATCHBACK, BodyType.SEDAN),
        _one_of(Characteristic.TRANSMISSION, Transmission.AUTOMATIC, Transmission.CVT),
    )


def _everything(rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    low = rng.choice((25_000, 35_000, 45_000)) * _DOLLARS
    return (
        _within(Characteristic.SUGGESTED_PRICE_CENTS, low, low + 3_000_000),
        _within(Characteristic.SEATS, 5),
        _one_of(Characteristic.FUEL, rng.choice((Fuel.HYBRID, Fuel.PETROL, Fuel.ELECTRIC))),
    )


def _luxury(rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    low = rng.choice((70_000, 80_000)) * _DOLLARS
    return (
        _within(Characteristic.SUGGESTED_PRICE_CENTS, low, 20_000_000, must=True),
        _within(Characteristic.POWER_HP, 300),
    )


def _family(_rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    return (
        _within(Characteristic.SEATS, 5, must=True),
        _one_of(
            Characteristic.BODY_TYPE, BodyType.WAGON, BodyType.MINIVAN, BodyType.SUV, must=True
        ),
        _one_of(Characteristic.FUEL, Fuel.HYBRID, Fuel.PLUG_IN_HYBRID),
        _price_up_to(55_000),
    )


def _from_asia(rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    return (
        _one_of(Characteristic.ORIGIN_COUNTRY, "JP", "KR", "CN", must=True),
        _price_up_to(rng.choice((40_000, 50_000))),
        _one_of(Characteristic.FUEL, Fuel.HYBRID, Fuel.ELECTRIC),
    )


def _open_air(_rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    bodies = (BodyType.COUPE, BodyType.CONVERTIBLE)
    return (
        _one_of(Characteristic.BODY_TYPE, *bodies, must=True),
        _within(Characteristic.POWER_HP, 250),
        _one_of(Characteristic.TRANSMISSION, Transmission.MANUAL, Transmission.DUAL_CLUTCH),
        _price_up_to(120_000),
    )


def _for_work(_rng: Random, _cars: Sequence[CarFacts]) -> Criteria:
    bodies = (BodyType.PICKUP, BodyType.VAN, BodyType.MINIVAN)
    return (
        _one_of(Characteristic.BODY_TYPE, *bodies, must=True),
        _one_of(Characteristic.FUEL, Fuel.DIESEL, Fuel.ELECTRIC),
        _price_up_to(60_000),
    )


_TASTES: Sequence[Callable[[Random, Sequence[CarFacts]], Criteria]] = (
    _everything, _dealer_of_makes, _electric, _sport_utility, _for_the_city, _dealer_of_makes,
    _luxury, _family, _from_asia, _everything, _open_air, _for_work, _sport_utility,
    _dealer_of_makes, _for_the_city,
)  # fmt: skip
