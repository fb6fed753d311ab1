"""How the jobs are doing: their latest slots, and what went wrong in the last day.

Everything here is read from the runs' own rows. What a broker or a worker says of itself is unknown
here, and so is a run that died together with its only transaction: it left nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection

from marketplace.common.nudges import Job

_SLOTS = 10
_FAILURES = 10
_DAY = timedelta(days=1)


class SlotStatus(StrEnum):
    """How a slot went, all its shards together."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class SlotState:
    """A slot of a job, its shards taken together.

    `at` is market time; the others are the wall clock's. `duration_ms` reaches from the first
    shard's start to the last one's end, None while one has no end. `runs` counts the shards that ran,
    of `shards`: one that had nothing to do may have been spared.
    """

    slot: str
    status: SlotStatus
    at: datetime
    started_at: datetime
    duration_ms: int | None
    handled: int
    failed: int
    runs: int
    shards: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed, or that could not handle some of its items, and what it says about that."""

    slot: str
    shard: int
    shards: int
    started_at: datetime
    failed: int
    error: str


@dataclass(frozen=True, slots=True)
class JobState:
    """A job: its latest slots, newest first, and its failures in the last 24 hours.

    `failures` are the newest ones, `failure_count` counts all.
    """

    job: Job
    slots: tuple[SlotState, ...]
    failures: tuple[Failure, ...]
    failure_count: int

    @property
    def latest(self) -> SlotState | None:
        """The newest slot; None if the job never ran."""
        return self.slots[0] if self.slots else None


def job_states(*, at: datetime) -> list[JobState]:
    """The state of every job at an instant of the wall clock, in two queries.

    A run that started and has not ended within a task's time limit died.
    """
    jobs = [job.value for job in Job]
    slots = _slots(jobs, at)
    failures, counts = _failures(jobs, at - _DAY)
    return [
        JobState(job, tuple(slots[job]), tuple(failures[job]), counts.get(job, 0)) for job in Job
    ]


_LATEST = """
    SELECT j.job, r.slot, min(r.at), min(r.started_at),
           CASE WHEN every(r.finished_at IS NOT NULL) THEN max(r.finished_at) END,
           sum(r.handled), sum(r.failed), count(*), max(r.shards),
           bool_or(r.status = 'failed'),
           bool_or(r.status = 'started' AND r.started_at < %(overdue)s)
    FROM unnest(%(jobs)s) AS j(job)
    CROSS JOIN LATERAL (
        SELECT recent.slot FROM (
            SELECT slot, started_at FROM trading_jobrun WHERE job = j.job
            ORDER BY started_at DESC LIMIT %(runs)s
        ) recent GROUP BY recent.slot ORDER BY max(recent.started_at) DESC LIMIT %(slots)s
    ) latest
    JOIN trading_jobrun r ON r.job = j.job AND r.slot = latest.slot
    GROUP BY j.job, r.slot
    ORDER BY j.job, min(r.started_at) DESC
"""

_FAILED = """
    SELECT job, slot, shard, shards, started_at, failed, error, of FROM (
        SELECT job, slot, shard, shards, started_at, failed,
               coalesce(report ->> 'error', report ->> 'errors', report::text) AS error,
               count(*) OVER of_job AS of,
               row_number() OVER (PARTITION BY job ORDER BY started_at DESC, id DESC) AS place
        FROM trading_jobrun
        WHERE job = ANY(%(jobs)s) AND started_at >= %(since)s AND (status = 'failed' OR failed > 0)
        WINDOW of_job AS (PARTITION BY job)
    ) failures WHERE place <= %(most)s ORDER BY job, place
"""


def _slots(jobs: Sequence[str], at: datetime) -> dict[str, list[SlotState]]:
    overdue = at - timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
    runs = _SLOTS * max(settings.TRADING_SHARDS, 1)
    values = {"jobs": jobs, "overdue": overdue, "runs": runs, "slots": _SLOTS}
    states: dict[str, list[SlotState]] = defaultdict(list)
    for job, *slot, ended, handled, failed, came, shards, any_failed, stuck in _rows(
        _LATEST, values
    ):
        name, market_at, started_at = slot
        duration = ended and round((ended - started_at) / timedelta(milliseconds=1))
        if stuck:
            status = SlotStatus.DIED
        elif any_failed:
            status = SlotStatus.FAILED
        else:
            status = SlotStatus.RUNNING if ended is None else SlotStatus.FINISHED
        states[job].append(
            SlotState(
                name,
                status,
                market_at,
                started_at,
                duration,
                int(handled),
                int(failed),
                came,
                shards,
            )
        )
    return states


def _failures(
    jobs: Sequence[str], since: datetime
) -> tuple[dict[str, list[Failure]], dict[str, int]]:
    values = {"jobs": jobs, "since": since, "most": _FAILURES}
    failures: dict[str, list[Failure]] = defaultdict(list)
    counts: dict[str, int] = {}
    for job, *failure, count in _rows(_FAILED, values):
        failures[job].append(Failure(*failure))
        counts[job] = count
    return failures, counts


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
