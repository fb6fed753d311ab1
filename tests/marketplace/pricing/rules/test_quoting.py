"""Exactly one discount applies, the largest; the trace says what became of every other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.common.percents import price_after, price_with_markup
from marketplace.pricing.rules.quoting import (
    DiscountKind,
    Outcome,
    PromotionTerm,
    TierTerm,
    quote_for,
)

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def promotion(pk: int, bp: int, start: int = -1, end: int = 1, models: set[int] | None = None):
    covered = None if models is None else frozenset(models)
    return PromotionTerm(pk, bp, AT + start * HOUR, AT + end * HOUR, covered)


def quoted(tiers=(), promotions=(), cars=0, price=10_000):
    return quote_for(
        seller_id=1,
        car_model_id=7,
        list_price_cents=price,
        cars_before=cars,
        tiers=tiers,
        promotions=promotions,
        at=AT,
    )


@pytest.mark.parametrize(
    ("price", "bp", "left"),
    [
        (10_000, 0, 10_000),
        (10_000, 250, 9_750),
        (10_001, 5_000, 5_001),
        (9_999, 5_000, 5_000),
        (333, 3_333, 222),
        (1, 9_500, 1),
        (999_999_999_999, 1, 999_899_999_999),
    ],
)
def test_a_price_is_rounded_half_up_once_and_never_below_a_cent(price, bp, left):
    assert price_after(price, bp) == left


@pytest.mark.parametrize(
    ("cost", "cars", "bp", "price"),
    [(30_000, 3, 1_500, 11_500), (29_900, 3, 1_500, 11_462), (1, 1, 0, 1), (0, 2, 1_500, 1)],
)
def test_a_retail_price_is_average_cost_and_markup_rounded_up(cost, cars, bp, price):
    assert price_with_markup(cost, cars, bp) == price


def test_without_discounts_the_list_price_is_the_price():
    quote = quoted()

    assert (quote.price_cents, quote.discount, quote.considered) == (10_000, None, ())


def test_the_largest_discount_applies_and_they_never_add_up():
    quote = quoted([TierTerm(1, 1, 500)], [promotion(2, 700), promotion(3, 600)], cars=4)

    assert quote.price_cents == 9_300
    assert [one.outcome for one in quote.considered] == [
        Outcome.SMALLER,
        Outcome.APPLIED,
        Outcome.SMALLER,
    ]


def test_on_a_tie_loyalty_goes_first_then_the_older_promotion():
    loyal = quoted([TierTerm(9, 1, 700)], [promotion(2, 700)], cars=1)
    older = quoted([], [promotion(5, 700), promotion(4, 700)])

    assert loyal.discount is not None and loyal.discount.kind is DiscountKind.LOYALTY
    assert older.discount is not None and older.discount.source_id == 4


@pytest.mark.parametrize(
    ("cars", "bp", "outcomes"),
    [
        (0, 0, [Outcome.NOT_REACHED, Outcome.NOT_REACHED]),
        (2, 0, [Outcome.NOT_REACHED, Outcome.NOT_REACHED]),
        (3, 100, [Outcome.APPLIED, Outcome.NOT_REACHED]),
        (9, 100, [Outcome.APPLIED, Outcome.NOT_REACHED]),
        (10, 500, [Outcome.SURPASSED, Outcome.APPLIED]),
    ],
)
def test_the_highest_tier_reached_counts(cars, bp, outcomes):
    quote = quoted([TierTerm(1, 3, 100), TierTerm(2, 10, 500)], cars=cars)

    assert quote.price_cents == price_after(10_000, bp)
    assert [one.outcome for one in quote.considered] == outcomes


@pytest.mark.parametrize(
    ("term", "outcome"),
    [
        (promotion(1, 500, 0, 1), Outcome.APPLIED),
        (promotion(1, 500, -1, 0), Outcome.ENDED),
        (promotion(1, 500, 1, 2), Outcome.NOT_STARTED),
        (promotion(1, 500, models={7, 8}), Outcome.APPLIED),
        (promotion(1, 500, models={8}), Outcome.NOT_COVERED),
        (promotion(1, 500, models=set()), Outcome.NOT_COVERED),
    ],
)
def test_a_promotion_counts_in_its_period_on_its_models_only(term, outcome):
    quote = quoted(promotions=[term])

    assert quote.considered[0].outcome is outcome
    assert quote.price_cents == (9_500 if outcome is Outcome.APPLIED else 10_000)
