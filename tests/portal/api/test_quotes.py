"""What would I pay, and why?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from marketplace.catalog.models import CarModel
from marketplace.parties.models import Party
from tests.marketplace.factories import (
    make_car_model,
    make_customer,
    make_listing,
    make_membership,
    make_patronage,
    make_promotion,
    make_showroom,
    make_supplier,
    make_tier,
    make_user,
)

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


def _path(seller: Party, car: CarModel, buyer: Party | None = None) -> str:
    asked = f"/api/quotes/?seller={seller.pk}&car_model={car.pk}"
    return asked + (f"&buyer={buyer.pk}" if buyer else "")


def test_a_customer_reads_the_price_and_the_trace(ask: Ask) -> None:
    customer, showroom, car = make_customer(), make_showroom(), make_car_model()
    make_listing(seller=showroom, car_model=car, price_cents=2_000_000)
    tier = make_tier(seller=showroom, threshold=5, percent="2.00")
    high = make_tier(seller=showroom, threshold=50, percent="9.00")
    now = timezone.now()
    promotion = make_promotion(
        seller=showroom, percent="1.50", starts_at=now - timedelta(1), ends_at=now + timedelta(1)
    )
    make_patronage(seller=showroom, buyer=customer, cars=5)

    answer = ask(customer.user).get(_path(showroom, car)).json()

    assert answer["at"].endswith("Z") and answer["buyer"]["id"] == customer.pk
    assert (answer["list_price"], answer["price"]) == ("20000.00", "19600.00")
    assert answer["cars_before"] == 5
    assert answer["discount"] == {"kind": "loyalty", "id": tier.pk, "percent": "2.00"}
    assert [(one["kind"], one["id"], one["outcome"]) for one in answer["considered"]] == [
        ("loyalty", tier.pk, "applied"),
        ("loyalty", high.pk, "not_reached"),
        ("promotion", promotion.pk, "smaller"),
    ]
    assert ask(customer.user).get(_path(showroom, car, customer)).json()["price"] == "19600.00"


def test_who_is_no_customer_gets_a_newcomers_price(ask: Ask, problem: Read) -> None:
    showroom, car = make_showroom(), make_car_model()
    make_listing(seller=showroom, car_model=car)
    answer = ask(make_user()).get(_path(showroom, car)).json()
    assert (answer["buyer"], answer["price"], answer["discount"]) == (None, "20000.00", None)
    assert problem(ask().get(_path(showroom, car)))[0] == 401


def test_a_suppliers_prices_are_for_members_of_showrooms(ask: Ask, problem: Read) -> None:
    supplier, showroom, car = make_supplier(), make_showroom(), make_car_model()
    make_listing(seller=supplier, car_model=car, price_cents=1_000_000)
    analyst = make_membership(party=showroom, role="analyst").user
    customer = make_customer()

    assert ask(analyst).get(_path(supplier, car, showroom)).json()["price"] == "10000.00"
    for user, buyer in (
        (customer.user, None), (customer.user, customer), (customer.user, showroom),
        (analyst, make_showroom()), (analyst, None),
    ):  # fmt: skip
        answer = problem(ask(user).get(_path(supplier, car, buyer)))
        assert (answer[0], answer[2]) == (400, ["buyer"])


def test_somebody_elses_price_is_not_told(ask: Ask, problem: Read) -> None:
    showroom, car = make_showroom(), make_car_model()
    make_listing(seller=showroom, car_model=car)
    answer = ask(make_customer().user).get(_path(showroom, car, make_customer()))
    assert problem(answer) == (400, "invalid", ["buyer"])


def test_what_is_not_sold_has_no_quote(ask: Ask, problem: Read) -> None:
    user, showroom, car = make_user(), make_showroom(), make_car_model()
    assert problem(ask(user).get(_path(showroom, car)))[0] == 404
    make_listing(seller=showroom, car_model=car, is_active=False)
    assert problem(ask(user).get(_path(showroom, car)))[0] == 404


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", ["seller", "car_model"]), ("seller=x&car_model=1", ["seller", "car_model"]),
        (f"seller={10**30}&car_model={10**30}", ["seller", "car_model"]),
        ("seller=1&car_model=1&colour=red", ["colour"]),
        (f"seller=%00&car_model={'9' * 5_000}", ["seller", "car_model"]),
    ],
)  # fmt: skip
def test_a_bad_question_names_what_is_wrong(
    ask: Ask, problem: Read, query: str, fields: list[str]
) -> None:
    status, _, wrong = problem(ask(make_user()).get(f"/api/quotes/?{query}"))
    assert (status, wrong) == (400, fields)


def test_a_buyer_beyond_all_bounds_is_a_stranger(ask: Ask, problem: Read) -> None:
    showroom, car = make_showroom(), make_car_model()
    make_listing(seller=showroom, car_model=car)
    answer = ask(make_user()).get(f"{_path(showroom, car)}&buyer={10**30}")
    assert problem(answer) == (400, "invalid", ["buyer"])
