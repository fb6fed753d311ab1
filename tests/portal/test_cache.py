"""The cache without its Redis: nobody waits long, nothing breaks, and limits still count."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from redis import Redis

from portal.cache import PatientRedisCache
from tests.marketplace.factories import PASSWORD, make_user

#: What a visitor may have to wait for because of Redis.
LONGEST_S = 5

#: Nothing listens there.
DEAD = "redis://127.0.0.1:1/0"


class Frozen:
    """A server that takes every call and never says a word; it counts the calls."""

    def __init__(self) -> None:
        self.calls: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._door.getsockname()[1]}/0"
        Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        try:
            while True:
                self.calls.append(self._door.accept()[0])
        except OSError:  # it was closed
            return

    def close(self) -> None:
        """Be gone."""
        self._door.shutdown(socket.SHUT_RDWR)
        for one in [*self.calls, self._door]:
            one.close()


@pytest.fixture(autouse=True)
def _clean_slate(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as this process knows, Redis is there; its own memory is empty."""
    monkeypatch.setattr(PatientRedisCache, "away_until", 0.0)
    LocMemCache("forecourt", {}).clear()


@pytest.fixture(name="frozen")
def _frozen() -> Iterator[Frozen]:
    server = Frozen()
    yield server
    server.close()


@pytest.fixture(name="waited")
def _waited(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass for the cache."""
    return lambda seconds: monkeypatch.setattr(
        PatientRedisCache, "away_until", PatientRedisCache.away_until - seconds
    )


def cache_at(url: str, prefix: str = "") -> PatientRedisCache:
    """A cache as the settings make it, with its Redis elsewhere."""
    options = django_settings.CACHES["default"]["OPTIONS"]
    return PatientRedisCache(url, {"OPTIONS": options, "KEY_PREFIX": prefix or uuid4().hex})


def everything(one: PatientRedisCache) -> list[object]:
    """What each method of a cache answers, in a row in which each finds something to do."""
    return [
        one.add("a", 1),
        one.add("a", 2),
        one.get("a"),
        one.incr("a"),
        one.incr("a", 5),
        one.decr("a"),
        one.set("b", {"x": 1}, 60),
        one.get("b"),
        one.get("nothing", "instead"),
        one.has_key("b"),
        "b" in one,
        one.touch("b", 100),
        one.touch("nothing", 100),
        one.set_many({"c": 3, "d": 4}, 60),
        one.get_many(["c", "d", "nothing"]),
        one.get_many(key for key in ("c", "d")),
        one.get_or_set("e", lambda: 5),
        one.get_or_set("e", 6),
        one.delete("b"),
        one.delete("b"),
        one.get("b"),
        one.delete_many(key for key in ("c", "e")),
        one.get_many(["a", "c", "d", "e"]),
        one.set("d", 4, 0),
        one.get("d"),
        one.set("f", None),
        one.has_key("f"),
    ]


def test_every_method_answers_without_redis_as_with_it() -> None:
    with_redis = everything(cache_at(django_settings.REDIS_URL))

    assert PatientRedisCache.away_until == 0
    assert everything(cache_at(DEAD)) == with_redis
    assert PatientRedisCache.away_until > 0


@pytest.mark.parametrize("method", ["incr", "decr"])
def test_what_is_not_there_cannot_be_counted_up(method: str) -> None:
    for url in (django_settings.REDIS_URL, DEAD):
        with pytest.raises(ValueError):
            getattr(cache_at(url), method)("nothing")


def test_without_redis_things_are_forgotten_in_time_and_when_all_is_cleared() -> None:
    one = cache_at(DEAD)
    one.set("short", 1, 0.05)
    one.set("long", 2, 60)
    time.sleep(0.06)
    assert (one.get("short"), one.get("long")) == (None, 2)

    one.clear()
    assert one.get("long") is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda one: one.add("a", 1),
        lambda one: one.get("a"),
        lambda one: one.set("a", 1),
        lambda one: one.touch("a"),
        lambda one: one.delete("a"),
        lambda one: one.get_many(["a"]),
        lambda one: one.has_key("a"),
        lambda one: one.get_or_set("a", 1),
        lambda one: one.set_many({"a": 1}),
        lambda one: one.delete_many(["a"]),
        lambda one: one.clear(),
    ],
)
def test_a_silent_redis_is_asked_once_and_left_alone(
    ask: Callable[[PatientRedisCache], object], frozen: Frozen
) -> None:
    began = time.monotonic()
    ask(cache_at(frozen.url))
    first = time.monotonic()
    for _ in range(50):
        ask(cache_at(frozen.url))  # as another thread's

    assert first - began < 2 and time.monotonic() - first < 0.5
    assert len(frozen.calls) == 1


def test_ten_seconds_later_redis_is_asked_again(
    frozen: Frozen, waited: Callable[[float], None]
) -> None:
    one = cache_at(frozen.url)
    one.get("a")
    waited(9)
    one.get("a")
    assert len(frozen.calls) == 1
    waited(1.1)
    one.get("a")
    assert len(frozen.calls) == 2


def test_many_who_ask_a_silent_redis_at_once_wait_side_by_side(frozen: Frozen) -> None:
    together = Barrier(8)

    def ask() -> None:
        together.wait()
        cache_at(frozen.url).get("a")

    people = [Thread(target=ask) for _ in range(8)]
    began = time.monotonic()
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert time.monotonic() - began < 3


def test_a_redis_that_is_back_is_used_again(waited: Callable[[float], None]) -> None:
    prefix = uuid4().hex
    away, back = cache_at(DEAD, prefix), cache_at(django_settings.REDIS_URL, prefix)
    away.set("a", "in memory")
    back.set("a", "in memory, too")  # the process still leaves Redis alone
    with Redis.from_url(django_settings.REDIS_URL) as server:
        assert not server.exists(back.make_key("a"))

        waited(10.1)
        back.set("a", "in Redis")
        assert server.exists(back.make_key("a"))
    assert back.get("a") == "in Redis" and away.memory.get("a") == "in memory, too"
    back.delete("a")


def test_a_connection_that_died_meanwhile_is_made_anew() -> None:
    one = cache_at(django_settings.REDIS_URL)
    one.set("a", 1)
    with Redis.from_url(django_settings.REDIS_URL) as server:
        (pool,) = one._cache._pools.values()
        connection = pool.get_connection()
        port = connection._sock.getsockname()[1]
        pool.release(connection)
        mine = [client for client in server.client_list() if client["addr"].endswith(f":{port}")]
        server.client_kill_filter(_id=mine[0]["id"])

    assert one.get("a") == 1 and PatientRedisCache.away_until == 0


def test_what_is_counted_cannot_be_pushed_out_of_the_memory() -> None:
    one = cache_at(DEAD)
    one.set("guesses", 5)
    for number in range(2_000):
        one.set(f"others-{number}", 1)
    assert one.get("guesses") == 5


@pytest.fixture(name="at")
def _at(settings: Any) -> Iterator[Callable[[str], None]]:
    """Have the portal's cache there."""

    def move(url: str) -> None:
        there = {"LOCATION": url, "KEY_PREFIX": uuid4().hex}
        settings.CACHES = {"default": settings.CACHES["default"] | there}

    yield move


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["dead", "frozen"])
def test_passwords_cannot_be_guessed_while_redis_is_away(
    trouble: str, frozen: Frozen, at: Callable[[str], None]
) -> None:
    make_user(username="bob")
    at(DEAD if trouble == "dead" else frozen.url)
    statuses, longest = [], 0.0

    for password in ["wrong"] * 5 + [PASSWORD]:
        began = time.monotonic()
        answer = Client().post("/log-in/", {"login": "bob", "password": password})
        longest = max(longest, time.monotonic() - began)
        statuses.append(answer.status_code)

    assert statuses == [422] * 5 + [429]
    assert longest < LONGEST_S and len(frozen.calls) == (trouble == "frozen")


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["dead", "frozen"])
def test_the_api_counts_while_redis_is_away(
    trouble: str, frozen: Frozen, at: Callable[[str], None], settings: Any
) -> None:
    settings.API_RATE_ANONYMOUS = "3/d"
    at(DEAD if trouble == "dead" else frozen.url)

    answers = [Client().get("/api/car-models/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3]["Retry-After"]) > 0
    assert cache.get("nothing") is None
