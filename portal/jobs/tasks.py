"""The tasks. A job's task finds the shards that have work and hands each to whatever worker is free."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import Task, group, shared_task
from django.utils import timezone

from marketplace.common.nudges import Job
from marketplace.common.shards import Shard
from marketplace.simulation.services.visitors import let_customers_come
from marketplace.trading.services.jobs import WORK, run_shard, shards_of
from marketplace.trading.services.runs import is_covered
from portal.logs import request_id


# Celery gives each task the function as its `run`; what that takes and returns is the function's.
class Traced(Task):  # type: ignore[type-arg]  # pylint: disable=abstract-method
    """A task whose log lines carry its id."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run as usual, with the id at hand for the logs."""
        token = request_id.set(self.request.id or "-")
        try:
            return super().__call__(*args, **kwargs)
        finally:
            request_id.reset(token)


#: The task of a single share; it carries its job by name.
SHARD_TASK = "work-on-shard"


@shared_task(base=Traced, name=SHARD_TASK)
def work_on_shard(job: str, index: int, of: int, slot: str, at: str) -> None:
    """One share of a job."""
    run_shard(Job(job), Shard(index, of), slot=slot, at=datetime.fromisoformat(at))


def fan_out(job: Job, nudged_at: str | None) -> None:
    """Hand the shares of a run to the workers; a nudge that a later run covered costs nothing.

    The slot is the minute in which the work begins, so a pile of late deliveries is one catch-up.
    """
    at = timezone.now()
    if nudged_at is None:
        slot = f"{at:%Y-%m-%dT%H:%M}"
    elif is_covered(job, datetime.fromisoformat(nudged_at)):
        return
    else:
        slot = f"nudged {at.isoformat()}"
    found = shards_of(job, slot=slot, at=at)
    if len(found) == 1:
        run_shard(job, found[0], slot=slot, at=at)
    else:
        group(
            work_on_shard.si(job.value, shard.index, shard.of, slot, at.isoformat())
            for shard in found
        ).apply_async()


def _task_of(job: Job) -> None:
    @shared_task(base=Traced, name=job.value)
    def run(nudged_at: str | None = None) -> None:
        fan_out(job, nudged_at)


for _job in WORK:
    _task_of(_job)


@shared_task(base=Traced, name=Job.BRING_VISITORS.value)
def bring_visitors() -> None:
    """Let the demo world's customers come by, wherever there is a demo world."""
    at = timezone.now()
    let_customers_come(at=at, slot=f"{at:%Y-%m-%dT%H:%M}")
