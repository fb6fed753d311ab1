"""The Celery app and its default timetable.

The timekeeper (portal.jobs.timetable) writes it into the database once, where staff can change an
interval or pause a job; what they changed stays.
"""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

from marketplace.common.nudges import Job

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.jobs"], related_name="tasks")

#: Every scheduled job: when, and under which name. Times are UTC.
TIMETABLE: dict[Job, object] = {
    Job.MATCH_OFFERS: crontab(),
    Job.EXPIRE_OFFERS: crontab(minute="*/5"),
    Job.RESTOCK_SHOWROOMS: crontab(minute="*/10"),
    Job.FIND_ASSORTMENTS: crontab(minute=5),
    Job.REVIEW_SUPPLIERS: crontab(minute=15),
    Job.DERIVE_PROFILES: crontab(minute=25),
    Job.AUDIT_MARKET: crontab(hour=3, minute=40),
    Job.FORGET_IDLE_RUNS: crontab(hour=4, minute=10),
    Job.SEND_EMAILS: 30.0,
    Job.BRING_VISITORS: crontab(),
}

app.conf.beat_schedule = {
    job.value: {"task": job.value, "schedule": schedule} for job, schedule in TIMETABLE.items()
}
