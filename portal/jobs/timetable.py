"""The timekeeper: beat reads the timetable from the database, where staff may change it."""

from __future__ import annotations

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler


class Timekeeper(DatabaseScheduler):  # type: ignore[misc]  # comes without types
    """Writes the default timetable once; an interval that staff changed outlives every restart."""

    def setup_schedule(self) -> None:
        """Add the jobs that the database does not know yet."""
        known = set(PeriodicTask.objects.values_list("name", flat=True))
        missing = {
            name: entry for name, entry in self.app.conf.beat_schedule.items() if name not in known
        }
        self.update_from_dict(missing)
