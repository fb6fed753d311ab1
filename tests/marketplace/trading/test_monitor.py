"""The state of the jobs, as their runs tell it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from marketplace.common.nudges import Job
from marketplace.trading.models import JobRun
from marketplace.trading.selectors.monitor import SlotStatus, job_states
from tests.marketplace import factories

NOW = factories.NOW
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def run(slot: str, shard: int = 0, *, job: Job = Job.RESTOCK_SHOWROOMS, ago=timedelta(0), **fields):
    started_at = NOW - ago
    return JobRun.objects.create(
        job=job.value,
        slot=slot,
        shard=shard,
        **{
            "shards": 2,
            "status": JobRun.Status.FINISHED,
            "at": started_at,
            "started_at": started_at,
            "finished_at": started_at + SECOND,
        }
        | fields,
    )


def unfinished(slot: str, shard: int = 0, **fields):
    return run(slot, shard, status=JobRun.Status.STARTED, finished_at=None, **fields)


def state_of(job: Job = Job.RESTOCK_SHOWROOMS):
    return {state.job: state for state in job_states(at=NOW)}[job]


def test_every_job_has_a_state_even_if_it_never_ran():
    states = job_states(at=NOW)

    assert [state.job for state in states] == list(Job)
    assert all(state.latest is None and not state.failures for state in states)


def test_a_slot_takes_its_shards_together():
    run("s1", 0, handled=3)
    run("s1", 1, handled=4, failed=1, finished_at=NOW + 2.5 * SECOND)

    slot = state_of().latest

    assert (slot.slot, slot.status, slot.handled, slot.failed) == ("s1", SlotStatus.FINISHED, 7, 1)
    assert (slot.duration_ms, slot.runs, slot.shards) == (2_500, 2, 2)
    assert state_of(Job.MATCH_OFFERS).latest is None


def test_slots_come_newest_first_and_not_all_of_them():
    for minute in range(30):
        run(f"s{minute}", 0, ago=timedelta(minutes=minute))
        run(f"s{minute}", 1, ago=timedelta(minutes=minute))

    assert [slot.slot for slot in state_of().slots] == [f"s{minute}" for minute in range(10)]


def test_a_run_without_an_end_is_running_until_the_time_limit_and_dead_after_it():
    limit = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
    run("young", 0, ago=limit)
    unfinished("young", 1, ago=limit)
    unfinished("old", 0, ago=limit + SECOND)
    run("old", 1, ago=limit + SECOND, status=JobRun.Status.FAILED)

    young, old = state_of().slots

    assert (young.status, young.duration_ms) == (SlotStatus.RUNNING, None)
    assert (old.status, old.duration_ms) == (SlotStatus.DIED, None)


def test_a_slot_of_which_a_shard_failed_has_failed():
    run("s1", 0)
    run("s1", 1, status=JobRun.Status.FAILED, failed=1)

    assert state_of().latest.status == SlotStatus.FAILED


def test_failures_of_the_last_day_say_what_went_wrong():
    day = timedelta(days=1)
    run("s1", 1, failed=1, status=JobRun.Status.FAILED, report={"error": "Busy()"}, ago=day)
    run("s2", failed=1, status=JobRun.Status.FAILED, report={"errors": {"7": "ValueError()"}})
    run("s3", failed=2, report={"M3": 2}, ago=SECOND)
    run("long ago", failed=1, report={"error": "Busy()"}, ago=day + SECOND)
    run("fine", 1)

    state = state_of()

    assert [(one.slot, one.shard, one.failed, one.error) for one in state.failures] == [
        ("s2", 0, 1, '{"7": "ValueError()"}'),
        ("s3", 0, 2, '{"M3": 2}'),
        ("s1", 1, 1, "Busy()"),
    ]
    assert state.failure_count == 3


def test_many_failures_are_counted_and_the_newest_shown():
    for minute in range(25):
        run(f"s{minute}", failed=1, ago=timedelta(minutes=minute))

    state = state_of()

    assert (state.failure_count, len(state.failures), state.failures[0].slot) == (25, 10, "s0")


def test_the_state_takes_two_queries_whatever_the_number_of_runs(django_assert_num_queries):
    for job in Job:
        for minute in range(5):
            run(f"s{minute}", job=job, ago=timedelta(minutes=minute))

    with django_assert_num_queries(2):
        job_states(at=NOW)
