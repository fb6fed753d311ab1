"""What is scheduled is what workers know, and what staff changed stays."""

from __future__ import annotations

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from marketplace.common.nudges import Job
from portal.celery import TIMETABLE, app
from portal.jobs.timetable import Timekeeper

pytestmark = pytest.mark.django_db(transaction=True)


def start_beat() -> None:
    Timekeeper(app=app, lazy=True).setup_schedule()


def test_every_scheduled_name_is_a_registered_task():
    app.loader.import_default_modules()

    names = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert names <= set(app.tasks)
    assert names == {job.value for job in TIMETABLE}


def test_every_job_is_on_the_timetable():
    assert set(TIMETABLE) == set(Job)


def test_beat_writes_the_timetable_into_the_database():
    start_beat()

    assert set(PeriodicTask.objects.values_list("name", flat=True)) == {job.value for job in Job}
    restock = PeriodicTask.objects.get(name=Job.RESTOCK_SHOWROOMS)
    assert restock.crontab.minute == "*/10"


def test_an_interval_that_staff_changed_and_a_pause_outlive_a_restart():
    start_beat()
    every_five = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(name=Job.MATCH_OFFERS).update(
        crontab=None, interval=every_five, enabled=False
    )

    start_beat()

    task = PeriodicTask.objects.get(name=Job.MATCH_OFFERS)
    assert (task.interval_id, task.crontab_id, task.enabled) == (every_five.pk, None, False)
