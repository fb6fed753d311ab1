"""Tasks hand out shares of work; a slot has one effective run, however often it is delivered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE, Shard
from marketplace.receipts.models import Receipt
from marketplace.trading.models import JobRun
from marketplace.trading.services import jobs
from marketplace.trading.services.jobs import run_job, run_shard
from portal.celery import app
from portal.jobs import tasks
from portal.logs import request_id
from tests.marketplace.factories import make_user

pytestmark = pytest.mark.django_db


def deliver(job: Job, **kwargs: object) -> None:
    app.loader.import_default_modules()
    app.tasks[job.value].apply(kwargs=kwargs, throw=True)


def test_a_delivery_repeated_within_the_slot_has_one_run():
    at = timezone.now()

    for _ in range(4):
        deliver(Job.EXPIRE_OFFERS)

    slots = set(JobRun.objects.values_list("slot", flat=True))
    assert JobRun.objects.count() == len(slots)
    assert slots <= {f"{at:%Y-%m-%dT%H:%M}", f"{at + timedelta(minutes=1):%Y-%m-%dT%H:%M}"}


def test_a_nudge_that_a_later_run_covered_costs_nothing():
    nudged_at = timezone.now()
    deliver(Job.EXPIRE_OFFERS, nudged_at=nudged_at.isoformat())

    for _ in range(3):
        deliver(Job.EXPIRE_OFFERS, nudged_at=nudged_at.isoformat())

    assert JobRun.objects.count() == 1


def test_a_nudge_after_the_last_run_began_runs_again():
    deliver(Job.EXPIRE_OFFERS, nudged_at=timezone.now().isoformat())
    deliver(Job.EXPIRE_OFFERS, nudged_at=timezone.now().isoformat())

    assert JobRun.objects.count() == 2


def test_matching_that_has_nothing_to_match_is_noted_once():
    reports = run_job(Job.MATCH_OFFERS, slot="t1", at=timezone.now())

    assert reports == []
    run = JobRun.objects.get()
    assert (run.job, run.status, run.handled) == ("match-offers", "finished", 0)


def test_a_divided_job_runs_every_share(settings):
    settings.TRADING_SHARDS = 3

    run_job(Job.RESTOCK_SHOWROOMS, slot="t1", at=timezone.now())

    assert sorted(JobRun.objects.values_list("shard", "shards")) == [(0, 3), (1, 3), (2, 3)]


def test_many_shares_are_handed_to_the_workers(monkeypatch):
    monkeypatch.setattr(tasks, "shards_of", lambda *_a, **_k: [Shard(0, 2), Shard(1, 2)])
    app.conf.task_always_eager = True
    try:
        tasks.fan_out(Job.RESTOCK_SHOWROOMS, None)
    finally:
        app.conf.task_always_eager = False

    assert sorted(JobRun.objects.values_list("shard", "shards")) == [(0, 2), (1, 2)]


def test_a_failure_is_noted_and_raised(monkeypatch):
    def fails(**_kwargs: object) -> None:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(jobs, "WORK", {Job.MATCH_OFFERS: fails})

    with pytest.raises(RuntimeError):
        run_shard(Job.MATCH_OFFERS, WHOLE, slot="t1", at=timezone.now())

    run = JobRun.objects.get()
    assert (run.status, run.failed) == ("failed", 1)
    assert "out of paper" in run.report["error"]


def test_old_idle_runs_are_forgotten_and_runs_with_work_stay():
    at = timezone.now()
    old = at - timedelta(days=30)
    for slot, handled, started in (("a", 0, old), ("b", 1, old), ("c", 0, at)):
        JobRun.objects.create(
            job="match-offers", slot=slot, at=started, started_at=started, handled=handled
        )

    run_job(Job.FORGET_IDLE_RUNS, slot="t1", at=at)

    assert sorted(JobRun.objects.values_list("slot", flat=True)) == ["b", "c"]


def test_ended_sessions_and_old_receipts_are_forgotten():
    at = timezone.now()
    user = make_user()
    for key, age in (("old", timedelta(hours=25)), ("young", timedelta(hours=23))):
        Receipt.objects.create(
            user=user, key=key, request_digest="", status=201, body="", created_at=at - age
        )
        Session.objects.create(session_key=key, expire_date=at + timedelta(hours=24) - age)

    run_job(Job.FORGET_IDLE_RUNS, slot="t1", at=at)

    assert Receipt.objects.get().key == "young"
    assert Session.objects.get().session_key == "young"


def test_log_lines_of_a_task_carry_its_id(monkeypatch):
    seen: list[str] = []
    request_id.set("-")
    monkeypatch.setattr(tasks, "fan_out", lambda *_args: seen.append(request_id.get()))
    app.loader.import_default_modules()

    app.tasks[Job.EXPIRE_OFFERS.value].apply(task_id="task-7")

    assert (seen, request_id.get()) == (["task-7"], "-")
