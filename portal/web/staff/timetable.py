"""The timetable that beat follows, as rows that staff can change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from marketplace.common.acts import act
from marketplace.common.errors import MarketplaceError
from marketplace.common.nudges import Job, nudge

PERIODS = {
    IntervalSchedule.SECONDS: _("seconds"),
    IntervalSchedule.MINUTES: _("minutes"),
    IntervalSchedule.HOURS: _("hours"),
}


class NotInTimetable(MarketplaceError):
    """Beat has not written the job into the timetable yet."""

    code = "not_in_timetable"
    message = _(
        "The job is not in the timetable yet: the scheduler writes it there when it starts."
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A job's line of the timetable. `next_at` is None while it is paused."""

    job: Job
    every: str
    is_enabled: bool
    next_at: datetime | None


def timetable(*, at: datetime) -> dict[Job, Entry]:
    """The jobs that are in the timetable, in one query."""
    tasks = PeriodicTask.objects.filter(task__in=[job.value for job in Job]).select_related(
        "interval", "crontab"
    )
    return {Job(task.task): _entry(task, at) for task in tasks.order_by("-pk")}


def run_now(*, job: Job) -> None:
    """Ring for the job; a worker takes it as soon as one is free, even if the job is paused."""
    nudge(job)


def pause(*, job: Job) -> None:
    """Let the timetable pass the job over until it is resumed."""
    _change(job, enabled=False)


def resume(*, job: Job) -> None:
    """Let the timetable start the job again."""
    _change(job, enabled=True)


@act
def run_every(*, job: Job, every: int, period: str) -> None:
    """Start the job at another interval from now on."""
    interval, _created = IntervalSchedule.objects.get_or_create(every=every, period=period)
    _change(job, interval=interval, crontab=None)


@act
def _change(job: Job, **values: object) -> None:
    task = PeriodicTask.objects.select_for_update().filter(task=job.value).order_by("pk").first()
    if task is None:
        raise NotInTimetable()
    for name, value in values.items():
        setattr(task, name, value)
    task.save()  # which also tells beat that the timetable has changed


def _entry(task: PeriodicTask, at: datetime) -> Entry:
    schedule = task.schedule
    next_at = None
    if task.enabled:
        due, in_seconds = schedule.is_due(task.last_run_at or task.date_changed)
        next_at = at if due else at + timedelta(seconds=ceil(in_seconds))
    return Entry(Job(task.task), _in_words(task), task.enabled, next_at)


def _in_words(task: PeriodicTask) -> str:
    """When the job starts: the usual patterns of a crontab in words, any other as it stands."""
    if task.interval:
        return _every(task.interval.every, task.interval.period)
    crontab = task.crontab
    rest = (crontab.day_of_week, crontab.day_of_month, crontab.month_of_year)
    minute, hour = crontab.minute, crontab.hour
    if rest == ("*", "*", "*"):
        if hour == "*" and minute == "*":
            return _every(1, IntervalSchedule.MINUTES)
        if hour == "*" and minute.startswith("*/"):
            return _every(int(minute[2:]), IntervalSchedule.MINUTES)
        if hour == "*" and minute.isdigit():
            return str(_("hourly at :%(minute)02d")) % {"minute": int(minute)}
        if hour.isdigit() and minute.isdigit():
            return str(_("daily at %(hour)02d:%(minute)02d UTC")) % {
                "hour": int(hour),
                "minute": int(minute),
            }
    return f"{minute} {hour} {' '.join(rest)}"


def _every(count: int, period: str) -> str:
    texts = {
        IntervalSchedule.SECONDS: ngettext("every second", "every %(count)s seconds", count),
        IntervalSchedule.MINUTES: ngettext("every minute", "every %(count)s minutes", count),
        IntervalSchedule.HOURS: ngettext("every hour", "every %(count)s hours", count),
        IntervalSchedule.DAYS: ngettext("every day", "every %(count)s days", count),
    }
    return texts.get(period, f"%(count)s {period}") % {"count": count}
