"""Which car models fit a showroom best: market.md §3.

A preference is a tuple of criteria, at most one for a characteristic, and kept as JSON objects:
`{"characteristic": "fuel", "must": true, "values": ["electric"]}` or
`{"characteristic": "power_hp", "must": false, "low": 150, "high": null}`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from itertools import accumulate, islice
from operator import attrgetter, or_

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission
from marketplace.common.errors import Invalid
from marketplace.common.money import MAX_CENTS


class Characteristic(StrEnum):
    """What a preference can ask of a car model, by the names of the catalogue."""

    MAKE = "make"
    NAME = "name"
    VARIANT = "variant"
    MODEL_YEAR = "model_year"
    BODY_TYPE = "body_type"
    FUEL = "fuel"
    TRANSMISSION = "transmission"
    DRIVE = "drive"
    POWER_HP = "power_hp"
    ENGINE_CC = "engine_cc"
    SEATS = "seats"
    ORIGIN_COUNTRY = "origin_country"
    SUGGESTED_PRICE_CENTS = "suggested_price_cents"


NUMBERS = frozenset(
    {
        Characteristic.MODEL_YEAR,
        Characteristic.POWER_HP,
        Characteristic.ENGINE_CC,
        Characteristic.SEATS,
        Characteristic.SUGGESTED_PRICE_CENTS,
    }
)
"""The characteristics that may be asked for by a range."""

MAX_VALUES = 200
MAX_TEXT = 80

_CODES: Mapping[Characteristic, type[StrEnum]] = {
    Characteristic.BODY_TYPE: BodyType,
    Characteristic.FUEL: Fuel,
    Characteristic.TRANSMISSION: Transmission,
    Characteristic.DRIVE: Drive,
}
_KEYS = frozenset({"characteristic", "must", "values", "low", "high"})


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a showroom wants of a characteristic: one of some values, or a number in a range.

    Both bounds belong to the range; a bound that is None is open.
    """

    characteristic: Characteristic
    values: frozenset[str] | frozenset[int] | None
    low: int | None
    high: int | None
    must: bool


