"""Processes that a fault test starts, and ends however it likes; and their servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import psutil
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]

HOLD = """
import json, sys
from pathlib import Path
from portal.sandbox import postgres, redis
kind, folder = sys.argv[1:]
if kind == "redis":
    print(redis.redis_url(Path(folder)), flush=True)
else:
    settings = {"fsync": "off", "shared_buffers": "32MB", "max_connections": "30"}
    print(postgres.database_url(Path(folder), "faults", options=settings), flush=True)
sys.stdin.read()
"""

UNTIL_IT_ENDS_IN_ORDER = 'until "$0" -m celery -A portal "$@"; do sleep 1; done'


def eventually(condition: Callable[[], object], patience_s: float = 30) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def url_of_the_tests_database() -> str:
    """The address of the database of the test that is running."""
    database = connection.settings_dict
    host = f"{database['HOST']}:{database['PORT']}"
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{host}/{database['NAME']}"


def surroundings(database_url: str, redis_url: str, **more: str) -> dict[str, str]:
    """The environment of a process of the portal."""
    return os.environ | {
        "FORECOURT_ENV": "test",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EMAIL_URL": "dummymail://",
        **more,
    }


class Actor:
    """A process of its own that acts in the market; see `acting`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.acting"],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, act: str, **values: object) -> None:
        """Have it act; `answer` waits for what came of it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"act": act} | values, default=str) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What came of the act; no answer if the process died of it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else {}

    def act(self, act: str, **values: object) -> Any:
        """Have it act and return the result; an error fails the test."""
        self.ask(act, **values)
        answer = self.answer()
        assert answer.get("error") is None and answer, answer
        return answer["result"]

    def end(self) -> int:
        """Wait for its end, however that comes; returns the exit code."""
        self.process.communicate()
        return self.process.returncode


@contextmanager
def actor(database_url: str, redis_url: str, **more: str) -> Iterator[Actor]:
    """An actor that is gone afterwards."""
    one = Actor(surroundings(database_url, redis_url, **more))
    try:
        yield one
    finally:
        one.process.kill()
        one.process.communicate()


class OwnServer:
    """A PostgreSQL or Redis of the sandbox that nobody else uses, to be mistreated."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.holder, self.url = self._hold()

    def _hold(self) -> tuple[subprocess.Popen[str], str]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.kind, str(self.folder)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout is not None
        return holder, holder.stdout.readline().strip()

    def process(self) -> psutil.Process:
        """The server's main process; waits until there is one."""
        found: list[psutil.Process] = []
        eventually(lambda: found.extend(self._processes()) or found)
        return found[0]

    def _processes(self) -> list[psutil.Process]:
        data = str(self.folder / "data")
        here = [one for one in psutil.process_iter() if _works_in(one, data)]
        return [one for one in here if _parent_of(one) not in {other.pid for other in here}]

    def kill(self) -> None:
        """Kill it; its keeper starts it again on the same port."""
        self.process().kill()

    def freeze(self) -> None:
        """It keeps its connections and says nothing."""
        self.process().suspend()

    def thaw(self) -> None:
        """It goes on."""
        self.process().resume()

    def take_away(self) -> None:
        """Kill it together with its keeper, so that it stays away."""
        server = self.process()
        keeper = server.parent()
        assert keeper is not None and "portal.sandbox.keeper" in keeper.cmdline()
        keeper.kill()
        server.kill()
        psutil.wait_procs([keeper, server], timeout=10)

    def bring_back(self) -> None:
        """Have it again, at the same address."""
        self.leave()
        self.holder, url = self._hold()
        assert url == self.url

    def leave(self) -> None:
        """Let go of it."""
        self.holder.kill()
        self.holder.communicate()


def _parent_of(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:  # it ended while it was looked at
        return None


def _works_in(process: psutil.Process, folder: str) -> bool:
    try:
        return process.cwd() == folder
    except psutil.Error:
        return False


@contextmanager
def own_server(kind: str) -> Iterator[OwnServer]:
    """A server in a folder of its own; both are gone afterwards."""
    # Not pytest's folder, which is closed to the user that PostgreSQL runs as.
    with TemporaryDirectory() as name:
        server = OwnServer(kind, Path(name).resolve() / kind)
        try:
            yield server
        finally:
            with suppress(psutil.Error):
                for process in server._processes():  # frozen ones don't hear a polite word
                    process.resume()
            server.leave()
            eventually(lambda: not server._processes())


@contextmanager
def celery(*arguments: str, environment: Mapping[str, str]) -> Iterator[psutil.Popen]:
    """A Celery worker or beat; killed afterwards with all its children.

    As the Procfile has it, one that dies is started again: when Redis dies while a worker has
    something unacknowledged in its hands, the worker gives up.
    """
    with TemporaryFile() as log:
        process = psutil.Popen(
            ["sh", "-c", UNTIL_IT_ENDS_IN_ORDER, sys.executable, *arguments],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            family = [process, *process.children(recursive=True)]
            for one in family:
                with suppress(psutil.Error):
                    one.kill()
            psutil.wait_procs(family, timeout=10)
            log.seek(0)
            print(log.read()[-3_000:].decode(errors="replace"))  # pytest shows it if a test failed
