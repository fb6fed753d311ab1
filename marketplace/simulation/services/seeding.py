"""Seeding: an empty database becomes a demo world with a past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zlib import crc32

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise

from marketplace.common.errors import Busy
from marketplace.common.nudges import silence
from marketplace.notices.services import settle_emails
from marketplace.simulation.errors import NoDemoInProduction, WorldNotEmpty, WorldUnfinished
from marketplace.simulation.rules import logins
from marketplace.simulation.rules.people import known_person
from marketplace.simulation.rules.sizes import DEFAULT_DAYS, WorldSize
from marketplace.simulation.selectors import is_empty, is_unfinished
from marketplace.simulation.services.history import History
from marketplace.simulation.services.people import write_people
from marketplace.simulation.services.world import Progress, build_world

LOCK = crc32(b"forecourt demo world")


def _say_nothing(phase: str | Promise, done: int, total: int) -> None:
    """Nobody wants to know."""
    del phase, done, total


def seed_demo(
    *,
    size: WorldSize,
    seed: int,
    at: datetime,
    days: int = DEFAULT_DAYS,
    on_progress: Progress = _say_nothing,
) -> None:
    """Build a demo world and let it trade until `at`, to the minute, for so many days.

    The same size, seed, instant and days make the same world. The history is made of many
    transactions; the administrator's account is the last row, so a world that has one is complete,
    and one that died half-way is refused from then on.

    Raises:
        NoDemoInProduction: everybody knows a demo's passwords.
        WorldUnfinished: a seeding died here before.
        WorldNotEmpty: there are people or parties here.
        Busy: somebody else is seeding here at this very moment.
    """
    with _alone():
        _require_emptiness()
        _seed(size=size, seed=seed, at=at, days=days, on_progress=on_progress)


def _seed(*, size: WorldSize, seed: int, at: datetime, days: int, on_progress: Progress) -> None:
    end = at.replace(second=0, microsecond=0)
    start = end - timedelta(days=days)
    with silence(), _hasty_commits():
        world = build_world(size=size, seed=seed, at=start, on_progress=on_progress)
        History(world, size=size, seed=seed, start=start, days=days).live(on_progress)
        settle_emails(until=end)
    _refresh_statistics()
    write_people([known_person(logins.ADMIN)], at=end, is_admin=True)


def _require_emptiness() -> None:
    """Refuse to make a demo world where it doesn't belong."""
    if settings.ENVIRONMENT == "production":
        raise NoDemoInProduction()
    if is_unfinished():
        raise WorldUnfinished()
    if not is_empty():
        raise WorldNotEmpty()


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other seedings out; a process that dies lets go by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            raise Busy()
        try:
            yield
        finally:
            if _is_connected():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def _hasty_commits() -> Iterator[None]:
    """Wait for no disk: if the machine dies in the meantime, the world is to be made again anyway.

    The next ordinary commit, that of the administrator, waits for all that was written before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            if _is_connected():
                cursor.execute("RESET synchronous_commit")


def _is_connected() -> bool:
    return connection.connection is not None and not connection.connection.closed


def _refresh_statistics() -> None:
    """Let the planner know how big the tables have become."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
