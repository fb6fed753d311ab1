"""The cheapest assignment of lines to suppliers.

Small tables are searched to the end, large ones by descents from several starts. A supplier that can't reach another
tier costs the same per car whatever else is bought there, so of those each line needs only its best.
"""

from __future__ import annotations

from math import inf, prod

from marketplace.trading.rules.supplier_descent import Descent
from marketplace.trading.rules.supplier_table import NOBODY, Assignment, Table

EXACT_LIMIT = 3_000
"""A table with at most so many promising assignments is searched to the end."""

KICKS = 5
"""How many suppliers are forced into a finished plan to see whether a better one lies behind it."""


def cheapest_assignment(
    table: Table, fixed: Assignment | None = None, *, exact_limit: int = EXACT_LIMIT
) -> Assignment:
    """The cheapest assignment that leaves every line of `fixed` where it is, unless that is `NOBODY`.

    The least by `Table.key` if the table is small; else the best one found, which no single move, in key order, makes
    better. Never dearer than each line at its own cheapest supplier, nor than staying at home.
    """
    fixed = fixed or [NOBODY] * len(table.cars)
    movable = [line for line, supplier in enumerate(fixed) if supplier == NOBODY]
    best = min(
        (Descent(table, start, movable).run() for start in _starts(table, fixed)),
        key=Descent.total,
    )
    promising = _promising(best)
    if prod(map(len, promising)) <= exact_limit:
        return _Exhaustion(best, promising).least()
    while better := _kicked(best):
        best = better
    return _settled(best)


def _starts(table: Table, fixed: Assignment) -> list[Assignment]:
    """Everything at home; each line where it alone costs least; each where it could ever cost least."""
    alone = [ranked[0] for ranked in table.ranked]
    hoped = [min(range(len(row)), key=row.__getitem__) for row in table.floors]
    at_home = [cheap if home == NOBODY else home for home, cheap in zip(table.homes, alone)]
    starts = []
    for start in (at_home, alone, hoped):
        whole = [free if kept == NOBODY else kept for kept, free in zip(fixed, start)]
        if whole not in starts:
            starts.append(whole)
    return starts


def _promising(best: Descent) -> list[list[int]]:
    """For each movable line the suppliers that it may have in a plan as cheap as `best`."""
    table = best.table
    movable = set(best.movable)
    least = [
        min(row) if line in movable else row[best.at[line]]
        for line, row in enumerate(table.floors)
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


def _kicked(best: Descent) -> Descent | None:
    """A cheaper plan behind one of the suppliers that promise most, or None."""
    shares = best.shares()
    hopes = sorted(best.hopes(shares), key=lambda hope: (-hope[0], hope[1]))
    for gain, supplier in hopes[:KICKS]:
        if gain <= best.noise:
            break
        _, lines = best.best_set(supplier, shares)
        if lines:
            other = Descent(best.table, best.at, best.movable)
            for line in lines:
                other.move(line, supplier)
            if other.run().total() < best.total() - best.noise:
                return other
    return None


def _settled(best: Descent) -> Assignment:
    """The assignment after every single move that is better by `Table.key`, though no binary fraction shows it."""
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
