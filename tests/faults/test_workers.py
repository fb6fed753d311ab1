"""Real workers and beats on a real Redis: deliveries repeated, workers killed, Redis gone and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial

import psutil
import psycopg2
import pytest
from celery import Celery
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
from redis import Redis

from marketplace.common.nudges import Job
from marketplace.trading.models import Deal, JobRun, Offer
from tests.faults.acting import AT, build_market
from tests.faults.processes import (
    Actor,
    OwnServer,
    actor,
    celery,
    eventually,
    own_server,
    surroundings,
    url_of_the_tests_database,
)
from tests.market import small_market

pytestmark = pytest.mark.slow

SHARD_TASK = "work-on-shard"


@pytest.fixture(scope="module", name="redis")
def _redis() -> Iterator[OwnServer]:
    with own_server("redis") as server:
        yield server


@pytest.fixture(scope="module", name="worker")
def _worker(django_db_setup: None, redis: OwnServer) -> Iterator[psutil.Popen]:
    """One worker with two children."""
    del django_db_setup
    environment = surroundings(url_of_the_tests_database(), redis.url)
    options = ["--concurrency", "2", "--without-mingle", "--without-gossip", "--loglevel", "ERROR"]
    with celery("worker", *options, environment=environment) as process:
        yield process


@pytest.fixture(name="broker")
def _broker(redis: OwnServer) -> Iterator[Celery]:
    """The queue as anybody could fill it, past our own code."""
    with Celery(broker=redis.url, set_as_current=False) as app:
        app.conf.task_default_queue = "forecourt"
        yield app


@pytest.fixture(name="bell")
def _bell(worker: psutil.Popen, redis: OwnServer) -> Iterator[Actor]:
    """A process whose services ring the real bell."""
    del worker
    with actor(url_of_the_tests_database(), redis.url) as one:
        yield one


def deliver(broker: Celery, job: Job, slot: str, at=AT) -> None:
    """Put one share of a run into the queue."""
    broker.send_task(SHARD_TASK, args=[job.value, 0, 1, slot, at.isoformat()])


def filled() -> int:
    """How many offers were filled."""
    return Offer.objects.filter(status="filled").count()


def test_an_offer_is_filled_because_it_was_posted_also_after_redis_was_killed(
    bell: Actor, redis: OwnServer, audit_clean: None
) -> None:
    market, _car_model, _showroom = small_market(cars=3)
    market.customer("Ann")
    post = partial(bell.act, "post", customer="Ann", car_model="Swift", cents=1_000_000)

    post(at=timezone.now())
    eventually(lambda: filled() == 1)

    redis.kill()
    post(at=timezone.now())
    eventually(lambda: _rings(bell))
    eventually(lambda: filled() == 2)


def _rings(bell: Actor) -> bool:
    """Ring once more: the bell of the moment in which Redis was dead may be lost."""
    bell.act("nudge", job=Job.MATCH_OFFERS.value)
    return filled() == 2


def test_a_share_delivered_four_times_two_at_once_has_one_effect(
    worker: psutil.Popen, broker: Celery, audit_clean: None
) -> None:
    build_market()
    for job in (Job.MATCH_OFFERS, Job.RESTOCK_SHOWROOMS):
        for _ in range(4):
            deliver(broker, job, "slot 1")
    deliver(broker, Job.EXPIRE_OFFERS, "last")

    eventually(lambda: JobRun.objects.filter(slot="last", status="finished").exists())
    eventually(lambda: not JobRun.objects.filter(status="started").exists())
    assert sorted(JobRun.objects.filter(slot="slot 1").values_list("job", "status")) == [
        ("match-offers", "finished"),
        ("restock-showrooms", "finished"),
    ]
    assert Deal.objects.filter(kind="retail").count() == 3
    assert worker.is_running()


@pytest.mark.parametrize("job", [Job.MATCH_OFFERS, Job.RESTOCK_SHOWROOMS])
def test_a_share_whose_worker_is_killed_is_done_once(
    job: Job, worker: psutil.Popen, broker: Celery, audit_clean: None
) -> None:
    build_market()
    with closing(psycopg2.connect(url_of_the_tests_database())) as other, other.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ledger_account a JOIN parties_party p"
            " ON a.address = 'party:' || p.id || ':wallet' WHERE p.name = 'Square' FOR UPDATE OF a"
        )
        deliver(broker, job, "slot 1")
        eventually(lambda: _waiting_process(worker), patience_s=15)
        busy = _waiting_process(worker)
        assert busy is not None
        busy.kill()
        other.rollback()
    deliver(broker, job, "slot 2")

    sold_or_bought = {Job.MATCH_OFFERS: ("retail", 3), Job.RESTOCK_SHOWROOMS: ("wholesale", 8)}
    kind, deals = sold_or_bought[job]
    eventually(lambda: JobRun.objects.filter(slot="slot 2", status="finished").exists())
    eventually(lambda: Deal.objects.filter(kind=kind).count() >= deals)
    assert Deal.objects.filter(kind=kind).count() == deals


def _waiting_process(worker: psutil.Popen) -> psutil.Process | None:
    """The worker's child whose session waits for a lock, found by its connection's port."""
    with closing(psycopg2.connect(url_of_the_tests_database())) as other, other.cursor() as cursor:
        cursor.execute(
            "SELECT client_port FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        ports = {port for (port,) in cursor.fetchall()}
    for child in worker.children(recursive=True):
        if ports & {one.laddr.port for one in child.net_connections()}:
            return child
    return None


def test_two_beats_at_once_make_one_run_a_slot(
    worker: psutil.Popen, redis: OwnServer, audit_clean: None
) -> None:
    build_market()
    every_second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    for job in (Job.MATCH_OFFERS, Job.EXPIRE_OFFERS):
        PeriodicTask.objects.create(
            name=f"{job} every second", task=job.value, interval=every_second
        )
    PeriodicTasks.update_changed()
    began = timezone.now()

    environment = surroundings(url_of_the_tests_database(), redis.url)
    with ExitStack() as stack, Redis.from_url(redis.url) as queue:
        already = deliveries(queue)
        for _ in range(2):
            stack.enter_context(celery("beat", "--pidfile=", environment=environment))
        eventually(lambda: deliveries(queue) >= already + 12)
    eventually(lambda: Redis.from_url(redis.url).llen("forecourt") == 0)

    runs = JobRun.objects.filter(job=Job.EXPIRE_OFFERS.value)
    eventually(lambda: runs.exists())
    minutes = (timezone.now() - began) // timedelta(minutes=1) + 2
    assert 1 <= runs.count() <= minutes
    assert Offer.objects.filter(status="expired").count() == 6
    assert worker.is_running()


def deliveries(queue: Redis) -> int:
    """How many tasks were put into the queue since Redis began."""
    return int(queue.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))
