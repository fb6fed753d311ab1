"""`manage.py bench`, at sizes that tell nothing about speed and everything about the rest."""

from __future__ import annotations

import json
import os
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from marketplace.parties.models import Party
from marketplace.pricing.models import Listing
from marketplace.simulation.services.benches import rounds

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


def bench(name: str, **options: Any) -> dict[str, Any]:
    output = StringIO()
    call_command("bench", name, json=True, stdout=output, **TINY | options)
    found: dict[str, Any] = json.loads(output.getvalue())
    return found


def databases_of_this_bench() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"bench_{os.getpid()}%"]
        )
        return [name for (name,) in cursor.fetchall()]


def test_match_is_measured_against_its_floor_and_leaves_nothing_behind() -> None:
    found = bench("match")
    assert found.keys() >= KEYS
    assert (found["bench"], found["offers"], found["workers"]) == ("match", 40, 1)
    assert found["deals"] == 38
    assert found["violations"] == 0
    assert found["score"] == pytest.approx(found["floor_s"] / found["job_s"], abs=0.05)
    assert found["statements"] > 0 and found["empty_ms"] > 0 and found["peak_rss_mb"] > 0
    assert databases_of_this_bench() == []
    assert not Party.objects.exists()
