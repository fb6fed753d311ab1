"""Car models through the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from tests.marketplace.factories import make_car_model, make_listing, make_showroom

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]


def test_a_car_model_with_what_showrooms_ask_for_it(ask: Ask) -> None:
    car = make_car_model(name="Swift", engine_cc=None, fuel="electric")
    for price in (1_900_050, 1_800_000):
        make_listing(seller=make_showroom(), car_model=car, price_cents=price, quantity=2)

    assert ask().get(f"/api/car-models/{car.pk}/").json() == {
        "id": car.pk, "make": "Aurora", "name": "Swift", "variant": "", "model_year": 2026,
        "body_type": "sedan", "fuel": "electric", "transmission": "manual", "drive": "fwd",
        "power_hp": 150, "engine_cc": None, "seats": 5, "origin_country": "DE",
        "suggested_price": "25000.00", "lowest_price": "18000.00", "showrooms": 2,
        "cars_in_stock": 4,
    }  # fmt: skip


def test_the_filters_are_those_of_the_page(ask: Ask) -> None:
    dear, cheap = make_car_model(name="Dear", power_hp=300), make_car_model(name="Cheap")
    make_car_model(name="Gone", is_active=False)
    for car, price in ((dear, 5_000_000), (cheap, 1_000_000)):
        make_listing(seller=make_showroom(), car_model=car, price_cents=price)

    def found(query: str) -> list[str]:
        rows = ask().get(f"/api/car-models/?{query}").json()["results"]
        return [row["name"] for row in rows]

    assert found("") == ["Cheap", "Dear"]
    assert found("price_min=20000.00") == ["Dear"]
    assert found("q=aurora%20cheap") == ["Cheap"]
    assert found("body=sedan&body=suv&power_max=200") == ["Cheap"]
    assert found("ordering=-lowest_price") == ["Dear", "Cheap"]
    assert found("ordering=power_hp,-name") == ["Cheap", "Dear"]


def test_what_has_no_price_comes_last_in_either_order(ask: Ask) -> None:
    make_car_model(name="None")
    make_listing(seller=make_showroom(), car_model=make_car_model(name="One"))
    for order in ("lowest_price", "-lowest_price"):
        rows = ask().get(f"/api/car-models/?ordering={order}").json()["results"]
        assert [row["name"] for row in rows] == ["One", "None"]


def test_the_list_costs_the_same_queries_however_long(
    ask: Ask, same_queries: Callable[..., None]
) -> None:
    same_queries(ask(), "/api/car-models/", make_car_model)