@dataclass(frozen=True, slots=True)
class CarFacts:
    """A car model and its characteristics. An electric car has no engine."""

    car_model_id: int
    make: str
    name: str
    variant: str
    model_year: int
    body_type: str
    fuel: str
    transmission: str
    drive: str
    power_hp: int
    engine_cc: int | None
    seats: int
    origin_country: str
    suggested_price_cents: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The share of the wishes that a car model meets, and the wishes that it misses."""

    share: Fraction
    missed: tuple[Characteristic, ...]


@dataclass(frozen=True, slots=True)
class AssortmentChoice:
    """A car model of the assortment; the best has rank 1."""

    car_model_id: int
    fit: Fraction
    missed: tuple[Characteristic, ...]
    rank: int


def fit(car: CarFacts, criteria: Iterable[Criterion]) -> Fit | None:
    """How well the car model fits, or None if it misses a must."""
    wishes, missed = 0, []
    for criterion in criteria:
        is_met = _is_met(criterion, getattr(car, criterion.characteristic))
        if criterion.must and not is_met:
            return None
        if not criterion.must:
            wishes += 1
            missed += [] if is_met else [criterion.characteristic]
    return Fit(_share(len(missed), wishes), tuple(missed))


def _is_met(criterion: Criterion, value: str | int | None) -> bool:
    if criterion.values is not None:
        return value in criterion.values
    if not isinstance(value, int):
        return False
    low, high = criterion.low, criterion.high
    return (low is None or low <= value) and (high is None or value <= high)


def assortment(
    cars: Iterable[CarFacts],
    criteria: Iterable[Criterion],
    demand: Mapping[int, Fraction | int],
    size: int,
) -> list[AssortmentChoice]:
    """The best `size` models by fit, market demand, lower suggested price and id.

    `cars` are the models that an active supplier lists; `demand` is the market's by car model id,
    and 0 where it is silent.
    """
    return RankedCars(cars, demand).best_fitting(criteria, size)


class RankedCars:
    """Car models by demand, indexed by their characteristics: made once for all showrooms.

    A set of models is an integer whose bit n stands for the n-th model, so that a criterion costs
    one operation on all models at once.
    """

    def __init__(self, cars: Iterable[CarFacts], demand: Mapping[int, Fraction | int]) -> None:
        self._cars = sorted(
            cars,
            key=lambda car: (
                -demand.get(car.car_model_id, 0),
                car.suggested_price_cents,
                car.car_model_id,
            ),
        )
        self._columns: dict[Characteristic, _Column] = {}

    def best_fitting(self, criteria: Iterable[Criterion], size: int) -> list[AssortmentChoice]:
        """The assortment of a showroom: see `assortment`."""
        fitting = (1 << len(self._cars)) - 1
        wishes = []
        for criterion in criteria:
            if criterion.must:
                fitting &= self._meeting(criterion)
            else:
                wishes.append((criterion.characteristic, self._meeting(criterion)))
        choices: list[AssortmentChoice] = []
        for misses, level in enumerate(_by_misses(fitting, [meeting for _, meeting in wishes])):
            share = _share(misses, len(wishes))
            for place in islice(_places(level), size - len(choices)):
                missed = tuple(wish for wish, meeting in wishes if not meeting >> place & 1)
                car_model_id = self._cars[place].car_model_id
                choices.append(AssortmentChoice(car_model_id, share, missed, len(choices) + 1))
        return choices

    def _meeting(self, criterion: Criterion) -> int:
        """The set of models that meet the criterion."""
        column = self._columns.get(criterion.characteristic)
        if column is None:
            read = attrgetter(criterion.characteristic)
            column = self._columns[criterion.characteristic] = _Column(map(read, self._cars))
        if criterion.values is not None:
            return column.having(criterion.values)
        return column.between(criterion.low, criterion.high)


class _Column:
    """The sets of models that share a value of one characteristic."""

    def __init__(self, values: Iterable[str | int | None]) -> None:
        self.sets: dict[str | int | None, int] = {}
        for place, value in enumerate(values):
            self.sets[value] = self.sets.get(value, 0) | 1 << place
        self.numbers = sorted(value for value in self.sets if isinstance(value, int))
        self.below = list(accumulate((self.sets[one] for one in self.numbers), or_, initial=0))

    def having(self, values: Iterable[str | int]) -> int:
        """The models with one of the values."""
        return reduce(or_, (self.sets.get(value, 0) for value in values), 0)

    def between(self, low: int | None, high: int | None) -> int:
        """The models with a number in the range."""
        start = 0 if low is None else bisect_left(self.numbers, low)
        end = len(self.numbers) if high is None else bisect_right(self.numbers, high)
        return self.below[end] & ~self.below[start]


def _by_misses(models: int, wishes: Iterable[int]) -> list[int]:
    """The models that miss none of the wishes, those that miss one, and so on."""
    levels = [models]
    for meeting in wishes:
        levels = [
            stay & meeting | fall & ~meeting for stay, fall in zip([*levels, 0], [0, *levels])
        ]
    return levels


def _places(models: int) -> Iterator[int]:
    """The places of a set, in order."""
    while models:
        lowest = models & -models
        yield lowest.bit_length() - 1
        models ^= lowest


def _share(missed: int, wishes: int) -> Fraction:
    return Fraction(wishes - missed, wishes) if wishes else Fraction(1)


def criteria_data(criteria: Iterable[Criterion]) -> list[dict[str, object]]:
    """The criteria as they are kept in JSON; `criteria_from` gives them back."""
    return [_criterion_data(criterion) for criterion in criteria]


def _criterion_data(criterion: Criterion) -> dict[str, object]:
    head: dict[str, object] = {
        "characteristic": criterion.characteristic.value,
        "must": criterion.must,
    }
    if criterion.values is not None:
        return head | {"values": sorted(criterion.values)}
    return head | {"low": criterion.low, "high": criterion.high}


def criteria_from(data: object) -> tuple[Criterion, ...]:
    """The criteria that a list of JSON objects names.

    Raises:
        Invalid: they make no sense. Its field is `criteria.` and the characteristic, or the place
            in the list, counted from 0, if there is none; or `criteria` alone.
    """
    if not isinstance(data, list):
        raise Invalid(_("A preference is a list of criteria."), field="criteria")
    criteria: dict[Characteristic, Criterion] = {}
    for place, item in enumerate(data):
        criterion = _criterion_from(item, place)
        if criterion.characteristic in criteria:
            raise _wrong(criterion.characteristic, _("A characteristic can be named only once."))
        criteria[criterion.characteristic] = criterion
    return tuple(criteria.values())


def _wrong(name: str | int, message: Promise) -> Invalid:
    return Invalid(message, field=f"criteria.{name}")


def _criterion_from(item: object, place: int) -> Criterion:
    if not isinstance(item, dict):
        raise _wrong(place, _("A criterion is an object."))
    try:
        characteristic = Characteristic(str(item.get("characteristic")))
    except ValueError as error:
        raise _wrong(place, _("Car models have no such characteristic.")) from error
    if not item.keys() <= _KEYS:
        raise _wrong(characteristic, _("A criterion has values, or low and high, and must."))
    must = item.get("must")
    if not isinstance(must, bool):
        raise _wrong(characteristic, _("Say whether this is a must: true or false."))
    values, low, high = item.get("values"), item.get("low"), item.get("high")
    if values is None:
        return Criterion(characteristic, None, *_range_from(characteristic, low, high), must)
    if low is not None or high is not None:
        raise _wrong(characteristic, _("Name values or a range, not both."))
    return Criterion(characteristic, _values_from(characteristic, values), None, None, must)


def _range_from(
    characteristic: Characteristic, low: object, high: object
) -> tuple[int | None, int | None]:
    if low is None and high is None:
        raise _wrong(characteristic, _("Name at least one value or a bound."))
    if characteristic not in NUMBERS:
        raise _wrong(characteristic, _("Only a number can have a range."))
    least = None if low is None else _number_from(characteristic, low)
    most = None if high is None else _number_from(characteristic, high)
    if least is not None and most is not None and least > most:
        raise _wrong(characteristic, _("The lower bound is above the upper one."))
    return least, most


def _values_from(characteristic: Characteristic, values: object) -> frozenset[str] | frozenset[int]:
    if not isinstance(values, list) or not values:
        raise _wrong(characteristic, _("Name at least one value or a bound."))
    if len(values) > MAX_VALUES:
        raise _wrong(characteristic, _("These are too many values."))
    if characteristic in NUMBERS:
        return frozenset(_number_from(characteristic, value) for value in values)
    return frozenset(_text_from(characteristic, value) for value in values)


def _number_from(characteristic: Characteristic, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_CENTS:
        raise _wrong(characteristic, _("Enter a whole number that is not negative."))
    return value


def _text_from(characteristic: Characteristic, value: object) -> str:
    """The text, if it can be stored and, where only some codes exist, is one of those."""
    codes = _CODES.get(characteristic)
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= MAX_TEXT:
        raise _wrong(characteristic, _("That value is not valid."))
    if codes is not None and value not in frozenset(code.value for code in codes):
        raise _wrong(characteristic, _("That value is not valid."))
    return value
