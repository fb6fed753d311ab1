"""Doing things at the same time, and in a certain order: threads, barriers, and locks held by others.

Every thread has a database connection of its own. A race is made certain by a lock that a third
connection holds: whoever comes to it waits, the test sees in the database that it does, sends the
next one, and lets go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Barrier, Event

import psycopg2
from django.db import connection, transaction

from marketplace.common.errors import MarketplaceError

Act = Callable[[], object]

#: Less than the lock_timeout of three seconds, or those who wait would give up.
PATIENCE_S = 2.5

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def at_once(*acts: Act) -> list[object]:
    """Do all of it at the same moment; returns each result, or the refusal that came instead.

    Any other error, a deadlock above all, is raised.
    """
    barrier = Barrier(len(acts))

    def begin(act: Act) -> object:
        barrier.wait()
        return outcome_of(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(_in_thread, begin, act) for act in acts]]


def outcome_of(act: Act) -> object:
    """What the act returns, or the marketplace's refusal."""
    try:
        return act()
    except MarketplaceError as refusal:
        return refusal


def _in_thread(work: Callable[[Act], object], act: Act) -> object:
    try:
        return work(act)
    finally:
        connection.close()


def refusals(outcomes: Sequence[object]) -> list[str]:
    """The codes of what was refused."""
    return sorted(one.code for one in outcomes if isinstance(one, MarketplaceError))


@dataclass(frozen=True)
class Turns:
    """Sends acts off one after the other, each until it waits for somebody."""

    pool: ThreadPoolExecutor

    def send(self, act: Act, *, waiting: int | None = None) -> Future[object]:
        """Begin the act in a thread; returns once so many sessions wait for a lock."""
        future = self.pool.submit(_in_thread, outcome_of, act)
        if waiting is not None:
            until(lambda: _asked(_WAITING) == waiting or future.done())
            assert not future.done(), f"nothing held it up: {future.result()}"
        return future


@contextmanager
def turns() -> Iterator[Turns]:
    """Threads for acts that take turns; all have ended afterwards."""
    with ThreadPoolExecutor(4) as pool:
        yield Turns(pool)


@contextmanager
def holding(sql: str, *values: object) -> Iterator[None]:
    """Keep what the statement locks from everybody else, by a connection of its own."""
    with closing(other_connection()) as other, other.cursor() as cursor:
        cursor.execute(sql, values)
        yield
        other.rollback()


def holding_account(address: str) -> object:
    """Keep an account: whoever moves its money waits, with all else that it did still undecided."""
    return holding("SELECT FROM ledger_account WHERE address = %s FOR UPDATE", address)


@contextmanager
def undecided(act: Act) -> Iterator[object]:
    """The act is done inside, but committed only at the end."""
    done, decide = Event(), Event()
    results: list[object] = []

    def hold(_act: Act) -> None:
        try:
            with transaction.atomic():
                results.append(_act())
                done.set()
                decide.wait(PATIENCE_S)
        finally:
            done.set()

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(_in_thread, hold, act)
        try:
            assert done.wait(PATIENCE_S)
            if not results:
                future.result()
            yield results[0]
        finally:
            decide.set()
            future.result()


def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.005)


def free_to_lock(sql: str, *values: object) -> bool:
    """Whether another connection gets the rows that a SELECT … FOR UPDATE NOWAIT asks for."""
    with closing(other_connection()) as other, other.cursor() as cursor:
        try:
            cursor.execute(sql, values)
        except psycopg2.errors.LockNotAvailable:
            return False
        return True


def other_connection() -> psycopg2.extensions.connection:
    """One more connection to the test's database, past Django."""
    return psycopg2.connect(**connection.get_connection_params())


def _asked(sql: str) -> object:
    with closing(other_connection()) as other, other.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()[0][0]


def waiting_for(kind: str) -> bool:
    """Whether a session waits for a lock of this kind, such as `advisory`."""
    with closing(other_connection()) as other, other.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE d.datname = current_database() AND NOT l.granted AND l.locktype = %s",
            [kind],
        )
        return cursor.rowcount > 0
