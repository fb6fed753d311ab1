"""PostgreSQL killed in the middle: after its return all is as before or after, and again is once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, suppress

import psycopg2
import pytest

from marketplace.common.nudges import Job
from tests.faults.acting import AT
from tests.faults.processes import Actor, OwnServer, actor, eventually, own_server

pytestmark = pytest.mark.slow

NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[OwnServer]:
    with own_server("postgres") as server:
        yield server


@pytest.fixture(scope="module", name="actor")
def _actor(server: OwnServer) -> Iterator[Actor]:
    with actor(server.url, NO_REDIS) as one:
        one.act("migrate")
        one.act("build")
        yield one


def kill_during(server: OwnServer, one: Actor, account: str, act: str, **values: object) -> dict:
    """Kill the server while the act waits for an account; returns the answer to the act."""
    with suppress(psycopg2.Error), closing(psycopg2.connect(server.url)) as other:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT FROM ledger_account a JOIN parties_party p"
                " ON a.address = 'party:' || p.id || ':wallet'"
                " WHERE p.name = %s FOR UPDATE OF a",
                [account],
            )
            assert cursor.rowcount == 1
            one.ask(act, **values)
            eventually(lambda: _somebody_waits(server), patience_s=2.5)
            server.kill()
    answer = one.answer()
    eventually(lambda: _answers(server))
    return answer


def _somebody_waits(server: OwnServer) -> bool:
    with closing(psycopg2.connect(server.url)) as third, third.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return cursor.rowcount > 0


def _answers(server: OwnServer) -> bool:
    try:
        psycopg2.connect(server.url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def test_a_request_that_lost_its_database_is_repeated_with_one_effect(
    server: OwnServer, actor: Actor
) -> None:
    values = {"customer": "Ann", "cents": 700, "key": "one form", "at": AT}
    actor.act("give", **values | {"key": "another form"})
    before = actor.act("picture")

    answer = kill_during(server, actor, "Ann", "give", **values)

    assert "OperationalError" in answer["error"] or "InterfaceError" in answer["error"]
    assert actor.act("violations") == []
    assert actor.act("picture") == before
    for _ in range(2):
        actor.act("give", **values)
    money = dict(
        map(
            lambda row: (tuple(row[:2]), row[2]),
            actor.act(
                "picture",
            )["money"],
        )
    )
    was = dict(map(lambda row: (tuple(row[:2]), row[2]), before["money"]))
    assert money[("Ann", "wallet")] - was[("Ann", "wallet")] == 700


def test_a_matching_run_that_lost_its_database_is_done_once_by_the_next(
    server: OwnServer, actor: Actor
) -> None:
    before = actor.act("picture")

    answer = kill_during(
        server, actor, "Corner", "run", job=Job.MATCH_OFFERS.value, slot="m1", at=AT
    )

    assert answer["error"]
    assert actor.act("violations") == []
    assert actor.act("picture") == before
    for slot in ("m1", "m1", "m2"):
        actor.act("run", job=Job.MATCH_OFFERS.value, slot=slot, at=AT)
    retail = [deal for deal in actor.act("picture")["deals"] if deal[3] == "retail"]
    assert sorted(deal[1] for deal in retail) == ["Ann", "Bob", "Cid"]
    assert actor.act("violations") == []


def test_a_restock_that_lost_its_database_keeps_what_it_had_bought_and_buys_the_rest_once(
    server: OwnServer, actor: Actor
) -> None:
    answer = kill_during(
        server, actor, "Square", "run", job=Job.RESTOCK_SHOWROOMS.value, slot="s1", at=AT
    )

    assert answer["error"]
    assert actor.act("violations") == []
    stock = {tuple(row[:2]): row[3] for row in actor.act("picture")["stock"]}
    assert stock["Corner", "Clio"] == 4 and stock["Square", "Clio"] == 2
    for slot in ("s1", "s2", "s3"):
        actor.act("run", job=Job.RESTOCK_SHOWROOMS.value, slot=slot, at=AT)
    stock = {tuple(row[:2]): row[3] for row in actor.act("picture")["stock"]}
    assert [stock[showroom, "Clio"] for showroom in ("Corner", "Square")] == [4, 4]
    assert actor.act("violations") == []


def test_while_the_database_is_away_nobody_hangs(server: OwnServer, actor: Actor) -> None:
    server.take_away()

    began = time.monotonic()
    actor.ask("post", customer="Ann", car_model="Swift", cents=1_000, at=AT)
    assert "OperationalError" in actor.answer()["error"]
    assert time.monotonic() - began < 5

    server.bring_back()
    actor.act("post", customer="Ann", car_model="Swift", cents=1_000, at=AT)
    assert actor.act("violations") == []
