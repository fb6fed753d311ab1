"""Letters on their way while Redis or the mail server fails: late perhaps, and once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psutil
import pytest
from celery import Celery
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from redis import Redis

from marketplace.common.nudges import Job
from marketplace.notices.models import Email
from marketplace.notices.rules import RETRY_PAUSES, NoticeKind
from marketplace.parties.models import User
from marketplace.trading.models import JobRun
from tests.faults.acting import AT
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
from tests.marketplace.factories import PASSWORD
from tests.marketplace.notices.mail_server import MailServer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

#: What a visitor may have to wait for because of Redis.
LONGEST_S = 5

#: A mail server's answer is waited for so long (EMAIL_TIMEOUT), and a little more.
STUCK_S = 10 + 5

WORKER = ["worker", "--concurrency", "1", "--without-mingle", "--without-gossip"]


@pytest.fixture(scope="module", name="redis")
def _redis() -> Iterator[OwnServer]:
    with own_server("redis") as server:
        yield server


@pytest.fixture(scope="module", name="port")
def _port() -> int:
    return MailServer().port


@pytest.fixture(scope="module", name="environment")
def _environment(django_db_setup: None, redis: OwnServer, port: int) -> dict[str, str]:
    """Of every process of the portal here."""
    del django_db_setup
    mail = f"smtp://127.0.0.1:{port}"
    return surroundings(url_of_the_tests_database(), redis.url, EMAIL_URL=mail)


@pytest.fixture(scope="module", name="worker")
def _worker(environment: dict[str, str]) -> Iterator[psutil.Popen]:
    """One that does one thing after the other."""
    with celery(*WORKER, "--loglevel", "ERROR", environment=environment) as process:
        yield process


@pytest.fixture(name="server")
def _server(port: int) -> Iterator[MailServer]:
    server = MailServer()
    server.port = port
    server.start()
    yield server
    server.stop()


@pytest.fixture(name="visitor")
def _visitor(
    transactional_db: None, worker: psutil.Popen, environment: dict[str, str]
) -> Iterator[Actor]:
    """A web process."""
    del transactional_db, worker
    with actor(environment["DATABASE_URL"], environment["REDIS_URL"]) as one:
        yield one


@pytest.fixture(name="broker")
def _broker(redis: OwnServer) -> Iterator[Celery]:
    with Celery(broker=redis.url, set_as_current=False) as app:
        app.conf.task_default_queue = "forecourt"
        yield app


@contextmanager
def redis_away(redis: OwnServer) -> Iterator[None]:
    """Redis is killed, and not there at all for a while."""
    redis.take_away()
    try:
        yield
    finally:
        redis.bring_back()


@contextmanager
def redis_frozen(redis: OwnServer) -> Iterator[None]:
    """Redis keeps its connections and says nothing."""
    redis.freeze()
    try:
        yield
    finally:
        redis.thaw()


def sign_up(visitor: Actor, name: str) -> None:
    """Begin to sign somebody up; `answered` ends it. An address gets one letter in three minutes."""
    address = f"{name}@example.com"
    form = {"email": address, "username": name, "password1": PASSWORD, "joining_as": "customer"}
    visitor.ask("visit", path="/sign-up/", form=form)


def answered(visitor: Actor) -> None:
    """The sign-up went well, and nobody waited long; nor does who looks at the next page."""
    asked = visitor.answer()
    visitor.ask("visit", path="/confirm-email/")
    looked = visitor.answer()
    assert (asked["error"], asked["result"]) == (None, 302)
    assert (looked["error"], looked["result"]) == (None, 200)
    assert asked["seconds"] < LONGEST_S and looked["seconds"] < LONGEST_S


def sweep(broker: Celery) -> None:
    """Have what is due sent, as the timetable does every half minute, and wait for the end of it."""
    broker.send_task(Job.SEND_EMAILS.value)
    slot = uuid4().hex
    share = [Job.EXPIRE_OFFERS.value, 0, 1, slot, AT.isoformat()]
    broker.send_task("work-on-shard", args=share)
    eventually(lambda: JobRun.objects.filter(slot=slot, status="finished").exists())


def pass_time() -> None:
    """Everything that waits is due."""
    Email.objects.filter(status="waiting").update(next_attempt_at=timezone.now())


def letter_to(name: str) -> Email:
    """The only letter to somebody who signed up."""
    email: Email = Email.objects.get(to=f"{name}@example.com")
    assert email.kind == NoticeKind.CONFIRM_ADDRESS
    return email


def is_tried(name: str, times: int = 1) -> bool:
    """Whether so many attempts at the letter have ended, in vain."""
    email = letter_to(name)
    return email.attempts == times and bool(email.error)


def is_sent(name: str) -> bool:
    """Whether the letter is recorded as sent, and what only its reader may know is gone."""
    email = letter_to(name)
    return email.status == Email.Status.SENT and "path" not in email.values


@pytest.mark.parametrize("kind", ["away", "frozen"])
def test_who_signs_up_without_redis_gets_the_letter_once_when_it_is_back(
    kind: str, visitor: Actor, redis: OwnServer, server: MailServer, environment: dict[str, str]
) -> None:
    trouble = {"away": redis_away, "frozen": redis_frozen}[kind]
    before, *meanwhile, after = names = [f"{kind}{number}" for number in range(5)]
    every_second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    job = Job.SEND_EMAILS.value
    PeriodicTask.objects.create(name=job, task=job, interval=every_second)
    sign_up(visitor, before)
    answered(visitor)
    with celery("beat", "--pidfile=", environment=environment):
        eventually(partial(is_sent, before))
        with trouble(redis):
            for name in meanwhile:
                sign_up(visitor, name)
                answered(visitor)
                letter = letter_to(name)
                assert letter.status == Email.Status.WAITING and letter.values["path"]
        sign_up(visitor, after)
        answered(visitor)

        for name in (*meanwhile, after):
            eventually(partial(is_sent, name), patience_s=45)
        with Redis.from_url(redis.url) as queue:
            already = rings(queue)
            eventually(lambda: rings(queue) >= already + 2)

    assert server.recipients() == [f"{name}@example.com" for name in names]
    assert User.objects.filter(username__in=names).count() == len(names)


def rings(queue: Redis) -> int:
    """How many tasks were put into the queue since Redis began."""
    return int(queue.info("commandstats").get("cmdstat_lpush", {}).get("calls", 0))


def test_a_mail_server_that_is_away_gets_the_letter_once_when_it_is_due_again(
    visitor: Actor, broker: Celery, server: MailServer
) -> None:
    server.stop()
    sign_up(visitor, "ann")
    answered(visitor)
    eventually(partial(is_tried, "ann"))
    sweep(broker)
    letter = letter_to("ann")
    assert (letter.status, letter.attempts) == (Email.Status.WAITING, 1)
    assert letter.next_attempt_at - letter.updated_at == RETRY_PAUSES[0]
    assert "ConnectionRefusedError" in letter.error

    pass_time()
    sweep(broker)
    assert is_tried("ann", times=2)
    server.start()
    pass_time()
    sweep(broker)
    assert is_sent("ann")
    sweep(broker)
    assert server.recipients() == ["ann@example.com"]


def test_a_mail_server_that_says_nothing_does_not_keep_the_worker(
    visitor: Actor, broker: Celery, server: MailServer, port: int
) -> None:
    server.stop()
    with closing(socket.create_server(("127.0.0.1", port))):
        sign_up(visitor, "cid")
        answered(visitor)
        began = timezone.now()
        sweep(broker)
        assert timezone.now() - began < timedelta(seconds=STUCK_S)
        assert is_tried("cid") and "timed out" in letter_to("cid").error
    server.start()
    pass_time()
    sweep(broker)

    assert is_sent("cid") and server.recipients() == ["cid@example.com"]


def test_a_letter_goes_out_although_its_web_process_died_before_it_could_ring(
    visitor: Actor, redis: OwnServer, broker: Celery, server: MailServer
) -> None:
    with Redis.from_url(redis.url) as queue:
        already = rings(queue)
        with redis_frozen(redis):  # the bell waits for it: the process outlives its commit a little
            sign_up(visitor, "eve")
            eventually(Email.objects.exists)
            visitor.process.kill()
            assert visitor.end() == -9
        assert rings(queue) == already
    assert letter_to("eve").attempts == 0 and User.objects.get().username == "eve"

    sweep(broker)

    assert is_sent("eve") and server.recipients() == ["eve@example.com"]


def test_a_refusal_for_now_is_tried_again_and_one_that_lasts_is_given_up_and_noted(
    visitor: Actor, broker: Celery, server: MailServer
) -> None:
    server.refused, server.refusal = {"gil@example.com", "hal@example.com"}, "451 try again later"
    for name in ("gil", "hal"):
        sign_up(visitor, name)
        answered(visitor)
        eventually(partial(is_tried, name))
        assert letter_to(name).status == Email.Status.WAITING
    server.refused, server.refusal = {"hal@example.com"}, "550 no such mailbox"
    Email.objects.filter(to="hal@example.com").update(attempts=len(RETRY_PAUSES))
    pass_time()
    sweep(broker)

    assert is_sent("gil") and server.recipients() == ["gil@example.com"]
    given_up = letter_to("hal")
    assert given_up.status == Email.Status.GIVEN_UP and "550" in given_up.error
    assert "path" not in given_up.values
    assert JobRun.objects.filter(job=Job.SEND_EMAILS, handled=1, failed=1).exists()


def test_a_letter_that_is_of_no_use_any_more_is_not_sent(
    visitor: Actor, broker: Celery, server: MailServer
) -> None:
    server.stop()
    for name in ("ida", "joe"):
        sign_up(visitor, name)
        answered(visitor)
        eventually(partial(is_tried, name))
    late: dict[str, Any] = {"expires_at": timezone.now()}
    Email.objects.filter(to="ida@example.com").update(**late)
    server.start()
    pass_time()
    sweep(broker)

    assert is_sent("joe") and server.recipients() == ["joe@example.com"]
    given_up = letter_to("ida")
    assert (given_up.status, given_up.error) == (Email.Status.GIVEN_UP, "expired")
    assert "path" not in given_up.values
