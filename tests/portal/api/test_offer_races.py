"""Requests about offers that arrive at the same moment: one effect, and no money promised twice."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from marketplace.ledger.addresses import wallet
from marketplace.trading.models import Offer
from tests.market import Market, money_of
from tests.races.together import at_once, holding_account, turns

pytestmark = pytest.mark.django_db

PATH = "/api/offers/"


def body(car_model: Any) -> dict[str, Any]:
    return {"car_model": car_model.pk, "max_price": "10000.00"}


def test_of_two_equal_requests_at_once_one_has_the_effect(market: Market, ask, key, rung):
    car_model = market.car_model()
    for number in range(5):
        ann = market.customer(f"Ann{number}", cents=2_500_000)
        clients, headers = [ask(ann.user) for _ in range(3)], key()

        answers = at_once(
            *(partial(one.post, PATH, body(car_model), headers=headers) for one in clients)
        )

        codes = sorted(one.status_code for one in answers)
        assert codes[0] == 201 and set(codes) <= {201, 409}
        assert len({one.json()["id"] for one in answers if one.status_code == 201}) == 1
        assert {one.json()["code"] for one in answers if one.status_code == 409} <= {
            "request_in_flight"
        }
        assert money_of(ann) == (1_500_000, 1_000_000)
        assert Offer.objects.filter(customer=ann).count() == 1
    assert rung


def test_a_request_in_flight_is_a_409_with_a_time_to_come_back(market: Market, ask, key, problem):
    car_model, ann = market.car_model(), market.customer("Ann", cents=1_000_000)
    headers = key()
    first, second = (
        partial(ask(ann.user).post, PATH, body(car_model), headers=headers) for _ in range(2)
    )

    with turns() as act:
        with holding_account(wallet(ann.pk)):
            sent = act.send(first, waiting=1)
            refused = second()
        answer: Any = sent.result()

    assert problem(refused) == (409, "request_in_flight", [])
    assert refused["Retry-After"] == "1"
    assert answer.status_code == 201
    assert second().json() == answer.json()
    assert money_of(ann) == (0, 1_000_000)


def test_two_offers_at_once_never_promise_the_same_money(market: Market, ask, key):
    car_model = market.car_model()
    for number in range(5):
        ann = market.customer(f"Ann{number}", cents=1_500_000)

        answers = at_once(
            *(partial(ask(ann.user).post, PATH, body(car_model), headers=key()) for _ in range(3))
        )

        assert sorted(one.status_code for one in answers) == [201, 422, 422]
        assert money_of(ann) == (500_000, 1_000_000)


def test_two_cancellations_at_once_give_the_money_back_once(market: Market, ask, problem):
    car_model, ann = market.car_model(), market.customer("Ann", cents=1_000_000)
    offer = market.offer(ann, car_model, 1_000_000)
    take_back = [partial(ask(ann.user).delete, f"{PATH}{offer.pk}/") for _ in range(2)]

    with turns() as act, holding_account(wallet(ann.pk)):
        sent = [act.send(one, waiting=number) for number, one in enumerate(take_back, start=1)]
    first, second = (one.result() for one in sent)

    assert first.status_code == 204
    assert problem(second) == (409, "offer_closed", ["status"])
    assert second.json()["errors"][0]["code"] == "cancelled"
    assert money_of(ann) == (1_000_000, 0)
