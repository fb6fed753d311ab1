"""Where offers and prices meet: how many are on either side at each price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.common.money import CENTS_PER_DOLLAR

_STEPS = 12


@dataclass(frozen=True, slots=True)
class DepthStep:
    """From a price up to the next step: offers that would pay it at most, cars that cost it."""

    from_cents: int
    offers: int
    cars: int


def step_size(suggested_price_cents: int) -> int:
    """How wide a step is: 1, 2 or 5 times a power of ten dollars, near a twentieth of the price."""
    steps = (digit * CENTS_PER_DOLLAR * 10**power for power in range(12) for digit in (1, 2, 5))
    fitting = [step for step in steps if step <= suggested_price_cents // 20]
    return max(fitting, default=CENTS_PER_DOLLAR)


def depth_steps(
    *, size_cents: int, offers: Iterable[tuple[int, int]], cars: Iterable[tuple[int, int]]
) -> list[DepthStep]:
    """The steps around the place where both sides meet, cheapest first; empty if there is neither.

    `offers` are (number of the step, how many), `cars` are (price, how many). What lies beyond the
    last step on either end is counted in it, so that nothing is lost.
    """
    offered = Counter[int]()
    for step, many in offers:
        offered[step] += many
    for_sale = Counter[int]()
    for price_cents, many in cars:
        for_sale[price_cents // size_cents] += many
    steps = sorted(offered | for_sale)
    if not steps:
        return []
    middle = min(for_sale) if for_sale else max(offered)
    first = max(steps[0], min(middle - _STEPS // 2, steps[-1] - _STEPS + 1))
    last = min(steps[-1], first + _STEPS - 1)

    def within(sides: Counter[int], place: int) -> int:
        return sum(many for step, many in sides.items() if min(max(step, first), last) == place)

    return [
        DepthStep(place * size_cents, within(offered, place), within(for_sale, place))
        for place in range(first, last + 1)
    ]
