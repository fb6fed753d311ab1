"""The jobs, for staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from marketplace.common.nudges import Job
from marketplace.trading.models import JobRun
from tests.marketplace.factories import make_superuser

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


@pytest.mark.django_db
def test_staff_sees_every_job_with_its_latest_slots(ask: Ask) -> None:
    now = timezone.now()
    JobRun.objects.create(
        job="match-offers", slot="a", at=now, started_at=now, finished_at=now, status="finished",
        handled=7,
    )  # fmt: skip
    jobs = {job["name"]: job for job in ask(make_superuser()).get("/api/jobs/").json()}
    assert set(jobs) == {job.value for job in Job}
    slot = jobs["match-offers"]["slots"][0]
    assert (slot["slot"], slot["status"], slot["handled"]) == ("a", "finished", 7)
    assert slot["started_at"].endswith("Z")
    one = ask(make_superuser()).get("/api/jobs/match-offers/").json()
    assert one == jobs["match-offers"]


@pytest.mark.django_db(transaction=True)
def test_staff_rings_for_a_job(ask: Ask, rung: list[str]) -> None:
    answer = ask(make_superuser()).post("/api/jobs/match-offers/run/")
    assert (answer.status_code, answer.json()["name"]) == (202, "match-offers")
    assert rung == ["match-offers"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["no-such-job", "MATCH", "match_offers"])
def test_there_is_no_other_job(ask: Ask, problem: Read, rung: list[str], name: str) -> None:
    client = ask(make_superuser())
    assert problem(client.get(f"/api/jobs/{name}/"))[0] == 404
    assert problem(client.post(f"/api/jobs/{name}/run/"))[0] == 404
    assert rung == []
