"""Random markets for the supplier review, in the oracle's values, and the problem they pose."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from marketplace.common.percents import basis_points
from marketplace.pricing.rules.quoting import TierTerm
from marketplace.trading.rules.loyalty_costs import curve_of
from marketplace.trading.rules.sourcing import SourcingPlan
from marketplace.trading.rules.sourcing_choices import Candidate, LineChoice
from marketplace.trading.rules.sourcing_problem import SourcingLine, SourcingProblem, SupplierTerms
from marketplace.trading.rules.supplier_table import NOBODY, Table
from tests.marketplace.trading.rules.oracle_sourcing import Line, Terms


def tier_of(threshold: int, percent: Decimal) -> TierTerm:
    return TierTerm(tier_id=0, threshold=threshold, bp=basis_points(percent))


def problem_of(
    lines: Sequence[Line], terms: Terms, minimum_saving: str | Decimal = "0", days: int = 90
) -> SourcingProblem:
    return SourcingProblem(
        showroom_id=7,
        lines=tuple(
            SourcingLine(place, cars, current, prices, Fraction(cars, days))
            for place, (cars, current, prices) in enumerate(lines)
        ),
        suppliers={
            supplier: SupplierTerms(supplier, bought, tuple(tier_of(*tier) for tier in tiers))
            for supplier, (bought, tiers) in terms.items()
        },
        minimum_saving_percent=Decimal(minimum_saving),
        horizon_days=days,
    )


def suppliers_of(plan: SourcingPlan) -> tuple[int, ...]:
    assert all(choice.supplier_id is not None for choice in plan.choices)
    return tuple(choice.supplier_id or 0 for choice in plan.choices)


def candidate(choice: LineChoice, supplier: int) -> Candidate:
    return next(Candidate._make(row) for row in choice.candidates if row[0] == supplier)


def random_market(seed: int) -> tuple[list[Line], Terms]:
    """Up to five lines and four suppliers whose tiers and prices nearly balance."""
    rng = random.Random(seed)
    suppliers = range(1, rng.randint(1, 4) + 1)
    terms: dict[int, tuple[int, tuple[tuple[int, Decimal], ...]]] = {}
    for supplier in suppliers:
        tiers, threshold, percent = [], 0, 0
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            threshold += rng.choice((1, 3, 5, 10, 20, 500))
            percent += rng.randint(1, 400)
            tiers.append((threshold, Decimal(percent).scaleb(-2)))
        terms[supplier] = (rng.choice((0, 0, 2, 9, 40)), tuple(tiers))
    lines: list[Line] = []
    for _ in range(rng.randint(1, 5)):
        base, spread = rng.choice((100, 20_000, 2_000_000)), rng.choice((0.0, 0.01, 0.05))
        listing = [one for one in suppliers if rng.random() < 0.85] or [rng.choice(suppliers)]
        prices = {
            one: round(base * (1 + rng.uniform(0, 0.03) + rng.uniform(-spread, spread)))
            for one in listing
        }
        current = rng.choice((None, *suppliers))
        lines.append((rng.choice((1, 1, 2, 3, 6, 12, 15)), current, prices))
    return lines, terms


def wide_market(seed: int) -> tuple[list[Line], Terms]:
    """Twenty lines and sixty suppliers of which all list everything and most reward loyalty."""
    rng = random.Random(seed)
    bases = [rng.randrange(1_500_000, 8_000_000) for _ in range(20)]
    cars = [max(1, round(rng.lognormvariate(2.2, 0.9))) for _ in bases]
    prices: list[dict[int, int]] = [{} for _ in bases]
    terms: dict[int, tuple[int, tuple[tuple[int, Decimal], ...]]] = {}
    for supplier in range(1, 61):
        tiers, threshold, percent = [], 0, 0
        for _ in range(rng.randrange(5)):
            threshold += rng.choice((3, 5, 10, 20, 30, 50, 100, 200))
            percent += rng.randrange(50, 300)
            tiers.append((threshold, Decimal(percent).scaleb(-2)))
        terms[supplier] = (0, tuple(tiers))
        level = rng.uniform(0.97, 1.03)
        for base, row in zip(bases, prices):
            row[supplier] = round(base * level * rng.uniform(0.96, 1.04))
    return [(count, None, row) for count, row in zip(cars, prices)], terms


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[Line], Terms]:
    """Markets too wide to try everything: up to 9 lines and 7 suppliers."""
    suppliers = range(1, draw(st.integers(1, 7)) + 1)
    terms: dict[int, tuple[int, tuple[tuple[int, Decimal], ...]]] = {}
    for supplier in suppliers:
        thresholds = draw(st.lists(st.integers(1, 60), unique=True, max_size=3))
        points = draw(st.lists(st.integers(1, 2_000), unique=True, min_size=3, max_size=3))
        tiers = zip(sorted(thresholds), (Decimal(one).scaleb(-2) for one in sorted(points)))
        terms[supplier] = (draw(st.integers(0, 40)), tuple(tiers))
    lines: list[Line] = []
    for _ in range(draw(st.integers(1, 9))):
        listing = draw(st.sets(st.sampled_from(suppliers), min_size=1))
        prices = {one: 500 * draw(st.integers(18, 22)) for one in sorted(listing)}
        current = draw(st.none() | st.sampled_from(suppliers))
        lines.append((draw(st.integers(1, 20)), current, prices))
    return lines, terms


def table_of(lines: Sequence[Line], terms: Terms) -> tuple[Table, list[int]]:
    """The table that the search works on, and the supplier at each place."""
    ids = sorted({supplier for _, _, prices in lines for supplier in prices})
    total = sum(cars for cars, _, _ in lines)
    table = Table(
        cars=[cars for cars, _, _ in lines],
        prices=[[prices.get(one) for one in ids] for _, _, prices in lines],
        curves=[
            curve_of(terms[one][0], [tier_of(*tier) for tier in terms[one][1]], within=total)
            for one in ids
        ],
        homes=[
            NOBODY if current is None or current not in prices else ids.index(current)
            for _, current, prices in lines
        ],
    )
    return table, ids
