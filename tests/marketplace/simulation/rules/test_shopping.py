"""What shoppers wish for: within their means, near the market's price, by their tastes."""

from __future__ import annotations

from random import Random

from marketplace.simulation.rules.shopping import Shelf, Shopper, Window, wish
from marketplace.trading.rules.assortment import CarFacts

MANY = 400


def car(number: int, make: str = "Aurora", suggested_cents: int = 3_000_000) -> CarFacts:
    return CarFacts(
        car_model_id=number, make=make, name=f"Model {number}", variant="", model_year=2024,
        body_type="sedan", fuel="petrol", transmission="manual", drive="fwd", power_hp=150,
        engine_cc=1_600, seats=5, origin_country="DE", suggested_price_cents=suggested_cents,
    )  # fmt: skip


def wishes(shopper: Shopper, window: Window, funds_cents: int = 10_000_000):
    rng = Random(7)
    return [wish(rng, shopper, window, funds_cents) for _ in range(MANY)]


def test_nobody_wishes_for_more_than_there_is_money():
    window = Window([car(1), car(2, suggested_cents=1_000_000)], [])

    found = wishes(Shopper(1), window, funds_cents=1_020_000)

    assert all(one is None or one.max_price_cents <= 1_020_000 for one in found)
    assert {one.car_model_id for one in found if one} == {2}


def test_some_would_pay_the_lowest_price_and_others_hope_for_less():
    window = Window([car(1)], [Shelf(10, 1, 2_000_000), Shelf(11, 1, 1_900_000)])

    offered = [one.max_price_cents for one in wishes(Shopper(1), window) if one]

    assert len(offered) == MANY
    paying = sum(cents >= 1_900_000 for cents in offered)
    assert MANY * 0.4 < paying < MANY * 0.7
    assert min(offered) >= 1_550_000 and max(offered) <= 2_000_000


def test_a_regular_returns_to_its_showroom_and_pays_what_it_asks():
    window = Window([car(1), car(2)], [Shelf(10, 1, 2_000_000), Shelf(11, 2, 1_000_000)])

    found = wishes(Shopper(1, showroom_id=10), window)

    at_home = [one for one in found if one and one.car_model_id == 1]
    assert len(at_home) > MANY * 0.75
    assert all(one.max_price_cents >= 2_000_000 for one in at_home)


def test_shoppers_prefer_their_makes():
    cars = [car(1, "Aurora"), *(car(number, f"Make {number}") for number in range(2, 12))]
    window = Window(cars, [Shelf(10, one.car_model_id, 2_000_000) for one in cars])

    def share(shopper: Shopper) -> float:
        return (
            sum(one is not None and one.car_model_id == 1 for one in wishes(shopper, window)) / MANY
        )

    assert share(Shopper(1, ("Aurora",))) > share(Shopper(1)) + 0.2


def test_an_empty_market_has_nothing_to_wish_for():
    assert wishes(Shopper(1, ("Aurora",), showroom_id=5), Window([], [])) == [None] * MANY
