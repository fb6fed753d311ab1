"""Why each car model is bought where it is: the record that a supplier review leaves behind.

Explains a plan and decides nothing: the plan is `sourcing`'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from marketplace.common.percents import WHOLE_BP
from marketplace.trading.rules.loyalty_costs import (
    BreakEven,
    Purchase,
    break_even,
    rounded_cents,
)
from marketplace.trading.rules.sourcing_problem import SourcingLine, SupplierTerms
from marketplace.trading.rules.supplier_table import Assignment, Table

_Alone = tuple[int, int, tuple[int, ...], int]
"""Supplier id, cars bought, tiers within reach and sum of factors, if it sells one line only."""


class LineReason(StrEnum):
    """Why a line has the supplier that it has."""

    FIRST_CHOICE = "first_choice"
    REPLACED = "stopped_listing"
    SWITCHED = "switched"
    KEPT = "kept_cheapest"
    SAVING_TOO_SMALL = "kept_because_saving_too_small"
    NOBODY_LISTS = "nobody_lists"


class CandidateReason(StrEnum):
    """Why a supplier won or lost a line: one letter each, as millions of them are stored."""

    CHOSEN = "c"
    DEARER_OVER_HORIZON = "d"
    TIE_BROKEN = "t"
    SAVING_TOO_SMALL = "k"


Row = tuple[int, int, int, tuple[int, ...], int, str]
"""A candidate as it is kept: plain, for there are many. `Candidate._make(row)` names its places."""


class Candidate(NamedTuple):
    """A supplier that lists the model, and why it won or lost.

    `tiers_within_reach` is flat: threshold, basis points, threshold, basis points, … of each tier
    with a threshold that the cars bought so far and the plan's cars, this line's included, come up
    to. `expected_cost_cents` is what buying the line here adds to the plan while the rest of it
    stays as it is, rounded half up.
    """

    supplier_id: int
    list_price_cents: int
    cars_bought: int
    tiers_within_reach: tuple[int, ...]
    expected_cost_cents: int
    reason: str


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
    candidates: tuple[Row, ...]
    break_even: BreakEven | None


def choice_body(choice: LineChoice) -> dict[str, object]:
    """The choice as a compact body for JSON; money is integer cents, percents and the rate are
    decimal text.

    `candidates` holds one array for each supplier that lists the model: [supplier id, list price,
    cars bought so far, [threshold, basis points, threshold, basis points, …] of the tiers within
    reach, expected cost, reason], where the reason is c (chosen), d (dearer over the horizon), t
    (costs the same, the tie went to another) or k (would have been cheaper, but the plan saves too
    little). `break_even` is null or [against supplier id, dearer today, tier percent, tier after
    cars, cheaper from car or null, saving].
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

    Suppliers are known by their places in `terms`; `chosen` and `wished` are the places that the
    plan, and the plan that switches whenever it pays, give each line.
    """

    def __init__(
        self,
        lines: Sequence[SourcingLine],
        terms: Sequence[SupplierTerms],
        table: Table,
        chosen: Assignment,
        wished: Assignment,
    ) -> None:
        self.lines = lines
        self.terms = terms
        self.supplier_ids = [one.supplier_id for one in terms]
        self.curves = table.curves
        self.chosen = chosen
        self.wished = wished
        self.cars = [0] * len(terms)
        self.load = [0] * len(terms)
        for line, place in zip(lines, chosen):
            self.cars[place] += line.expected_cars
            self.load[place] += line.expected_cars * line.prices[terms[place].supplier_id]
        self.reach = [_Reach(one) for one in terms]
        self.alone = {cars: self._alone(cars, points) for cars, points in table.points.items()}

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

    def _alone(self, cars: int, points: Sequence[int]) -> list[_Alone]:
        return [
            (one.supplier_id, one.cars_bought, reach.after(cars), total)
            for one, reach, total in zip(self.terms, self.reach, points)
        ]

    def _candidates(self, index: int) -> tuple[Row, ...]:
        line = self.lines[index]
        dearer, half = CandidateReason.DEARER_OVER_HORIZON.value, WHOLE_BP // 2
        prices = map(line.prices.get, self.supplier_ids)
        rows: list[Row | None] = [
            (
                None
                if price is None
                else (supplier, price, bought, reach, (price * points + half) // WHOLE_BP, dearer)
            )
            for price, (supplier, bought, reach, points) in zip(
                prices, self.alone[line.expected_cars]
            )
        ]
        least = self._joined_cost(index, self.chosen[index])
        close = {place for place, row in enumerate(rows) if row and row[4] <= least}
        for place in close | set(self.chosen) | {self.wished[index]}:
            row = rows[place]
            if row:
                rows[place] = self._judged(index, place, row, least)
        return tuple(filter(None, rows))

    def _judged(self, index: int, place: int, row: Row, least: int) -> Row:
        """The row of a supplier that is in the plan, or would be in another one, or is as cheap."""
        cost = self._joined_cost(index, place)
        reach = self.reach[place].after(self._joined_cars(index, place))
        if place == self.chosen[index]:
            reason = CandidateReason.CHOSEN
        elif place == self.wished[index]:
            reason = CandidateReason.SAVING_TOO_SMALL
        elif cost > least:
            reason = CandidateReason.DEARER_OVER_HORIZON
        elif cost == least or self.chosen == self.wished:
            reason = CandidateReason.TIE_BROKEN
        else:
            reason = CandidateReason.SAVING_TOO_SMALL
        return (*row[:3], reach, cost, reason.value)

    def _joined_cars(self, index: int, place: int) -> int:
        """How many cars the supplier sells if it has the line."""
        if self.chosen[index] == place:
            return self.cars[place]
        return self.cars[place] + self.lines[index].expected_cars

    def _joined_cost(self, index: int, place: int) -> int:
        """What the line adds to the cost of the supplier, in cents."""
        line, curve = self.lines[index], self.curves[place]
        weight = line.expected_cars * line.prices[self.terms[place].supplier_id]
        cars = self._joined_cars(index, place)
        load = self.load[place] + (0 if self.chosen[index] == place else weight)
        rest, rest_load = cars - line.expected_cars, load - weight
        cost = load * curve.total(cars)
        if not rest:
            return rounded_cents(cost, WHOLE_BP * cars)
        return rounded_cents(
            cost * rest - rest_load * curve.total(rest) * cars, WHOLE_BP * cars * rest
        )

    def _reason(self, index: int) -> LineReason:
        line, previous = self.lines[index], self.lines[index].current_supplier_id
        if previous is None:
            return LineReason.FIRST_CHOICE
        if previous not in line.prices:
            return LineReason.REPLACED
        if previous != self.terms[self.chosen[index]].supplier_id:
            return LineReason.SWITCHED
        if self.wished[index] != self.chosen[index]:
            return LineReason.SAVING_TOO_SMALL
        return LineReason.KEPT

    def _break_even(self, index: int, rows: Sequence[Row]) -> BreakEven | None:
        """Against the supplier whose next car costs least today."""
        prices, ids = self.lines[index].prices, self.supplier_ids
        listing = [place for place, supplier in enumerate(ids) if supplier in prices]
        today = [row[1] * self.curves[place].factor for place, row in zip(listing, rows)]
        cheapest = today.index(min(today))
        chosen = listing.index(self.chosen[index])
        against = Candidate._make(rows[cheapest])
        saving = against.expected_cost_cents - Candidate._make(rows[chosen]).expected_cost_cents
        if saving <= 0 or today[cheapest] == today[chosen]:
            return None
        return break_even(
            self._purchase(index, listing[chosen]),
            self._purchase(index, listing[cheapest]),
            cars=self.lines[index].expected_cars,
            other_supplier_id=against.supplier_id,
            saving_cents=saving,
        )

    def _purchase(self, index: int, place: int) -> Purchase:
        terms = self.terms[place]
        return Purchase(
            price_cents=self.lines[index].prices[terms.supplier_id],
            cars_bought=terms.cars_bought,
            tiers=terms.tiers,
            all_cars=self._joined_cars(index, place),
        )


class _Reach:
    """Which tiers of a supplier so many more cars come up to."""

    __slots__ = ("ahead", "flat")

    def __init__(self, terms: SupplierTerms) -> None:
        self.ahead = [tier.threshold - terms.cars_bought for tier in terms.tiers]
        self.flat: list[tuple[int, ...]] = [()]
        for tier in terms.tiers:
            self.flat.append((*self.flat[-1], tier.threshold, tier.bp))

    def after(self, cars: int) -> tuple[int, ...]:
        """Threshold and basis points of each tier, flat."""
        return self.flat[bisect_right(self.ahead, cars)]
