"""Suppliers: what each of them lists, for how much, and how it thanks for loyalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from marketplace.simulation.rules.names import supplier_name
from marketplace.simulation.rules.places import Place
from marketplace.trading.rules.assortment import CarFacts

Tiers = tuple[tuple[int, Decimal], ...]

#: Every so manyth supplier sells something of everything; the others know the makes of one region.
_GENERALIST_EVERY = 5

_REGIONS: Sequence[frozenset[str]] = tuple(
    frozenset(countries.split())
    for countries in ("DE", "JP", "US", "KR CN", "FR ES CZ RO", "GB SE IT", "CN IN MY VN TR RU")
)

_TIERS: Sequence[Tiers] = (
    ((20, Decimal("1.00")), (60, Decimal("2.00")), (200, Decimal("3.50"))),
    (),
    ((30, Decimal("1.50")), (120, Decimal("3.00"))),
    # A promise that nobody in this world lives to see: the supplier review has to see through it.
    ((10, Decimal("0.50")), (5_000, Decimal("12.00"))),
)

#: Of more suppliers than these, each lists less: nobody compares hundreds of prices of one car.
_ENOUGH_SUPPLIERS = 150

_DOLLARS_10 = 1_000
LOWEST_SHARE, HIGHEST_SHARE = 0.79, 0.93


@dataclass(frozen=True, slots=True)
class SupplierPlan:
    """A supplier to be founded; `prices` are cents by car model id."""

    name: str
    place: Place
    founded_year: int
    prices: Mapping[int, int]
    tiers: Tiers


def suppliers(
    rng: Random, *, count: int, cars: Sequence[CarFacts], places: Sequence[Place]
) -> list[SupplierPlan]:
    """So many suppliers, who together list the whole catalogue."""
    taken: set[str] = set()
    plans = []
    for number in range(count):
        place = rng.choice(places)
        plans.append(
            SupplierPlan(
                name=supplier_name(rng, place.city, taken),
                place=place.nearby(rng),
                founded_year=rng.randint(1921, 2019),
                prices=_price_list(rng, number, cars, min(1.0, _ENOUGH_SUPPLIERS / count)),
                tiers=_TIERS[number % len(_TIERS)],
            )
        )
    return plans


def new_price(rng: Random, price_cents: int, suggested_cents: int) -> int:
    """A supplier's next price: a little up or down, and always a share of the suggested price."""
    moved = price_cents * rng.uniform(0.98, 1.02)
    share = min(max(moved / suggested_cents, LOWEST_SHARE), HIGHEST_SHARE)
    return _rounded(suggested_cents * share)


def _price_list(
    rng: Random, number: int, cars: Sequence[CarFacts], thinning: float
) -> dict[int, int]:
    """A price list of cents by car model id; `thinning` is how much of the usual stands in it."""
    if number == 0:
        # Everything, so that no car model is without a supplier.
        listed, share, known = 1.0, rng.uniform(0.87, 0.905), list(cars)
    elif number % _GENERALIST_EVERY == 0:
        listed, share = rng.uniform(0.4, 0.6) * thinning, rng.uniform(0.87, 0.905)
        known = list(cars)
    else:
        listed, share = rng.uniform(0.75, 0.98) * thinning, rng.uniform(0.815, 0.885)
        region = _REGIONS[number % len(_REGIONS)]
        known = [car for car in cars if car.origin_country in region]
    return {
        car.car_model_id: _rounded(car.suggested_price_cents * share * rng.uniform(0.985, 1.015))
        for car in known
        if rng.random() < listed
    }


def _rounded(cents: float) -> int:
    """To whole ten dollars, as price lists are."""
    return max(_DOLLARS_10, round(cents / _DOLLARS_10) * _DOLLARS_10)
