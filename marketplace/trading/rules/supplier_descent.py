"""Making an assignment of lines to suppliers cheaper, move by move.

A descent stops where no line alone, no set of lines that would bring a supplier to a tier, no
supplier's lines together and no two lines trading places make the assignment cheaper. It knows only
its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from marketplace.trading.rules.supplier_table import Assignment, Table

NOISE = 1e-12
"""Relative size of differences that binary fractions can't tell."""


class Descent:
    """An assignment with the cars, the list value and the cost that it gives each supplier."""

    def __init__(self, table: Table, start: Assignment, movable: Sequence[int]) -> None:
        self.table = table
        self.movable = movable
        self.at = list(start)
        self.cars = [0] * len(table.curves)
        self.load = [0.0] * len(table.curves)
        for line, supplier in enumerate(start):
            self.cars[supplier] += table.cars[line]
            self.load[supplier] += table.weights[line][supplier]
        self.cost = [
            load * factors[cars] for load, cars, factors in zip(self.load, self.cars, table.factors)
        ]
        self.noise = self.total() * NOISE

    def total(self) -> float:
        """The cost of the assignment, in cents."""
        return sum(self.cost)

    def run(self) -> Descent:
        """Move until nothing gets cheaper; returns itself."""
        while True:
            self._gather()
            if not (self._move_lines() or self._empty_suppliers() or self._trade_places()):
                return self

    def move(self, line: int, target: int) -> None:
        """Give the line to `target`."""
        source, cars = self.at[line], self.table.cars[line]
        self.at[line] = target
        weights, factors = self.table.weights[line], self.table.factors
        self.cars[source] -= cars
        self.load[source] -= weights[source]
        self.cost[source] = self.load[source] * factors[source][self.cars[source]]
        self.cars[target] += cars
        self.load[target] += weights[target]
        self.cost[target] = self.load[target] * factors[target][self.cars[target]]

    def added(self, line: int, supplier: int) -> float:
        """What the line would add to the cost of a supplier where it isn't."""
        table = self.table
        load = self.load[supplier] + table.weights[line][supplier]
        cars = self.cars[supplier] + table.cars[line]
        return load * table.factors[supplier][cars] - self.cost[supplier]

    def freed(self, line: int) -> float:
        """What the line takes off the cost of its supplier by leaving."""
        supplier, table = self.at[line], self.table
        load = self.load[supplier] - table.weights[line][supplier]
        cars = self.cars[supplier] - table.cars[line]
        return self.cost[supplier] - load * table.factors[supplier][cars]

    def _shares(self) -> list[float]:
        """Each line's part of what its supplier costs."""
        means = [factors[cars] for factors, cars in zip(self.table.factors, self.cars)]
        return [row[at] * means[at] for row, at in zip(self.table.weights, self.at)]

    def _hope(self, supplier: int, shares: list[float]) -> float:
        """More than any set of lines could save at the supplier."""
        floors = self.table.floor_columns[supplier]
        return sum([share - floor for share, floor in zip(shares, floors) if share > floor], 0.0)

    def _eager(self, supplier: int, shares: list[float]) -> list[int]:
        """The lines that might go to the supplier, the most eager first.

        If the supplier's mean factor were known, the lines to take would be those whose cost there,
        relative to today's share, is below it; so only the beginnings of this order need trying.
        """
        weights, floors = self.table.weights, self.table.floor_columns[supplier]
        pairs = [
            (weights[line][supplier] / shares[line], line)
            for line in self.movable
            if floors[line] < shares[line] and self.at[line] != supplier
        ]
        return [line for _, line in sorted(pairs)]

    def _best_set(self, supplier: int, shares: list[float]) -> tuple[float, list[int]]:
        """By how much the set of lines that does best there changes the cost, and the set."""
        table, factors = self.table, self.table.factors
        eager = self._eager(supplier, shares)
        cars, load, saved = self.cars[supplier], self.load[supplier], self.cost[supplier]
        left: dict[int, tuple[int, float, float]] = {}
        best, size = inf, 0
        for count, line in enumerate(eager, 1):
            source = self.at[line]
            before = left.get(source) or (self.cars[source], self.load[source], self.cost[source])
            rest, rest_load = before[0] - table.cars[line], before[1] - table.weights[line][source]
            rest_cost = rest_load * factors[source][rest]
            left[source] = (rest, rest_load, rest_cost)
            saved += before[2] - rest_cost
            cars += table.cars[line]
            load += table.weights[line][supplier]
            change = load * factors[supplier][cars] - saved
            if change < best:
                best, size = change, count
        return best, eager[:size]

    def _gather(self) -> None:
        """Bring sets of lines to suppliers whose tiers they reach together."""
        shares = self._shares()
        for supplier in self.table.tiered:
            if self._hope(supplier, shares) > self.noise:
                change, lines = self._best_set(supplier, shares)
                if change < -self.noise:
                    for line in lines:
                        self.move(line, supplier)
                    shares = self._shares()

    def _move_lines(self) -> bool:
        """Move lines one at a time to where each costs least; True if any moved."""
        moved = False
        for line in self.movable:
            cost, target = self._cheapest_elsewhere(line)
            if cost < self.freed(line) - self.noise:
                self.move(line, target)
                moved = True
        return moved

    def _cheapest_elsewhere(self, line: int) -> tuple[float, int]:
        """The least that the line would add at another supplier, and which."""
        home = self.at[line]
        best, target = inf, home
        for supplier in sorted(set(self.at)):
            if supplier != home:
                added = self.added(line, supplier)
                if added < best:
                    best, target = added, supplier
        for supplier in self.table.ranked[line]:
            if not self.cars[supplier]:
                alone = self.table.alone[line][supplier]
                return (alone, supplier) if alone < best else (best, target)
        return best, target

    def _empty_suppliers(self) -> bool:
        """Take all lines from a supplier, each to where it then costs least, if that is cheaper."""
        emptied = False
        for supplier in sorted(set(self.at)):
            lines = [line for line in self.movable if self.at[line] == supplier]
            if len(lines) < 2:
                continue
            before = self.total()
            for line in lines:
                cost, target = self._cheapest_elsewhere(line)
                if cost < inf:
                    self.move(line, target)
            if self.total() < before - self.noise:
                emptied = True
                continue
            for line in lines:
                self.move(line, supplier)
        return emptied

    def _trade_places(self) -> bool:
        """Let two lines change places wherever that is cheaper."""
        traded = False
        for place, one in enumerate(self.movable):
            for other in self.movable[place + 1 :]:
                if self.at[one] != self.at[other] and self._trade_gain(one, other) > self.noise:
                    first, second = self.at[one], self.at[other]
                    self.move(one, second)
                    self.move(other, first)
                    traded = True
        return traded

    def _trade_gain(self, one: int, other: int) -> float:
        table, first, second = self.table, self.at[one], self.at[other]
        mine, theirs = table.weights[one], table.weights[other]
        more = table.cars[other] - table.cars[one]
        first_load = self.load[first] - mine[first] + theirs[first]
        second_load = self.load[second] - theirs[second] + mine[second]
        return (
            self.cost[first]
            + self.cost[second]
            - first_load * table.factors[first][self.cars[first] + more]
            - second_load * table.factors[second][self.cars[second] - more]
        )
