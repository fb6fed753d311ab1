"""The market monitor: what the jobs did, and the handles on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from marketplace.common.nudges import Job
from marketplace.trading.models import JobRun
from portal.web.staff.monitor import JOBS
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db

PATH = "/staff/monitor/"


@pytest.fixture(name="task")
def _task() -> PeriodicTask:
    every_minute = CrontabSchedule.objects.create(minute="*")
    return PeriodicTask.objects.create(
        name=Job.MATCH_OFFERS.value, task=Job.MATCH_OFFERS.value, crontab=every_minute
    )


def _act(client: Client, act: str, **values: object) -> int:
    data = {"job": Job.MATCH_OFFERS.value, "act": act} | values
    return client.post(PATH, data).status_code


def test_every_job_of_the_market_is_on_the_page(staff_client: Client) -> None:
    assert set(JOBS) == set(Job)
    page = staff_client.get(PATH).content.decode()
    assert all(f'id="job-{job.value}"' in page for job in Job)


def test_a_jobs_runs_are_shown_by_slot(staff_client: Client) -> None:
    now = timezone.now()
    for shard in (0, 1):
        JobRun.objects.create(
            job=Job.MATCH_OFFERS.value,
            slot="s",
            shard=shard,
            shards=2,
            status=JobRun.Status.FINISHED,
            at=now,
            started_at=now,
            finished_at=now + timedelta(milliseconds=321),
            handled=1_500,
        )

    page = staff_client.get(PATH).content.decode()

    assert "3,000" in page and "321 ms" in page and "2/2" in page


def test_what_failed_is_shown_as_text(staff_client: Client) -> None:
    now = timezone.now()
    JobRun.objects.create(
        job=Job.RESTOCK_SHOWROOMS.value,
        slot="s",
        status=JobRun.Status.FAILED,
        at=now,
        started_at=now,
        finished_at=now,
        report={"error": "<script>Boom</script>"},
    )

    page = staff_client.get(PATH).content.decode()

    assert "&lt;script&gt;Boom" in page and "<script>Boom" not in page


def test_run_now_rings_for_the_job_after_commit(
    staff_client: Client,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert _act(staff_client, "run") == 303
        assert not rung

    assert rung == ["match-offers"]


def test_a_job_is_paused_and_resumed_and_beat_is_told(
    staff_client: Client, task: PeriodicTask
) -> None:
    before = PeriodicTasks.last_change()

    assert _act(staff_client, "pause") == 303
    task.refresh_from_db()
    assert not task.enabled and PeriodicTasks.last_change() > before
    assert "Paused" in staff_client.get(PATH).content.decode()

    assert _act(staff_client, "resume") == 303
    task.refresh_from_db()
    assert task.enabled


def test_a_job_gets_another_interval(staff_client: Client, task: PeriodicTask) -> None:
    assert _act(staff_client, "interval", every="90", period="seconds") == 303

    task.refresh_from_db()
    assert (task.interval.every, task.interval.period, task.crontab) == (90, "seconds", None)
    assert "every 90 seconds" in staff_client.get(PATH).content.decode()


@pytest.mark.parametrize("every", ["", "0", "-1", "1001", "abc", "1e3", "9" * 50, "1\x00"])
def test_an_interval_that_makes_no_sense_is_a_422_at_its_field(
    staff_client: Client, task: PeriodicTask, ask_partial: Ask, every: str
) -> None:
    data = {"job": "match-offers", "act": "interval", "every": every, "period": "minutes"}

    answer = ask_partial(staff_client, PATH, "jobs", data=data)

    task.refresh_from_db()
    assert answer.status_code == 422 and task.interval is None
    assert answer.content.decode().count('aria-invalid="true"') == 1
    assert b"field-error" in answer.content


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"job": "match-offers"},
        {"job": "no-such-job", "act": "run"},
        {"job": "match-offers", "act": "explode"},
        {"job": "match-offers\x00", "act": "run"},
        {"job": "match-offers", "act": "interval", "every": "5", "period": "solar"},
    ],
)
def test_an_act_that_is_unknown_is_a_422(
    staff_client: Client, task: PeriodicTask, data: dict[str, str]
) -> None:
    assert staff_client.post(PATH, data).status_code == 422
    task.refresh_from_db()
    assert task.enabled and task.interval is None


def test_a_job_that_is_not_in_the_timetable_cannot_be_paused(staff_client: Client) -> None:
    answer = staff_client.post(PATH, {"job": "match-offers", "act": "pause"})
    assert answer.status_code == 422 and "not in the timetable" in answer.content.decode()


@pytest.mark.usefixtures("task")
def test_nobody_else_can_look_or_act(client: Client, customer_client: Client) -> None:
    assert customer_client.get(PATH).status_code == 404
    assert _act(customer_client, "pause") == 404
    assert client.get(PATH)["Location"] == "/log-in/?next=/staff/monitor/"
    assert _act(client, "pause") == 302
    assert PeriodicTask.objects.get(task="match-offers").enabled


@pytest.mark.parametrize("size", [1, 40])
def test_the_page_costs_the_same_whatever_the_size(
    staff_client: Client,
    task: PeriodicTask,
    django_assert_num_queries: DjangoAssertNumQueries,
    size: int,
) -> None:
    now = timezone.now()
    for number in range(size):
        JobRun.objects.create(job=task.task, slot=str(number), at=now, started_at=now)
    with django_assert_num_queries(8):
        staff_client.get(PATH)
