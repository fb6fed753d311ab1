"""Who does the shards of a run: this process, or persistent processes as a Celery worker has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from signal import SIG_DFL, SIG_IGN, SIGINT, SIGTERM, signal
from typing import TypeVar

from django.db import connection

from marketplace.common.nudges import Job, silence
from marketplace.common.shards import Shard
from marketplace.simulation.services.benches.measuring import Taken, measured
from marketplace.trading.services.jobs import run_shard, shards_of

#: Workers are forked, as Celery's are.
_FORK = get_context("fork")
_READY = "ready"

WarmUp = Callable[[int], None]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Crew:
    """Workers that are up, connected and warm; none: this process does everything."""

    job: Job
    workers: Sequence[Connection]

    def run(self, slot: str, at: datetime) -> None:
        """Run the job as production does: find the shards that have work, hand each to who is free."""
        todo = shards_of(self.job, slot=slot, at=at)
        if not self.workers:
            for shard in todo:
                run_shard(self.job, shard, slot=slot, at=at)
            return
        idle, busy = list(self.workers), set[Connection]()
        while todo or busy:
            while todo and idle:
                worker = idle.pop()
                worker.send((todo.pop(0), slot, at))
                busy.add(worker)
            for worker in [one for one in wait(list(busy)) if isinstance(one, Connection)]:
                _answer(worker)
                busy.remove(worker)
                idle.append(worker)

    def taken(self) -> list[Taken]:
        """What each worker took since it was warm."""
        for worker in self.workers:
            worker.send(None)
        answers = [_answer(worker) for worker in self.workers]
        return [answer for answer in answers if isinstance(answer, Taken)]


@contextmanager
def crew(job: Job, count: int, warm_up: WarmUp, *, counting: bool) -> Iterator[Crew]:
    """So many processes, or this one alone. All of them warm up, one after the other."""
    # Nobody may be born with a connection that is somebody else's.
    connection.close()
    with ExitStack() as stack, silence():
        workers = [
            stack.enter_context(_worker(job, number, warm_up, counting))
            for number in range(count if count > 1 else 0)
        ]
        warm_up(len(workers))
        yield Crew(job, workers)


def apart(work: Callable[[], Result]) -> Result:
    """Do something in a process of its own, so that this one stays as small as an idle worker."""
    connection.close()
    with ProcessPoolExecutor(1, _FORK) as pool:
        return pool.submit(_and_hang_up, work).result()


def _and_hang_up(work: Callable[[], Result]) -> Result:
    try:
        return work()
    finally:
        connection.close()


def warm_ups(count: int) -> int:
    """How many processes warm up for a crew of so many: one hands out the work of several."""
    return count + 1 if count > 1 else 1


@contextmanager
def _worker(job: Job, number: int, warm_up: WarmUp, counting: bool) -> Iterator[Connection]:
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(
        target=_work, args=(ours, theirs, job, number, warm_up, counting), daemon=True
    )
    process.start()
    theirs.close()
    try:
        _answer(ours)
        yield ours
    finally:
        ours.close()
        process.join(timeout=5)
        process.terminate()


def _answer(worker: Connection) -> object:
    answer = worker.recv()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _work(
    parents: Connection, orders: Connection, job: Job, number: int, warm_up: WarmUp, counting: bool
) -> None:
    """The life of a worker: warm up, do shards, say what they took, do more until nobody asks."""
    parents.close()  # or the end of the parent would never show
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)
    try:
        warm_up(number)
        orders.send(_READY)
        with measured(counting=counting) as taken:
            _do_shards(orders, job)
        orders.send(taken)
        _do_shards(orders, job)
    except EOFError:
        pass  # whoever gave the orders is gone
    except Exception as error:  # pylint: disable=broad-exception-caught  # raised where it is read
        orders.send(RuntimeError(repr(error)))
    finally:
        connection.close()


def _do_shards(orders: Connection, job: Job) -> None:
    while (order := orders.recv()) is not None:
        shard, slot, at = order
        assert isinstance(shard, Shard)
        orders.send(run_shard(job, shard, slot=slot, at=at))
