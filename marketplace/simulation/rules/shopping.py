"""What a customer who comes by would like to buy, and what it would pay at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from math import ceil, floor
from random import Random
from typing import NamedTuple

from marketplace.simulation.rules.chance import chance_of
from marketplace.trading.rules.assortment import CarFacts

#: Offers are made in steps of 50 dollars.
_STEP_CENTS = 5_000
_TRIES = 4

#: The most popular car is wanted so many times as often as the least popular one.
_DARLING = 10.0

_EAGER = 0.55
_FAITHFUL = 0.8
_LOOKS_AT_SHELVES = 0.82
_LIKES_ITS_MAKES = 0.6


class Shelf(NamedTuple):
    """A car model that a showroom has, and its list price."""

    showroom_id: int
    car_model_id: int
    price_cents: int


class Wish(NamedTuple):
    """A car model and the most that is offered for it."""

    car_model_id: int
    max_price_cents: int


@dataclass(frozen=True, slots=True)
class Shopper:
    """A customer, the makes it likes, and the showroom that it returns to, if there is one."""

    customer_id: int
    makes: tuple[str, ...] = ()
    showroom_id: int | None = None


class _Choice:
    """Car models among which one is chosen, popular ones more often."""

    def __init__(self, cars: Sequence[CarFacts]) -> None:
        self._cars = cars
        self._weights = list(accumulate(popularity(car.make, car.name) for car in cars))

    def pick(self, rng: Random) -> CarFacts | None:
        """One of them, or None if there is none."""
        if not self._cars:
            return None
        return rng.choices(self._cars, cum_weights=self._weights)[0]


class Window:
    """What can be seen when walking through the market at one moment: shelves and brochures."""

    def __init__(self, cars: Sequence[CarFacts], shelves: Sequence[Shelf]) -> None:
        self.cars = cars
        self.lowest: dict[int, int] = {}
        self._shelves_of: defaultdict[int, list[Shelf]] = defaultdict(list)
        for shelf in shelves:
            self._shelves_of[shelf.showroom_id].append(shelf)
            known = self.lowest.get(shelf.car_model_id, shelf.price_cents)
            self.lowest[shelf.car_model_id] = min(known, shelf.price_cents)

    def shelves_of(self, showroom_id: int) -> Sequence[Shelf]:
        """What one showroom has."""
        return self._shelves_of.get(showroom_id, ())

    @cached_property
    def brochures(self) -> _Choice:
        """Every car model that somebody supplies."""
        return _Choice(self.cars)

    @cached_property
    def on_shelves(self) -> _Choice:
        """The car models that some showroom has."""
        return _Choice([car for car in self.cars if car.car_model_id in self.lowest])

    @cached_property
    def by_make(self) -> Mapping[str, _Choice]:
        """The same by make."""
        makes: defaultdict[str, list[CarFacts]] = defaultdict(list)
        for car in self.cars:
            if car.car_model_id in self.lowest:
                makes[car.make].append(car)
        return {make: _Choice(cars) for make, cars in makes.items()}


@lru_cache(maxsize=10_000)
def popularity(make: str, name: str) -> float:
    """How much people like a car: the same in every world, so that tastes outlive its seeding."""
    return min(chance_of(make, name).paretovariate(1.3), _DARLING)


def wish(rng: Random, shopper: Shopper, window: Window, funds_cents: int) -> Wish | None:
    """What the shopper would like, within its funds; None if there is nothing for it today.

    Some offer a little more than the lowest price, others hope for a bargain that may never come.
    """
    for _try in range(_TRIES):
        found = _found(rng, shopper, window)
        if found is None:
            continue
        car_model_id, price_cents = found
        most = _most(rng, price_cents, shopper.showroom_id is not None)
        if 0 < most <= funds_cents:
            return Wish(car_model_id, most)
    return None


def _found(rng: Random, shopper: Shopper, window: Window) -> tuple[int, int] | None:
    """A car model and the price that the shopper has seen for it."""
    if shopper.showroom_id is not None and rng.random() < _FAITHFUL:
        shelves = window.shelves_of(shopper.showroom_id)
        if shelves:
            shelf = rng.choice(shelves)
            return shelf.car_model_id, shelf.price_cents
    choice = window.brochures
    if rng.random() < _LOOKS_AT_SHELVES:
        choice = window.on_shelves
        if shopper.makes and rng.random() < _LIKES_ITS_MAKES:
            choice = window.by_make.get(rng.choice(shopper.makes), choice)
    car = choice.pick(rng)
    if car is None:
        return None
    return car.car_model_id, window.lowest.get(car.car_model_id, car.suggested_price_cents)


def _most(rng: Random, price_cents: int, is_regular: bool) -> int:
    if is_regular or rng.random() < _EAGER:
        return ceil(price_cents * rng.uniform(1.0, 1.05) / _STEP_CENTS) * _STEP_CENTS
    return floor(price_cents * rng.uniform(0.82, 0.985) / _STEP_CENTS) * _STEP_CENTS
