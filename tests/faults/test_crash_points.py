"""A job killed at any of its places: what is there is the state before or after, and the next slot
does the work."""

from __future__ import annotations

import pkgutil
import signal
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

import marketplace
from marketplace.common.crashes import ARMED, crash_points
from marketplace.common.nudges import Job
from marketplace.trading.models import JobRun
from tests.conftest import prove
from tests.faults.acting import AT, build_market, run_whole
from tests.faults.processes import Actor, surroundings, url_of_the_tests_database
from tests.market import picture

#: Whose places they are, by how their names begin. A place that is nobody's fails its test.
JOBS = {
    "match": Job.MATCH_OFFERS,
    "restock": Job.RESTOCK_SHOWROOMS,
    "review": Job.REVIEW_SUPPLIERS,
    "assort": Job.FIND_ASSORTMENTS,
    "expire": Job.EXPIRE_OFFERS,
    "emails": Job.SEND_EMAILS,
}

#: A sender that died keeps its claim on an e-mail for a while.
PAUSES = {Job.SEND_EMAILS: timedelta(hours=1)}


def every_place() -> list[str]:
    """The places that all services of all rooms have registered."""
    for module in pkgutil.walk_packages(marketplace.__path__, "marketplace."):
        if ".services" in module.name:
            import_module(module.name)
    return crash_points()


@cache
def undisturbed(job: Job) -> dict[str, Any]:
    """The market after a run that nobody disturbed; the database is empty afterwards."""
    build_market()
    run_whole(job, "s1", AT.isoformat())
    after = picture()
    call_command("flush", verbosity=0, interactive=False)
    return after


@pytest.mark.parametrize("place", every_place())
def test_a_job_killed_anywhere_is_done_once_by_the_next_slot(place: str, audit_clean: None) -> None:
    job = JOBS[place.replace(".", ":").partition(":")[0]]
    expected = undisturbed(job)
    build_market()
    before = picture()

    assert killed_at(place, job, AT) == -signal.SIGKILL
    prove()
    between = picture()
    if job is not Job.SEND_EMAILS:
        assert between == before
    assert between != expected

    later = (AT + PAUSES.get(job, timedelta(0))).isoformat()
    run_whole(job, "s2", later)
    assert picture() == expected
    run_whole(job, "s1", later)
    run_whole(job, "s3", later)
    assert picture() == expected


def killed_at(place: str, job: Job, at: datetime) -> int:
    """Run the job in a process that dies at the place; returns how it ended."""
    armed = surroundings(url_of_the_tests_database(), settings.REDIS_URL, **{ARMED: place})
    process = Actor(armed)
    process.ask("run", job=job.value, slot="s1", at=at)
    return process.end()


def test_a_place_that_nobody_registered_is_a_bug() -> None:
    with pytest.raises(LookupError):
        import_module("marketplace.common.crashes").crash_point("nowhere")


@pytest.mark.parametrize(
    ("job", "stands"), [(Job.MATCH_OFFERS, False), (Job.RESTOCK_SHOWROOMS, True)]
)
def test_a_claim_stands_or_falls_with_what_it_was_made_for(
    job: Job, stands: bool, audit_clean: None
) -> None:
    build_market()
    place = {Job.MATCH_OFFERS: "match:paid", Job.RESTOCK_SHOWROOMS: "restock:paid"}[job]

    killed_at(place, job, AT)

    assert JobRun.objects.filter(job=job.value, slot="s1", status="started").exists() is stands
