"""Where offers and prices meet."""

from __future__ import annotations

import pytest

from marketplace.trading.rules.depth import DepthStep, depth_steps, step_size


@pytest.mark.parametrize(
    ("suggested_cents", "step_cents"),
    [
        (1, 100),
        (2_000, 100),
        (4_000, 200),
        (2_500_000, 100_000),
        (3_999_999, 100_000),
        (4_000_000, 200_000),
    ],
)
def test_a_step_is_a_round_number_near_a_twentieth(suggested_cents: int, step_cents: int) -> None:
    assert step_size(suggested_cents) == step_cents


def test_offers_and_cars_are_counted_by_step() -> None:
    assert depth_steps(
        size_cents=1_000, offers=[(8, 3), (10, 1)], cars=[(9_999, 2), (10_000, 5)]
    ) == [
        DepthStep(8_000, 3, 0),
        DepthStep(9_000, 0, 2),
        DepthStep(10_000, 1, 5),
    ]


def test_what_lies_far_away_is_counted_at_the_edge() -> None:
    steps = depth_steps(size_cents=10, offers=[(0, 4), (50, 1)], cars=[(500, 2), (10_000, 7)])

    assert len(steps) == 12
    assert (steps[0].offers, sum(step.offers for step in steps)) == (4, 5)
    assert (steps[-1].cars, sum(step.cars for step in steps)) == (7, 9)


def test_nothing_on_either_side_is_no_step() -> None:
    assert depth_steps(size_cents=10, offers=[], cars=[]) == []
