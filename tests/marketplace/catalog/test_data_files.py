"""The data files that we wrote: the car models and the cities."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission
from marketplace.catalog.rules.importing import BadRow, CarModelRow, read_car_models
from marketplace.catalog.rules.origins import COUNTRY_CODES, origin_of

MARKETPLACE = Path(__file__).parents[3] / "marketplace"
CAR_MODELS = MARKETPLACE / "catalog" / "data" / "car_models.csv"
CITIES = MARKETPLACE / "simulation" / "data" / "cities.csv"


@pytest.fixture(name="our_cars", scope="module")
def fixture_our_cars() -> list[CarModelRow]:
    with CAR_MODELS.open(encoding="utf-8", newline="") as lines:
        rows = list(read_car_models(lines))
    assert [row for row in rows if isinstance(row, BadRow)] == []
    return [row for row in rows if isinstance(row, CarModelRow)]


def test_our_own_file_has_hundreds_of_different_cars_of_the_last_five_years(our_cars):
    makes = Counter(car.make for car in our_cars)
    assert len(our_cars) >= 330
    assert len(makes) >= 38
    assert max(makes.values()) <= 25
    assert {car.model_year for car in our_cars} == {2021, 2022, 2023, 2024, 2025}
    assert len({car.identity for car in our_cars}) == len(our_cars)


def test_our_own_file_has_every_kind_of_car_and_of_price(our_cars):
    fuels = Counter(car.fuel for car in our_cars)
    assert fuels[Fuel.ELECTRIC] >= 40
    assert fuels[Fuel.HYBRID] + fuels[Fuel.PLUG_IN_HYBRID] >= 50
    assert fuels[Fuel.DIESEL] >= 25
    assert {car.body_type for car in our_cars} == set(BodyType)
    assert {car.transmission for car in our_cars} == set(Transmission)
    assert {car.drive for car in our_cars} == set(Drive)
    prices = [car.list_price_cents for car in our_cars]
    assert 900_000 <= min(prices) < 1_200_000
    assert 30_000_000 < max(prices) <= 40_000_000


def test_our_own_file_and_the_table_of_origins_agree(our_cars):
    assert [car.make for car in our_cars if origin_of(car.make) != car.origin_country] == []


def test_every_city_is_where_it_can_be():
    with CITIES.open(encoding="utf-8", newline="") as lines:
        cities = list(csv.DictReader(lines))
    assert list(cities[0]) == ["country", "city", "latitude", "longitude"]
    in_country = Counter(city["country"] for city in cities)
    assert len(cities) >= 160
    assert len(in_country) >= 22
    assert min(in_country.values()) >= 6
    assert set(in_country) <= COUNTRY_CODES
    assert len({(city["country"], city["city"]) for city in cities}) == len(cities)
    assert len({(city["latitude"], city["longitude"]) for city in cities}) == len(cities)
    for city in cities:
        for axis, limit in (("latitude", 90), ("longitude", 180)):
            assert abs(float(city[axis])) <= limit
            assert len(city[axis].partition(".")[2]) == 4
