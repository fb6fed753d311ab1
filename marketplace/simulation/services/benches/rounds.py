"""A bench from beginning to end: its market, a round to warm up, and rounds of job and floor."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter

from django.db.models import Sum

from marketplace.common.nudges import Job
from marketplace.simulation.services.benches.buyers import Buyer, Waits, buyer
from marketplace.simulation.services.benches.databases import (
    Scratch,
    checkpoint,
    durability,
    scratch,
)
from marketplace.simulation.services.benches.floor import WrittenRows, next_transaction
from marketplace.simulation.services.benches.measuring import Taken, measured
from marketplace.simulation.services.benches.subjects import Subject
from marketplace.simulation.services.benches.workers import Crew, apart, crew, warm_ups
from marketplace.simulation.services.benches.world import AT, BenchWorld, build_world
from marketplace.trading.models import Deal, JobRun
from marketplace.trading.selectors.auditing import audit

_SLOT = "measured"
_EMPTY_RUNS = 5

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a bench is run; with a buyer there is no floor."""

    rounds: int
    workers: int
    seed: int
    with_buyer: bool = False


@dataclass(slots=True)
class Figures:
    """What came out, round by round."""

    job_s: list[float] = field(default_factory=list)
    floor_s: list[float] = field(default_factory=list)
    empty_s: list[float] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    deals: int = 0
    handled: int = 0
    violations: int = 0
    complaints: list[str] = field(default_factory=list)
    server: dict[str, str] = field(default_factory=dict)
    waits: Waits = field(default_factory=Waits)

    def forget_times(self) -> None:
        """The first round is there to warm up, to count and to weigh."""
        self.job_s, self.floor_s, self.empty_s, self.waits = [], [], [], Waits()


@dataclass(frozen=True, slots=True)
class Bench:
    """One job under measurement."""

    subject: Subject
    plan: Plan
    say: Say

    def run(self) -> Figures:
        """Measure, in databases that are gone afterwards."""
        figures = Figures()
        with scratch() as databases:
            with databases.seed():
                self.say("building the market")
                world = apart(partial(_built, self.subject, self.plan))
                figures.server = durability()
            for number in range(self.plan.rounds + 1):
                _Round(self, databases, world, figures, is_first=not number).run()
                if not number:
                    figures.forget_times()
        return figures


@dataclass(frozen=True, slots=True)
class _Round:
    """The job on one copy of the market, the floor on another."""

    bench: Bench
    databases: Scratch
    world: BenchWorld
    figures: Figures
    is_first: bool

    def run(self) -> None:
        """The job, then the floor."""
        with ExitStack() as stack:
            with self.databases.copy("job"):
                written = self._job(stack)
            if written is not None:
                with self.databases.copy("floor"):
                    self._floor(written)

    def _job(self, stack: ExitStack) -> WrittenRows | None:
        plan, figures, job = self.bench.plan, self.figures, self.bench.subject.job
        written = None
        with ExitStack() as processes:
            someone = Buyer(figures.waits, None)
            if plan.with_buyer:
                seed = plan.seed + len(figures.job_s)
                someone = processes.enter_context(buyer(self.world, seed, figures.waits))
            hands = processes.enter_context(
                crew(job, plan.workers, self._warm_up, counting=self.is_first)
            )
            checkpoint()
            since = next_transaction()
            self._time(hands, someone)
            if not plan.with_buyer:
                written = stack.enter_context(WrittenRows(since))
            if job is Job.MATCH_OFFERS:
                self._time_empty(hands)
        self._note_work()
        self._audit("job")
        return written

    def _time(self, hands: Crew, someone: Buyer) -> None:
        with measured(counting=self.is_first) as own, someone.acting():
            self.figures.job_s.append(_seconds(partial(hands.run, _SLOT, AT)))
        if self.is_first:
            self.figures.taken = [own, *hands.taken()]
        self.bench.say(f"job {self.figures.job_s[-1]:.3f} s")

    def _time_empty(self, hands: Crew) -> None:
        """Run again over what was left. The first time, loyalty just earned may sell another car."""
        hands.run("after", AT + timedelta(minutes=1))
        again = [(f"empty {n}", AT + timedelta(minutes=2 + n)) for n in range(_EMPTY_RUNS)]
        self.figures.empty_s.append(median(_seconds(partial(hands.run, *run)) for run in again))

    def _note_work(self) -> None:
        runs = JobRun.objects.filter(slot=_SLOT)
        figures = self.figures
        figures.handled = runs.aggregate(handled=Sum("handled"))["handled"] or 0
        figures.deals = Deal.objects.filter(run__slot=_SLOT).count()
        for run in runs.filter(failed__gt=0):
            figures.violations += run.failed
            figures.complaints.append(f"{run} failed: {run.report}")

    def _floor(self, written: WrittenRows) -> None:
        for number in range(warm_ups(self.bench.plan.workers)):
            self._warm_up(number)
        floor = written.stage()
        checkpoint()
        self.figures.floor_s.append(_seconds(floor.write))
        self.bench.say(f"floor {self.figures.floor_s[-1]:.3f} s")
        self._audit("floor")

    def _warm_up(self, number: int) -> None:
        self.bench.subject.warm_up(self.world, number)

    def _audit(self, what: str) -> None:
        for result in audit():
            if not result.holds:
                self.figures.violations += result.violations
                self.figures.complaints.append(f"{what}: {result.id}: {result.examples[0]}")


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = perf_counter()
    work()
    return perf_counter() - began


def _built(subject: Subject, plan: Plan) -> BenchWorld:
    world = build_world(subject.size, plan.seed)
    subject.prepare(world, warm_ups(plan.workers))
    return world
