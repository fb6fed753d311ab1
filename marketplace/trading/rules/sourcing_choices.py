"""Why each car model is bought where it is: the record that a supplier review leaves behind.

Explains a plan and decides nothing: the plan is `sourcing`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from marketplace.common.percents import WHOLE_BP
from marketplace.trading.rules.loyalty_costs import (
    BreakEven,
    LoyaltyCurve,
    Purchase,
    break_even,
    rounded_cents,
)
from marketplace.trading.rules.sourcing_problem import SourcingLine, SupplierTerms


class LineReason(StrEnum):
    """Why a line has the supplier that it has."""

    FIRST_CHOICE = "first_choice"
    REPLACED = "stopped_listing"
    SWITCHED = "switched"
    KEPT = "kept_cheapest"
    SAVING_TOO_SMALL = "kept_because_saving_too_small"
    NOBODY_LISTS = "nobody_lists"


class CandidateReason(StrEnum):
    """Why a supplier won or lost a line; one letter each, for millions of them are stored."""

    CHOSEN = "c"
    DEARER_OVER_HORIZON = "d"
    TIE_BROKEN = "t"
    SAVING_TOO_SMALL = "k"


class Candidate(NamedTuple):
    """A supplier that lists the model.

    `tiers_within_reach` is flat: threshold, basis points, threshold, basis points, … of each tier with a threshold that
    the cars bought so far and the plan's cars, this line's included, come up to. `expected_cost_cents` is what buying
    the line here adds to the plan while the rest of it stays as it is, rounded half up.
    """

    supplier_id: int
    list_price_cents: int
    cars_bought: int
    tiers_within_reach: tuple[int, ...]
    expected_cost_cents: int
    reason: CandidateReason


@dataclass(frozen=True, slots=True)
class LineChoice:
    """The supplier of one car model, and why. `supplier_id` is None if nobody lists the model.

    `switched` says that a supplier took over from another one.
    """

    car_model_id: int
    supplier_id: int | None
    previous_supplier_id: int | None
    switched: bool
    reason: LineReason
    expected_cars: int
    rate: Fraction
    horizon_days: int
    candidates: tuple[Candidate, ...]
    break_even: BreakEven | None


def choice_body(choice: LineChoice) -> dict[str, object]:
    """The choice as a compact body for JSON; money is integer cents, percents and the rate are decimal text.

    `candidates` holds one array for each supplier that lists the model: [supplier id, list price, cars bought so far,
    [threshold, basis points, threshold, basis points, …] of the tiers within reach, expected cost, reason], where the
    reason is c (chosen), d (dearer over the horizon), t (costs the same, the tie went to another) or k (would have been
    cheaper, but the plan saves too little). `break_even` is null or [against supplier id, dearer today, tier percent,
    tier after cars, cheaper from car or null, saving].
    """
    even = choice.break_even
    return {
        "car_model": choice.car_model_id,
        "supplier": choice.supplier_id,
        "previous": choice.previous_supplier_id,
        "switched": choice.switched,
        "reason": choice.reason.value,
        "cars": choice.expected_cars,
        "rate": f"{float(choice.rate):.4f}",
        "days": choice.horizon_days,
        "candidates": choice.candidates,
        "break_even": even
        and [
            even.against_supplier_id,
            even.dearer_today_cents,
            str(even.tier_percent),
            even.tier_after_cars,
            even.cheaper_from_car,
            even.saving_cents,
        ],
    }


class Explainer:
    """Explains the lines of one finished plan.

    Suppliers are known by their places in `terms`; `chosen` and `wished` are the places that the plan, and the plan
    that switches whenever it pays, give each line.
    """

    def __init__(
        self,
        lines: Sequence[SourcingLine],
        terms: Sequence[SupplierTerms],
        curves: Sequence[LoyaltyCurve],
        chosen: Sequence[int],
        wished: Sequence[int],
    ) -> None:
        self.lines = lines
        self.terms = terms
        self.curves = curves
        self.chosen = chosen
        self.wished = wished
        self.cars = [0] * len(terms)
        self.load = [0] * len(terms)
        for line, place in zip(lines, chosen):
            self.cars[place] += line.expected_cars
            self.load[place] += line.expected_cars * line.prices[terms[place].supplier_id]
        self.alone = {
            cars: self._alone(cars) for cars in sorted({line.expected_cars for line in lines})
        }

    def choice(self, index: int, horizon_days: int) -> LineChoice:
        """The choice of the line at `index`."""
        line = self.lines[index]
        supplier_id = self.terms[self.chosen[index]].supplier_id
        previous = line.current_supplier_id
        candidates = self._candidates(index)
        return LineChoice(
            car_model_id=line.car_model_id,
            supplier_id=supplier_id,
            previous_supplier_id=previous,
            switched=previous not in (None, supplier_id),
            reason=self._reason(index),
            expected_cars=line.expected_cars,
            rate=line.rate,
            horizon_days=horizon_days,
            candidates=candidates,
            break_even=self._break_even(index, candidates),
        )

    def _alone(self, cars: int) -> list[tuple[int, int, tuple[int, ...], int]]:
        """By supplier: its id, cars bought, tiers within reach and sum of factors if `cars` are all it sells."""
        return [
            (
                terms.supplier_id,
                terms.cars_bought,
                _tiers_within(terms, cars),
                curve.total(cars),
            )
            for terms, curve in zip(self.terms, self.curves)
        ]

    def _candidates(self, index: int) -> tuple[Candidate, ...]:
        line = self.lines[index]
        prices = line.prices
        chosen = self.chosen[index]
        least = self._joined_cost(index, chosen)
        lower = (
            CandidateReason.TIE_BROKEN
            if self.wished[index] == chosen
            else CandidateReason.SAVING_TOO_SMALL
        )
        dearer = CandidateReason.DEARER_OVER_HORIZON
        candidates = []
        for place, (supplier_id, bought, reach, points) in enumerate(
            self.alone[line.expected_cars]
        ):
            price = prices.get(supplier_id)
            if price is None:
                continue
            if self.cars[place]:
                cost = self._joined_cost(index, place)
                joined = self.cars[place] + line.expected_cars * (place != chosen)
                reach = _tiers_within(self.terms[place], joined)
            else:
                cost = (price * points + WHOLE_BP // 2) // WHOLE_BP
            reason = dearer if cost > least else lower
            candidates.append(Candidate(supplier_id, price, bought, reach, cost, reason))
        return tuple(candidates)
