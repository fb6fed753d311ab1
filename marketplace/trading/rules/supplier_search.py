"""The cheapest assignment of lines to suppliers.

Small tables are searched to the end, large ones by descents from several starts. A supplier that
can't reach another tier costs the same per car whatever else is bought there, so of those each line
needs only its best.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod

from marketplace.trading.rules.supplier_descent import Descent
from marketplace.trading.rules.supplier_table import NOBODY, Assignment, Table

EXACT_LIMIT = 3_000
"""A table with at most so many promising assignments is searched to the end."""

GATHERED_STARTS = 3
"""How many descents start with everything at one supplier."""


def cheapest_assignment(
    table: Table, fixed: Assignment | None = None, *, exact_limit: int = EXACT_LIMIT
) -> Assignment:
    """The cheapest assignment that leaves each line of `fixed` where it is, `NOBODY` excepted.

    The least by `Table.key` if the table is small. Else the best one found: no single move makes it
    cheaper, and it is never dearer than the simple plans: all at home, each line where it alone
    costs least, where its list price is least, or where its next car costs least.
    """
    fixed = fixed or [NOBODY] * len(table.cars)
    movable = [line for line, supplier in enumerate(fixed) if supplier == NOBODY]

    def begin(start: Assignment) -> Descent:
        whole = [free if kept == NOBODY else kept for kept, free in zip(fixed, start)]
        return Descent(table, whole, movable)

    best = min((begin(start).run() for start in _starts(table)), key=Descent.total)
    for start in _simple_plans(table):
        simple = begin(start)
        if simple.total() < best.total():
            best = simple.run()
    promising = _promising(best)
    if prod(map(len, promising)) <= exact_limit:
        return _Exhaustion(best, promising).least()
    return _settled(best)


def _starts(table: Table) -> list[Assignment]:
    """Where the descents start: at home, as if every tier were reached, and gathered."""
    alone = [ranked[0] for ranked in table.ranked]
    at_home = [cheap if home == NOBODY else home for home, cheap in zip(table.homes, alone)]
    hoped = [_least(row) for row in table.floors]
    starts = [at_home, hoped, *_gathered(table, alone)]
    return [start for place, start in enumerate(starts) if start not in starts[:place]]


def _simple_plans(table: Table) -> list[Assignment]:
    """Each line where it alone costs least, where its list price is, and where its next car is."""
    today = [curve.factor for curve in table.curves]
    prices = [[weight * now for weight, now in zip(row, today)] for row in table.weights]
    return [[_least(row) for row in rows] for rows in (table.alone, table.weights, prices)]


def _least(costs: Sequence[float]) -> int:
    return min(range(len(costs)), key=costs.__getitem__)


def _gathered(table: Table, alone: Assignment) -> list[Assignment]:
    """As many lines as can be at one supplier, the rest alone, for the suppliers that suit most."""
    spare = [row[supplier] for row, supplier in zip(table.alone, alone)]
    costs = [
        (sum(cost if cost < inf else other for cost, other in zip(column, spare)), supplier)
        for supplier, column in enumerate(table.floor_columns)
        if table.curves[supplier].steps
    ]
    return [
        [supplier if row[supplier] < inf else cheap for row, cheap in zip(table.floors, alone)]
        for _, supplier in sorted(costs)[:GATHERED_STARTS]
    ]


def _promising(best: Descent) -> list[list[int]]:
    """For each movable line the suppliers that it may have in a plan as cheap as `best`."""
    table = best.table
    movable = set(best.movable)
    least = [
        min(row) if line in movable else row[best.at[line]] for line, row in enumerate(table.floors)
    ]
    slack = best.total() - sum(least) + best.noise
    flat = [supplier for supplier, curve in enumerate(table.curves) if not curve.steps]
    promising = []
    for line in best.movable:
        floors = table.floors[line]
        open_to = [*table.tiered, *_cheapest_flat(table, flat, line)]
        promising.append([one for one in open_to if floors[one] <= least[line] + slack])
    return promising


def _cheapest_flat(table: Table, flat: list[int], line: int) -> list[int]:
    """The one supplier without a tier to reach that the line may have, as a list of one or none."""
    weights, home = table.weights[line], table.homes[line]
    listing = [supplier for supplier in flat if weights[supplier] < inf]

    def key(supplier: int) -> tuple[int, bool, int]:
        exact = int(weights[supplier]) * table.curves[supplier].factor
        return exact, supplier != home, supplier

    return [min(listing, key=key)] if listing else []


class _Exhaustion:
    """Every promising assignment in turn, except where its floors alone are too dear."""

    def __init__(self, best: Descent, promising: list[list[int]]) -> None:
        self.table = best.table
        self.movable = best.movable
        self.promising = promising
        self.noise = best.noise
        self.limit = best.total() + best.noise
        self.found: list[tuple[float, Assignment]] = []
        self.at = list(best.at)
        self.cars = list(best.cars)
        self.load = list(best.load)
        self.to_come = [0.0]
        for line, suppliers in zip(reversed(self.movable), reversed(promising)):
            self.cars[self.at[line]] -= self.table.cars[line]
            self.load[self.at[line]] -= self.table.weights[line][self.at[line]]
            least = min(self.table.floors[line][supplier] for supplier in suppliers)
            self.to_come.append(self.to_come[-1] + least)
        self.to_come.reverse()

    def least(self) -> Assignment:
        """The least of them by `Table.key`."""
        free = set(self.movable)
        self._place(
            0,
            sum(
                row[supplier]
                for line, (row, supplier) in enumerate(zip(self.table.floors, self.at))
                if line not in free
            ),
        )
        ties = [at for total, at in self.found if total <= self.limit]
        return min(ties, key=self.table.key) if len(ties) > 1 else ties[0]

    def _place(self, depth: int, floor: float) -> None:
        if floor + self.to_come[depth] > self.limit:
            return
        if depth == len(self.movable):
            self._finish()
            return
        line = self.movable[depth]
        cars, weights, floors = (
            self.table.cars[line],
            self.table.weights[line],
            self.table.floors[line],
        )
        for supplier in self.promising[depth]:
            self.at[line] = supplier
            self.cars[supplier] += cars
            self.load[supplier] += weights[supplier]
            self._place(depth + 1, floor + floors[supplier])
            self.cars[supplier] -= cars
            self.load[supplier] -= weights[supplier]

    def _finish(self) -> None:
        factors = self.table.factors
        total = sum(self.load[one] * factors[one][self.cars[one]] for one in set(self.at))
        if total <= self.limit:
            self.found.append((total, self.at.copy()))
            self.limit = min(self.limit, total + self.noise)


def _settled(best: Descent) -> Assignment:
    """The assignment after the single moves that are better by `Table.key` only."""
    least = best.table.key(best.at)
    settled = False
    while not settled:
        settled = True
        for line in best.movable:
            for supplier in _rivals(best, line):
                trial = best.at.copy()
                trial[line] = supplier
                key = best.table.key(trial)
                if key < least:
                    best.move(line, supplier)
                    least, settled = key, False
                    break
    return best.at


def _rivals(best: Descent, line: int) -> list[int]:
    """The suppliers where the line costs as much as where it is, and which a tie might prefer."""
    at, home = best.at[line], best.table.homes[line]
    freed = best.freed(line)
    alone, cars = best.table.alone[line], best.cars
    close = [
        (supplier, cost)
        for supplier, cost in enumerate(
            [
                lone if not count else best.added(line, supplier)
                for supplier, (lone, count) in enumerate(zip(alone, cars))
            ]
        )
        if cost <= freed + best.noise and supplier != at
    ]
    rivals = [
        supplier
        for supplier, cost in close
        if supplier == home or cost < freed or (at != home and supplier < at)
    ]
    return sorted(rivals, key=lambda supplier: (supplier != home, supplier))
