"""The jobs that are measured, and how a connection is warmed up for each.

A warm-up is a small run of the same job that leaves the measured one its work.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE
from marketplace.simulation.services.benches.world import (
    WARMED_AT,
    BenchWorld,
    MarketSize,
    post_warm_offers,
    warm_instant,
)
from marketplace.trading.services.jobs import run_job
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers


@dataclass(frozen=True, slots=True)
class Subject(ABC):
    """A job under measurement."""

    job: Job
    size: MarketSize

    @abstractmethod
    def prepare(self, world: BenchWorld, warm_ups: int) -> None:
        """See that there is something to warm up with, so many times."""

    @abstractmethod
    def warm_up(self, world: BenchWorld, number: int) -> None:
        """Walk once through everything that the job does, over this process's connection."""


class _Match(Subject):
    """Filling offers; a warm-up fills one a shard."""

    def prepare(self, world: BenchWorld, warm_ups: int) -> None:
        for number in range(warm_ups):
            post_warm_offers(world, batch=number, shards=settings.TRADING_SHARDS)

    def warm_up(self, world: BenchWorld, number: int) -> None:
        run_job(self.job, slot=f"warm {number}", at=warm_instant(number) + timedelta(seconds=30))


class _Restock(Subject):
    """Restocking; a warm-up restocks one showroom."""

    def prepare(self, world: BenchWorld, warm_ups: int) -> None:
        _require_showrooms(world, warm_ups)

    def warm_up(self, world: BenchWorld, number: int) -> None:
        restock_showrooms(
            shard=WHOLE, slot=f"warm {number}", at=WARMED_AT, showroom_id=world.showrooms[number]
        )


class _Review(Subject):
    """The supplier review; a warm-up reviews one showroom."""

    def prepare(self, world: BenchWorld, warm_ups: int) -> None:
        _require_showrooms(world, warm_ups)

    def warm_up(self, world: BenchWorld, number: int) -> None:
        review_suppliers(
            shard=WHOLE, slot=f"warm {number}", at=WARMED_AT, showroom_id=world.showrooms[number]
        )


def _require_showrooms(world: BenchWorld, warm_ups: int) -> None:
    if len(world.showrooms) <= warm_ups:
        raise ValueError(f"there must be more than {warm_ups} showrooms: those warm up the workers")


_SUPPLY = {
    "offers": 10_000, "showrooms": 1_000, "models": 500, "customers": 2_000, "suppliers": 100,
    "lines": 20,
}  # fmt: skip
_TRADE = _SUPPLY | {"showrooms": 200, "customers": 20_000, "suppliers": 10}

#: How big a market is, unless somebody says otherwise.
DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "match": _TRADE, "restock": _SUPPLY, "review": _SUPPLY,
}  # fmt: skip


def subject(name: str, sizes: Mapping[str, int]) -> Subject:
    """The job of that name over a market of those sizes; what is not given is the default."""
    given = {**DEFAULTS[name], **sizes}
    if name == "match":
        # Three cars for ten offers more than can be sold, so that the prices decide.
        cars = -(-given["offers"] * 13 // (10 * given["showrooms"] * given["lines"]))
        return _Match(Job.MATCH_OFFERS, MarketSize(stock=(cars, cars), **given))
    size = MarketSize(stock=(0, 2), **given)
    if name == "restock":
        return _Restock(Job.RESTOCK_SHOWROOMS, size)
    return _Review(Job.REVIEW_SUPPLIERS, size)
