"""Redis up, frozen, killed and away: whoever trades notices nothing but a delay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.exceptions import RedisError

from marketplace.common.nudges import Job
from marketplace.trading.models import Offer
from tests.faults.acting import AT, build_market
from tests.faults.processes import (
    OwnServer,
    actor,
    eventually,
    own_server,
    url_of_the_tests_database,
)

pytestmark = pytest.mark.slow

#: What a visitor may have to wait for because of Redis.
LONGEST_S = 5

QUEUE = "forecourt"
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module", name="redis")
def _redis() -> Iterator[OwnServer]:
    with own_server("redis") as server:
        yield server


@contextmanager
def frozen(redis: OwnServer) -> Iterator[None]:
    """Redis keeps its connections and says nothing."""
    redis.freeze()
    yield
    redis.thaw()


@contextmanager
def away(redis: OwnServer) -> Iterator[None]:
    """Redis is not there at all."""
    redis.take_away()
    yield
    redis.bring_back()


def queued(redis: OwnServer) -> int:
    """How many tasks wait in Redis."""
    with Redis.from_url(redis.url, socket_timeout=5) as client:
        return int(client.llen(QUEUE))


@pytest.mark.parametrize(("trouble", "connected"), [(frozen, True), (frozen, False), (away, True)])
def test_nobody_waits_long_for_a_bell_that_does_not_ring(
    trouble, connected: bool, redis: OwnServer, audit_clean: None
) -> None:
    build_market()
    with actor(url_of_the_tests_database(), redis.url) as one:
        if connected:
            one.act("nudge", job=Job.MATCH_OFFERS.value)
        with trouble(redis):
            one.ask("nudge", job=Job.MATCH_OFFERS.value)
            nudged = one.answer()
            one.ask("post", customer="Ann", car_model="Swift", cents=1_000, at=AT)
            posted = one.answer()
            one.ask("nudge_all")
            many = one.answer()
        assert (nudged["error"], posted["error"], many["error"]) == (None, None, None)
        assert nudged["seconds"] < LONGEST_S and posted["seconds"] < LONGEST_S
        assert many["seconds"] < LONGEST_S
        assert Offer.objects.get(pk=posted["result"]).status == "open"

        rung = queued(redis)
        eventually(lambda: one.act("nudge", job=Job.MATCH_OFFERS.value) or queued(redis) > rung)


def test_a_bell_without_redis_raises_nothing(audit_clean: None) -> None:
    build_market()
    with actor(url_of_the_tests_database(), NOWHERE) as one:
        one.act("nudge", job=Job.MATCH_OFFERS.value)
        one.act("post", customer="Ann", car_model="Swift", cents=1_000, at=AT)


def test_a_redis_that_was_killed_is_back_with_what_was_asked_for(
    redis: OwnServer, audit_clean: None
) -> None:
    build_market()
    with actor(url_of_the_tests_database(), redis.url) as one:
        rung = queued(redis)
        one.act("nudge", job=Job.MATCH_OFFERS.value)
        eventually(lambda: queued(redis) == rung + 1)
        eventually(lambda: _is_written(redis))
        redis.kill()
        one.ask("nudge", job=Job.MATCH_OFFERS.value)
        answer = one.answer()
        assert answer["error"] is None and answer["seconds"] < LONGEST_S

    eventually(lambda: _answers(redis))
    assert queued(redis) >= rung + 1


def _is_written(redis: OwnServer) -> bool:
    """Whether the append-only file has reached the disk."""
    with Redis.from_url(redis.url) as client:
        return bool(client.info("persistence")["aof_last_write_status"] == "ok")


def _answers(redis: OwnServer) -> bool:
    try:
        return queued(redis) >= 0
    except RedisError:
        return False
