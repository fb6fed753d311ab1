"""A buyer who posts and cancels offers while a run is under way, and looks at the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from signal import SIG_IGN, SIGINT, signal
from statistics import median, quantiles
from time import perf_counter

from django.db import connection

from marketplace.catalog.models import CarModel
from marketplace.common.errors import Busy
from marketplace.common.nudges import silence
from marketplace.parties.models import Customer
from marketplace.simulation.rules.chance import chance_of
from marketplace.simulation.services.benches.world import AT, BenchWorld
from marketplace.trading.services.offers import cancel_offer, post_offer

_FORK = get_context("fork")
#: How long the buyer looks at a page before the next click.
_PAUSE_S = 0.005
_READY, _GO, _STOP = "ready", "go", "stop"


class Waits:
    """How long each act of the buyer took, in seconds; `refused` of them found the market busy."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.refused = 0

    def report(self) -> dict[str, float | int]:
        """Milliseconds at the middle and at the 99th of a hundred."""
        seconds = self.seconds or [0.0]
        p99 = quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
        return {
            "acts": len(self.seconds),
            "refused": self.refused,
            "p50_ms": round(median(seconds) * 1000, 1),
            "p99_ms": round(p99 * 1000, 1),
            "longest_ms": round(max(seconds) * 1000, 1),
        }


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who acts when told so; nobody is needed for a run without a buyer."""

    waits: Waits
    orders: Connection | None

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Have the buyer act for as long as this lasts."""
        if self.orders is None:
            yield
            return
        self.orders.send(_GO)
        yield
        self.orders.send(_STOP)
        seconds, refused = self.orders.recv()
        self.waits.seconds += seconds
        self.waits.refused += refused


@contextmanager
def buyer(world: BenchWorld, seed: int, waits: Waits) -> Iterator[Buyer]:
    """A buyer in a process of its own. Nobody may be connected when it is born."""
    connection.close()
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_buy, args=(ours, theirs, world, seed), daemon=True)
    process.start()
    theirs.close()
    try:
        ours.recv()
        yield Buyer(waits, ours)
    finally:
        ours.close()
        process.join(timeout=5)
        process.terminate()


def _buy(parents: Connection, orders: Connection, world: BenchWorld, seed: int) -> None:
    parents.close()  # or the end of the parent would never show
    signal(SIGINT, SIG_IGN)
    rng = chance_of("buyer", seed)
    seconds: list[float] = []
    with silence():
        _visit(world, rng, [])
        orders.send(_READY)
        orders.recv()
        refused = 0
        while not orders.poll(_PAUSE_S):
            refused += _visit(world, rng, seconds)
    orders.send((seconds, refused))
    connection.close()


def _visit(world: BenchWorld, rng: Random, seconds: list[float]) -> bool:
    """Post an offer and cancel it; returns whether the market was too busy."""
    customer = Customer.objects.get(pk=rng.choice(world.customers))
    car_model = CarModel.objects.get(pk=rng.choice(list(world.base_cents)))
    at = AT + timedelta(seconds=1)
    began = perf_counter()
    try:
        offer = post_offer(customer=customer, car_model=car_model, max_price_cents=100_000, at=at)
        posted = perf_counter()
        cancel_offer(customer=customer, offer=offer, at=at)
    except Busy:
        return True
    seconds += [posted - began, perf_counter() - posted]
    return False
