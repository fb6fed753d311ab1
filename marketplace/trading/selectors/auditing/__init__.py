"""The audit: what must always hold, looked for in the rows themselves.

Each invariant is one statement of SQL; all of them see one snapshot. Four sentences of the proof are
not about rows at rest and stand in no list here: that running a job again changes nothing (J1), that
only the states before and after a shard's run are visible (J3), that nobody reaches another party's
objects (A1), and that bad input changes nothing (A2). Tests prove those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from time import perf_counter

from django.db import connection, transaction

from marketplace.trading.selectors.auditing.goods import GOODS
from marketplace.trading.selectors.auditing.invariant import Invariant, InvariantResult
from marketplace.trading.selectors.auditing.jobs import JOBS
from marketplace.trading.selectors.auditing.leftovers import LEFTOVERS
from marketplace.trading.selectors.auditing.money import MONEY
from marketplace.trading.selectors.auditing.prices import PRICES

__all__ = ["INVARIANTS", "Invariant", "InvariantResult", "audit"]

INVARIANTS: tuple[Invariant, ...] = (
    *MONEY, *sorted(GOODS + PRICES + LEFTOVERS, key=lambda one: one.id), *JOBS,
)  # fmt: skip

#: So many offenders are named, all are counted.
EXAMPLES = 20


def audit(only: Collection[str] | None = None) -> list[InvariantResult]:
    """Check every invariant, or those named, on one snapshot of the database."""
    with _snapshot():
        return [_checked(one) for one in INVARIANTS if only is None or one.id in only]


@contextmanager
def _snapshot() -> Iterator[None]:
    """One snapshot for all that is read inside. Within a transaction its isolation level decides."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        # Nearly no row comes out, which the planner doesn't expect: let it use all processors.
        cursor.execute("SET LOCAL parallel_tuple_cost = 0.05")
        yield


def _checked(invariant: Invariant) -> InvariantResult:
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH offending AS ({invariant.sql})"
            " SELECT id || ': ' || detail, count(*) OVER () FROM offending"
            f" ORDER BY length(id), id LIMIT {EXAMPLES}"
        )
        rows = cursor.fetchall()
    return InvariantResult(
        invariant.id,
        invariant.statement,
        rows[0][1] if rows else 0,
        tuple(example for example, _count in rows),
        perf_counter() - began,
    )
