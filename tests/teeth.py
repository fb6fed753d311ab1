"""Removes the guards one by one from a copy of the tree, and sees a test go red for each.

python -m tests.teeth [-k TEXT …] [--list] [--write] [--jobs N]

Nothing is done to the checkout, but for `--write`, which writes tests/GUARDS.md. The tests run in
databases of their own on the test's PostgreSQL, which are dropped afterwards.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

import psycopg2

from portal.sandbox import postgres, redis
from tests.guards import CONSTRAINT_TEST, CONSTRAINTS_BY_FILE, GUARDS, as_page

PROJECT = Path(__file__).resolve().parents[1]

#: A test that hangs without its guard is red, too.
PATIENCE_S = 120

LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".pipenv",
    ".env",
    "var",
    "node_modules",
    "staticfiles",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
)

#: Added to a migration: the same without some constraints.
WITHOUT = """

def _without(names):
    for operation in Migration.operations:
        options = getattr(operation, "options", {})
        if "constraints" in options:
            options["constraints"] = [one for one in options["constraints"] if one.name not in names]
    return [
        operation
        for operation in Migration.operations
        if getattr(getattr(operation, "constraint", None), "name", None) not in names
    ]


Migration.operations = _without(%r)
"""


@dataclass(frozen=True)
class Removal:
    """A change of one file, and the tests that have to go red of it, every one."""

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What came of a removal; no complaint means that the guard has teeth."""

    removal: Removal
    complaint: str


class Bench:
    """A copy of the tree with a database of its own, on which one removal after the other is tried."""

    def __init__(self, folder: Path, number: int, database_url: str, redis_url: str) -> None:
        self.tree = folder / f"tree{number}"
        shutil.copytree(PROJECT, self.tree, ignore=LEFT_OUT)
        server, _, _ = database_url.rpartition("/")
        self.name = f"teeth_{os.getpid()}_{number}"
        self.server = server
        self.environment = os.environ | {
            "FORECOURT_ENV": "test",
            "DATABASE_URL": f"{server}/{self.name}",
            "REDIS_URL": redis_url,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.fresh = True

    def try_out(self, removal: Removal) -> Verdict:
        """Remove, run the tests, put back."""
        path = self.tree / removal.file
        before = path.read_text()
        if before.count(removal.text) != 1:
            return Verdict(removal, "the guard does not stand there once")
        path.write_text(before.replace(removal.text, removal.instead))
        in_database = "/migrations/" in removal.file
        try:
            output = self.run(removal.tests, anew=in_database)
        finally:
            path.write_text(before)
            self.fresh = self.fresh or in_database
        return Verdict(removal, _complaint(output, removal.tests))

    def run(self, tests: Iterable[str], *, anew: bool = False) -> str:
        """The report of the tests, or nothing if they hung."""
        database = "--create-db" if anew or self.fresh else "--reuse-db"
        self.fresh = False
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-rA", "--tb=line", database]
        try:
            return subprocess.run(
                [*command, "-p", "no:cacheprovider", "--show-capture=no", *tests],
                cwd=self.tree,
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            ).stdout
        except subprocess.TimeoutExpired:
            self.fresh = True
            return ""

    def leave(self) -> None:
        """Drop the database."""
        with closing(psycopg2.connect(f"{self.server}/postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "test_{self.name}" WITH (FORCE)')


def _complaint(output: str, tests: Sequence[str]) -> str:
    """What is wrong with the report of tests that had to go red, each or some case of it."""
    if not output:
        return ""
    red = set(re.findall(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - .*)?$", output, re.MULTILINE))
    ran = red | set(re.findall(r"^PASSED (\S+::.+)$", output, re.MULTILINE))
    for test in tests:
        cases = {one for one in ran if one == test or one.startswith(f"{test}[")}
        if not cases:
            return f"{test} did not run: {output.strip().splitlines()[-1]}"
        if not cases & red:
            return f"{test} stays green"
    return ""


def removals(wanted: Sequence[str]) -> list[Removal]:
    """Everything that can be removed, or what has one of the texts in its name."""
    found = [
        Removal(one.name, one.file, one.text, one.instead, one.tests)
        for one in GUARDS
        if _is_wanted(one.name, wanted)
    ]
    for file, names in CONSTRAINTS_BY_FILE.items():
        some = tuple(name for name in names if _is_wanted(name, wanted))
        if some:
            end = "\n".join((PROJECT / file).read_text().rstrip().splitlines()[-3:])
            tests = tuple(f"{CONSTRAINT_TEST}[{name}]" for name in some)
            found.append(Removal(", ".join(some), file, end, end + WITHOUT % (some,), tests))
    return found


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(text in name for text in wanted)


def addresses() -> tuple[str, str]:
    """Where the tests' PostgreSQL and Redis are."""
    var = PROJECT / "var"
    return (
        os.environ.get("DATABASE_URL")
        or postgres.database_url(var / "test-postgres", options=postgres.NOT_DURABLE),
        os.environ.get("REDIS_URL") or redis.redis_url(var / "test-redis"),
    )


def main() -> int:
    """Remove what was asked for; 1 if a guard has no teeth."""
    parser = argparse.ArgumentParser(prog="python -m tests.teeth", description=__doc__)
    parser.add_argument("-k", nargs="+", default=[], metavar="TEXT", help="guards named like this")
    parser.add_argument("--list", action="store_true", help="name the guards")
    parser.add_argument("--write", action="store_true", help="write tests/GUARDS.md")
    parser.add_argument("--jobs", type=int, default=2, help="so many at once")
    asked = parser.parse_args()
    if asked.write:
        (PROJECT / "tests/GUARDS.md").write_text(as_page())
        return 0
    chosen = removals(asked.k)
    if asked.list:
        print(*(one.name for one in chosen), sep="\n")
        return 0
    return _prove(chosen, asked.jobs)


def _prove(chosen: Sequence[Removal], jobs: int) -> int:
    database_url, redis_url = addresses()
    with TemporaryDirectory() as folder:
        benches = [Bench(Path(folder), number, database_url, redis_url) for number in range(jobs)]
        try:
            tests = sorted({test for one in chosen for test in one.tests})
            untouched = benches[0].run(tests)
            red = re.findall(r"^(?:FAILED|ERROR) .*", untouched, re.MULTILINE)
            if red or " passed" not in untouched:
                print(
                    "Red before anything was removed:", *(red or [untouched[-2_000:]]), sep="\n  "
                )
                return 1
            return _try_all(chosen, benches)
        finally:
            for bench in benches:
                bench.leave()


def _try_all(chosen: Sequence[Removal], benches: Sequence[Bench]) -> int:
    free: Queue[Bench] = Queue()
    for bench in benches:
        free.put(bench)

    def on_a_free_bench(removal: Removal) -> Verdict:
        bench = free.get()
        try:
            return bench.try_out(removal)
        finally:
            free.put(bench)

    toothless = 0
    with ThreadPoolExecutor(len(benches)) as pool:
        for verdict in pool.map(on_a_free_bench, chosen):
            toothless += bool(verdict.complaint)
            mark = "NO TEETH" if verdict.complaint else "ok      "
            print(f"{mark}  {verdict.removal.name}  {verdict.complaint}".rstrip(), flush=True)
    print(f"{len(chosen) - toothless} of {len(chosen)} bite.")
    return int(toothless > 0)


if __name__ == "__main__":
    sys.exit(main())
