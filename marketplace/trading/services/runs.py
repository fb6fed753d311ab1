"""The frame of every job: one effective run per job, slot and shard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zlib import crc32

from django.db import InterfaceError, connection, transaction
from django.utils import timezone

from marketplace.common.nudges import Job
from marketplace.common.shards import Shard
from marketplace.trading.models import JobRun
from marketplace.trading.selectors.supply import ShowroomRow

logger = logging.getLogger(__name__)

_NAMESPACE = crc32(b"forecourt") - 2**31


def lock_shard(job: Job, shard: Shard) -> None:
    """Wait for whoever works on the shard; the lock ends with the transaction."""
    key = crc32(f"{job}:{shard.index}:{shard.of}".encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NAMESPACE, key])


def begin_run(
    job: Job, shard: Shard, slot: str, at: datetime, started_at: datetime | None = None
) -> JobRun | None:
    """Claim the slot; None if it was served before: a second delivery, or a second timekeeper.

    Outside a transaction the claim stands at once, and what a process that dies leaves undone is
    the next slot's; inside one it stands or falls with the work.
    """
    started_at = started_at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trading_jobrun (job, slot, shard, shards, status, at, started_at, handled,"
            " failed, report) VALUES (%s, %s, %s, %s, 'started', %s, %s, 0, 0, '{}')"
            " ON CONFLICT (job, slot, shard, shards) DO NOTHING RETURNING id",
            [job.value, slot, shard.index, shard.of, at, started_at],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    run = JobRun(
        pk=row[0], job=job.value, slot=slot, shard=shard.index, shards=shard.of, at=at,
        started_at=started_at,
    )  # fmt: skip
    run._state.adding = False  # pylint: disable=protected-access  # Django's way to say: it exists
    return run


def finish_run(run: JobRun) -> None:
    """Note how the run went."""
    run.status = JobRun.Status.FAILED if run.failed else JobRun.Status.FINISHED
    run.finished_at = timezone.now()
    run.save(update_fields=["status", "finished_at", "handled", "failed", "report"])


@contextmanager
def claimed_run(job: Job, shard: Shard, slot: str, at: datetime) -> Iterator[JobRun | None]:
    """The one run of the job for this shard and slot, inside the caller's transaction.

    Yields None if the slot was served before. Runs of other slots over the same shard wait.
    """
    lock_shard(job, shard)
    run = begin_run(job, shard, slot, at)
    yield run
    if run is not None:
        finish_run(run)


def for_each_showroom(
    run: JobRun, showrooms: Iterable[ShowroomRow], work: Callable[[ShowroomRow], None]
) -> None:
    """Do the work for one showroom after the other, each in a transaction that locks the showroom.

    What goes wrong is noted in the run and stops nobody else. A showroom deactivated since the run
    looked is left out.
    """
    for row in showrooms:
        try:
            with transaction.atomic(durable=True):
                if _lock_showroom(row.showroom_id):
                    work(row)
        except InterfaceError:
            raise  # the connection is gone, and with it every showroom after this one
        except Exception as error:  # pylint: disable=broad-exception-caught  # reported, see above
            run.failed += 1
            run.report.setdefault("errors", {})[str(row.showroom_id)] = repr(error)[:500]
            extra = {"job": run.job, "showroom": row.showroom_id}
            logger.exception("showroom failed", extra=extra)


def _lock_showroom(showroom_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_active FROM parties_party WHERE id = %s FOR NO KEY UPDATE", [showroom_id]
        )
        (is_active,) = cursor.fetchone()
    return bool(is_active)


def record_failure(job: Job, shard: Shard, slot: str, at: datetime, error: Exception) -> None:
    """Note a run that came to nothing, so that people see it; the next slot does the work."""
    run = begin_run(job, shard, slot, at)
    if run is not None:
        run.failed = 1
        run.report = {"error": repr(error)[:500]}
        finish_run(run)


def is_covered(job: Job, nudged_at: datetime) -> bool:
    """Whether a run of an instant after the nudge has done, or found, what the nudge was about.

    The run's instant counts, not when a share of it began: what had no work then was not looked at.
    """
    later = JobRun.objects.filter(job=job.value, at__gt=nudged_at)
    return later.exclude(status=JobRun.Status.FAILED).exists()
