"""Preferences, fit and assortment: tables of cases, and the plain rule on random showrooms."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.common.errors import Invalid
from marketplace.trading.rules.assortment import (
    MAX_VALUES,
    AssortmentChoice,
    CarFacts,
    Characteristic,
    Criterion,
    Fit,
    RankedCars,
    assortment,
    criteria_data,
    criteria_from,
    fit,
)

SUV = CarFacts(
    car_model_id=1,
    make="Kia",
    name="Sorento",
    variant="GT",
    model_year=2025,
    body_type="suv",
    fuel="petrol",
    transmission="automatic",
    drive="awd",
    power_hp=190,
    engine_cc=2500,
    seats=7,
    origin_country="KR",
    suggested_price_cents=3_900_000,
)
ELECTRIC = replace(
    SUV, car_model_id=2, name="EV9", fuel="electric", engine_cc=None, transmission="single_speed"
)


def must(name: str, *values: str | int, low: int | None = None, high: int | None = None) -> Any:
    """A criterion that has to be met, as it stands in JSON."""
    item: dict[str, object] = {"characteristic": name, "must": True}
    return item | ({"values": list(values)} if values else {"low": low, "high": high})


def wish(name: str, *values: str | int, low: int | None = None, high: int | None = None) -> Any:
    """A criterion that would be nice, as it stands in JSON."""
    return must(name, *values, low=low, high=high) | {"must": False}


MISSES = [
    pytest.param(must("make", "Audi", "BMW"), id="another make"),
    pytest.param(must("make", "kia"), id="names are as the catalogue writes them"),
    pytest.param(must("power_hp", low=191), id="too weak"),
    pytest.param(must("power_hp", high=189), id="too strong"),
    pytest.param(must("seats", 4, 5), id="another number of seats"),
    pytest.param(must("model_year", low=2026), id="too old"),
    pytest.param(must("suggested_price_cents", low=1, high=3_899_999), id="too dear"),
]
MEETS = [
    pytest.param(must("make", "Audi", "Kia"), id="one of the makes"),
    pytest.param(must("name", "Sorento"), id="model"),
    pytest.param(must("variant", "GT"), id="variant"),
    pytest.param(must("body_type", "suv"), id="body"),
    pytest.param(must("fuel", "petrol", "diesel"), id="fuel"),
    pytest.param(must("transmission", "automatic"), id="transmission"),
    pytest.param(must("drive", "awd", "4wd"), id="drive"),
    pytest.param(must("origin_country", "KR"), id="country"),
    pytest.param(must("power_hp", low=190, high=190), id="both bounds belong to the range"),
    pytest.param(must("engine_cc", low=0), id="engine"),
    pytest.param(must("seats", 7), id="exactly so many seats"),
    pytest.param(must("model_year", low=2025), id="model year"),
    pytest.param(must("suggested_price_cents", high=3_900_000), id="price"),
]


@pytest.mark.parametrize("item", MISSES)
def test_a_missed_must_excludes_and_a_missed_wish_is_named(item: dict[str, object]) -> None:
    name = Characteristic(str(item["characteristic"]))

    assert fit(SUV, criteria_from([item])) is None
    assert fit(SUV, criteria_from([item | {"must": False}])) == Fit(Fraction(0), (name,))


@pytest.mark.parametrize("item", MEETS)
def test_every_characteristic_can_be_asked_for(item: dict[str, object]) -> None:
    assert fit(SUV, criteria_from([item])) == Fit(Fraction(1), ())
    assert fit(SUV, criteria_from([item | {"must": False}])) == Fit(Fraction(1), ())


@pytest.mark.parametrize("criterion", [must("engine_cc", low=0), must("engine_cc", high=10**6)])
def test_an_electric_car_misses_every_range_of_engines(criterion: dict[str, object]) -> None:
    assert fit(ELECTRIC, criteria_from([criterion])) is None


def test_without_wishes_the_fit_is_whole() -> None:
    assert fit(SUV, ()) == Fit(Fraction(1), ())


def test_fit_is_the_exact_share_of_the_wishes_met() -> None:
    wishes = [wish("fuel", "petrol"), wish("seats", 7), wish("power_hp", low=200)]

    assert fit(SUV, criteria_from([must("make", "Kia"), *wishes])) == Fit(
        Fraction(2, 3), (Characteristic.POWER_HP,)
    )


def test_the_assortment_goes_by_fit_then_demand_then_price_then_id() -> None:
    cars = [
        replace(SUV, car_model_id=6),
        replace(SUV, car_model_id=5),
        replace(SUV, car_model_id=4, suggested_price_cents=3_899_999),
        replace(SUV, car_model_id=3),
        replace(ELECTRIC, car_model_id=2),
        replace(SUV, car_model_id=1, make="Fiat"),
    ]
    criteria = criteria_from([must("make", "Kia"), wish("fuel", "electric")])
    demand = {1: 99, 3: Fraction(1, 3), 6: Fraction(1, 4)}

    missed = (Characteristic.FUEL,)
    assert assortment(cars, criteria, demand, 20) == [
        AssortmentChoice(2, Fraction(1), (), 1),
        AssortmentChoice(3, Fraction(0), missed, 2),
        AssortmentChoice(6, Fraction(0), missed, 3),
        AssortmentChoice(4, Fraction(0), missed, 4),
        AssortmentChoice(5, Fraction(0), missed, 5),
    ]


def plain_assortment(
    cars: list[CarFacts], criteria: tuple[Criterion, ...], demand: dict[int, int], size: int
) -> list[int]:
    """The rule as the market page writes it: rate every car, sort, cut."""
    rated = [(fit(car, criteria), car) for car in cars]
    fitting = [(one.share, car) for one, car in rated if one is not None]
    fitting.sort(
        key=lambda pair: (
            -pair[0],
            -demand.get(pair[1].car_model_id, 0),
            pair[1].suggested_price_cents,
            pair[1].car_model_id,
        )
    )
    return [car.car_model_id for _, car in fitting[:size]]


CARS = st.lists(
    st.builds(
        CarFacts,
        car_model_id=st.integers(1, 60),
        make=st.sampled_from(["Kia", "Fiat", "Audi"]),
        name=st.just("X"),
        variant=st.just(""),
        model_year=st.integers(2023, 2025),
        body_type=st.sampled_from(["suv", "sedan"]),
        fuel=st.sampled_from(["petrol", "electric"]),
        transmission=st.just("manual"),
        drive=st.just("fwd"),
        power_hp=st.integers(1, 4),
        engine_cc=st.none() | st.integers(1, 3),
        seats=st.integers(2, 5),
        origin_country=st.just(""),
        suggested_price_cents=st.integers(1, 4),
    ),
    max_size=40,
    unique_by=lambda car: car.car_model_id,
)
CRITERIA = st.lists(
    st.sampled_from(
        [
            must("make", "Kia", "Fiat"),
            wish("body_type", "suv"),
            wish("fuel", "electric"),
            wish("power_hp", low=2),
            must("engine_cc", low=2, high=3),
            wish("seats", 2, 5),
            wish("model_year", high=2024),
        ]
    ),
    unique_by=lambda item: item["characteristic"],
)


@given(
    cars=CARS,
    data=CRITERIA,
    demand=st.dictionaries(st.integers(1, 60), st.integers(0, 3)),
    size=st.integers(0, 12),
)
def test_the_assortment_is_that_of_rating_every_car(
    cars: list[CarFacts], data: list[object], demand: dict[int, int], size: int
) -> None:
    criteria = criteria_from(data)

    chosen = assortment(cars, criteria, demand, size)

    assert [one.car_model_id for one in chosen] == plain_assortment(cars, criteria, demand, size)
    assert [one.rank for one in chosen] == list(range(1, len(chosen) + 1))
    rated = {car.car_model_id: fit(car, criteria) for car in cars}
    assert [Fit(one.fit, one.missed) for one in chosen] == [
        rated[one.car_model_id] for one in chosen
    ]


def test_one_ranking_serves_many_showrooms() -> None:
    ranked = RankedCars([SUV, ELECTRIC], {})

    for fuel, found in (("electric", [2]), ("petrol", [1]), ("diesel", [])):
        chosen = ranked.best_fitting(criteria_from([must("fuel", fuel)]), 5)
        assert [one.car_model_id for one in chosen] == found


def test_criteria_come_back_from_json_as_they_were() -> None:
    items = [param.values[0] for param in MEETS]
    criteria = criteria_from(
        [*{item["characteristic"]: item for item in items if isinstance(item, dict)}.values()]
    )

    assert {one.characteristic for one in criteria} == set(Characteristic)
    assert criteria_from(json.loads(json.dumps(criteria_data(criteria)))) == criteria


@pytest.mark.parametrize(
    "data, field",
    [
        pytest.param(None, "criteria", id="nothing at all"),
        pytest.param({"fuel": "petrol"}, "criteria", id="an object"),
        pytest.param(["fuel"], "criteria.0", id="a text in the list"),
        pytest.param([must("fuel", "petrol"), {}], "criteria.1", id="no characteristic"),
        pytest.param([must("colour", "red")], "criteria.0", id="no such characteristic"),
        pytest.param([must("make") | {"characteristic": ["make"]}], "criteria.0", id="a list"),
        pytest.param([must("make", "Kia") | {"most": 1}], "criteria.make", id="unknown word"),
        pytest.param([must("make", "Kia") | {"must": 1}], "criteria.make", id="must is a number"),
        pytest.param(
            [{"characteristic": "make", "values": ["Kia"]}], "criteria.make", id="no must"
        ),
        pytest.param([must("seats", 5) | {"low": 2}], "criteria.seats", id="values and low"),
        pytest.param([must("seats", 5) | {"high": 2}], "criteria.seats", id="values and high"),
        pytest.param([must("make")], "criteria.make", id="neither values nor a range"),
        pytest.param([must("make") | {"values": []}], "criteria.make", id="empty values"),
        pytest.param([must("make") | {"values": "Kia"}], "criteria.make", id="values are a text"),
        pytest.param([must("make", 7)], "criteria.make", id="a number for a make"),
        pytest.param([must("make", "")], "criteria.make", id="an empty make"),
        pytest.param([must("make", "K\0a")], "criteria.make", id="a NUL byte"),
        pytest.param([must("make", "\ud800")], "criteria.make", id="half a surrogate"),
        pytest.param([must("make", "K" * 81)], "criteria.make", id="a long make"),
        pytest.param([must("fuel", "petroleum")], "criteria.fuel", id="no such fuel"),
        pytest.param([must("make", low=1)], "criteria.make", id="a range of makes"),
        pytest.param([must("seats", "5")], "criteria.seats", id="seats are a text"),
        pytest.param([must("seats", True)], "criteria.seats", id="seats are true"),
        pytest.param([must("seats", low=6, high=5)], "criteria.seats", id="low above high"),
        pytest.param([must("seats", low=-1)], "criteria.seats", id="below zero"),
        pytest.param([must("seats", low=10**13)], "criteria.seats", id="beyond any number"),
        pytest.param([must("seats") | {"low": 2.5}], "criteria.seats", id="half a seat"),
        pytest.param([must("seats") | {"high": "9"}], "criteria.seats", id="a text as bound"),
        pytest.param([must("seats", 5), wish("seats", 7)], "criteria.seats", id="named twice"),
        pytest.param([must("make", *map(str, range(201)))], "criteria.make", id="201 values"),
        pytest.param([must("make", "Kia")] * 51, "criteria.make", id="51 criteria"),
    ],
)
def test_criteria_that_make_no_sense_are_refused_by_name(data: object, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        criteria_from(data)

    assert refusal.value.field == field


def test_two_hundred_values_are_not_too_many() -> None:
    (criterion,) = criteria_from([must("make", *map(str, range(MAX_VALUES)))])

    assert len(criterion.values or ()) == MAX_VALUES


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.sampled_from([*Characteristic, "petrol"])
        | st.text(),
        lambda inner: st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["characteristic", "must", "values", "low", "high"]), inner
        ),
    )
)
def test_whatever_json_says_it_is_criteria_or_a_refusal(data: object) -> None:
    try:
        criteria = criteria_from(data)
    except Invalid as refusal:
        assert refusal.field is not None and refusal.field.startswith("criteria")
    else:
        assert criteria_from(criteria_data(criteria)) == criteria
