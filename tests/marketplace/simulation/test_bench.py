"""`manage.py bench`, at sizes that tell nothing about speed and everything about the rest."""

from __future__ import annotations

import json
import os
import sys
from subprocess import PIPE, Popen
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from marketplace.parties.models import Party
from marketplace.simulation.services.benches.databases import scratch
from tests.faults import processes

TINY = {
    "offers": 40, "showrooms": 4, "models": 10, "customers": 12, "suppliers": 3, "lines": 5,
    "old_deals": 30, "rounds": 1,
}  # fmt: skip
KEYS = {
    "bench", "offers", "showrooms", "models", "customers", "suppliers", "lines", "deals", "workers",
    "rounds", "job_s", "floor_s", "score", "statements", "empty_ms", "peak_rss_mb", "bytes_per_offer",
    "violations", "fsync", "synchronous_commit",
}  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)


#: What a process runs: the bench as people do, or with an audit that finds something.
AS_PEOPLE_DO = (
    "from django.core.management import execute_from_command_line as run; import sys; run(sys.argv)"
)
VIOLATED = (
    "import django; django.setup();"
    "from marketplace.simulation.services.benches import rounds;"
    "from marketplace.trading.selectors.auditing import InvariantResult as R;"
    "rounds.audit = lambda: [R('M2', 'All accounts sum to zero.', 1, ('all accounts: 1',), 0.0)];"
) + AS_PEOPLE_DO


def bench(name: str, *flags: str, program: str = AS_PEOPLE_DO, code: int = 0) -> dict[str, Any]:
    """The figures that a bench prints, run in a process of its own: it forks, and makes databases."""
    sizes = [f"--{size.replace('_', '-')}={number}" for size, number in TINY.items()]
    with Popen(
        [sys.executable, "-c", program, "bench", name, "--json", *sizes, *flags],
        env=os.environ
        | {
            "DATABASE_URL": processes.url_of_the_tests_database(),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        },
        stdout=PIPE,
        text=True,
    ) as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == code
    assert databases_of(process.pid) == []
    found: dict[str, Any] = json.loads(output)
    return found


def databases_of(pid: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"bench_{pid}%"])
        return [name for (name,) in cursor.fetchall()]


def test_match_is_measured_against_its_floor_and_leaves_nothing_behind() -> None:
    found = bench("match")
    assert found.keys() >= KEYS
    assert (found["bench"], found["offers"], found["workers"]) == ("match", 40, 1)
    assert found["deals"] == 19
    assert found["violations"] == 0
    assert found["score"] == pytest.approx(found["floor_s"] / found["job_s"], abs=0.05)
    assert found["statements"] > 0 and found["empty_ms"] > 0 and found["peak_rss_mb"] > 0
    assert not Party.objects.exists()


def test_two_workers_share_a_restock() -> None:
    found = bench("restock", "--workers=2")
    assert (found["workers"], found["deals"], found["handled"]) == (2, 5, 12)
    assert found["violations"] == 0
    assert found["statements"] > 0


def test_review_decides_about_every_line() -> None:
    found = bench("review")
    assert found["handled"] == TINY["showrooms"] * TINY["lines"]
    assert found["deals"] == 0
    assert found["empty_ms"] is None
    assert found["violations"] == 0


def test_a_violated_invariant_voids_the_figures() -> None:
    found = bench("match", "--buyers", program=VIOLATED, code=1)

    assert found["violations"] == 2
    assert found["complaints"] == ["job: M2: all accounts: 1"] * 2
    assert found["buyer"]["acts"] >= 0 and found["floor_s"] is None


def test_an_interrupted_bench_drops_its_databases() -> None:
    home = connection.settings_dict["NAME"]
    with pytest.raises(KeyboardInterrupt), scratch() as databases, databases.seed():
        assert len(databases_of(os.getpid())) == 1
        raise KeyboardInterrupt
    assert databases_of(os.getpid()) == []
    assert connection.settings_dict["NAME"] == home


def test_more_lines_than_models_are_refused() -> None:
    with pytest.raises(CommandError, match="lines"):
        call_command("bench", "match", lines=20, models=10)
