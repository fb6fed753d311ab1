"""The supplier review of one showroom: for every car model of its assortment the supplier it is
bought from, and why.

Pure: the same problem gives the same plan, in whatever order its lines
and prices come. Knows nothing of where rates, prices and patronage come from, nor of how decisions
are stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from marketplace.common.percents import WHOLE_BP, basis_points
from marketplace.trading.rules.loyalty_costs import curve_of, rounded_cents
from marketplace.trading.rules.sourcing_choices import Explainer, LineChoice, LineReason
from marketplace.trading.rules.sourcing_problem import (
    SourcingLine,
    SourcingProblem,
    SupplierTerms,
)
from marketplace.trading.rules.supplier_search import cheapest_assignment
from marketplace.trading.rules.supplier_table import NOBODY, Assignment, Table


@dataclass(frozen=True, slots=True)
class SourcingPlan:
    """The choice for every line, by car model id, and what three plans cost over the horizon, in
    exact cents.

    `cost` is this plan's, `best_cost` that of the cheapest plan, and `kept_cost` that of the plan
    which switches only where the current supplier no longer lists the model. `cost` is one of the
    other two.
    """

    showroom_id: int
    choices: tuple[LineChoice, ...]
    cost: Fraction
    best_cost: Fraction
    kept_cost: Fraction

    @property
    def saving_cents(self) -> int:
        """What this plan saves against the kept one, rounded half up."""
        saving = self.kept_cost - self.cost
        return rounded_cents(saving.numerator, saving.denominator)


def plan_sourcing(problem: SourcingProblem) -> SourcingPlan:
    """The supplier of every line, so that the expected cost over the horizon is least.

    Two plans are made. The *best* plan is free to use any supplier for any line. The *kept* plan
    leaves every line with its current supplier if that still lists the model, and places the other
    lines (new ones, and those whose supplier stopped listing) as cheaply as can be around them. The
    best plan is taken whole if it is cheaper than the kept one by at least the minimum saving, in
    percent of the kept plan's cost; otherwise the kept plan is, whole. Of plans that cost the same,
    the one with the fewest switches wins, then the one with the smaller supplier ids, line by line;
    where there are too many plans to try, that holds among those a single line apart.

    A line that nobody lists has no supplier and takes no part.
    """
    every = sorted(problem.lines, key=lambda line: line.car_model_id)
    lines = [line for line in every if line.prices]
    terms = _terms_of(problem, lines)
    table = _table_of(lines, terms)
    best = cheapest_assignment(table)
    kept = _kept(table, best)
    best_cost, kept_cost = table.exact_cost(best), table.exact_cost(kept)
    if best_cost >= kept_cost:
        best, best_cost = kept, kept_cost
    chosen = best if _is_worth_it(problem, kept_cost, best_cost) else kept
    explainer = Explainer(lines, terms, table, chosen, best)
    choices = [explainer.choice(index, problem.horizon_days) for index in range(len(lines))]
    choices += [_unserved(line, problem) for line in every if not line.prices]
    choices.sort(key=lambda choice: choice.car_model_id)
    return SourcingPlan(
        showroom_id=problem.showroom_id,
        choices=tuple(choices),
        cost=best_cost if chosen is best else kept_cost,
        best_cost=best_cost,
        kept_cost=kept_cost,
    )


def _kept(table: Table, best: Assignment) -> Assignment:
    """Every line at home, and those without a home placed as cheaply as can be around them."""
    homes = set(table.homes)
    if homes == {NOBODY}:
        return best
    return cheapest_assignment(table, list(table.homes)) if NOBODY in homes else list(table.homes)


def _is_worth_it(problem: SourcingProblem, kept_cost: Fraction, best_cost: Fraction) -> bool:
    minimum = basis_points(problem.minimum_saving_percent)
    return (kept_cost - best_cost) * WHOLE_BP >= kept_cost * minimum


def _terms_of(problem: SourcingProblem, lines: Sequence[SourcingLine]) -> list[SupplierTerms]:
    """The terms of every supplier that lists one of the lines, by supplier id."""
    listing = sorted(set().union(*(line.prices for line in lines)))
    return [
        problem.suppliers.get(supplier) or SupplierTerms(supplier, 0, ()) for supplier in listing
    ]


def _table_of(lines: Sequence[SourcingLine], terms: Sequence[SupplierTerms]) -> Table:
    cars = [line.expected_cars for line in lines]
    total = sum(cars)
    places = {one.supplier_id: place for place, one in enumerate(terms)}
    return Table(
        cars=cars,
        prices=[list(map(line.prices.get, places)) for line in lines],
        curves=[curve_of(one.cars_bought, one.tiers, within=total) for one in terms],
        homes=_homes_of(lines, places),
    )


def _homes_of(lines: Sequence[SourcingLine], places: dict[int, int]) -> Assignment:
    """The place of each line's current supplier, if that still lists the model."""
    homes = []
    for line in lines:
        current = line.current_supplier_id
        if current is None or current not in line.prices:
            homes.append(NOBODY)
        else:
            homes.append(places[current])
    return homes


def _unserved(line: SourcingLine, problem: SourcingProblem) -> LineChoice:
    return LineChoice(
        car_model_id=line.car_model_id,
        supplier_id=None,
        previous_supplier_id=line.current_supplier_id,
        switched=False,
        reason=LineReason.NOBODY_LISTS,
        expected_cars=line.expected_cars,
        rate=line.rate,
        horizon_days=problem.horizon_days,
        candidates=(),
        break_even=None,
    )
