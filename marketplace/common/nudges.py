"""The bell: services ring for a job by name after commit. A lost nudge costs a delay, never a deal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from time import monotonic

from celery import current_app
from django.db import transaction
from django.utils import timezone

logger = logging.getLogger(__name__)

_silent: ContextVar[bool] = ContextVar("nudges_are_silent", default=False)


class Job(StrEnum):
    """Every job of the market, by the name under which it is scheduled, registered and recorded."""

    MATCH_OFFERS = "match-offers"
    EXPIRE_OFFERS = "expire-offers"
    FIND_ASSORTMENTS = "find-assortments"
    RESTOCK_SHOWROOMS = "restock-showrooms"
    REVIEW_SUPPLIERS = "review-suppliers"
    DERIVE_PROFILES = "derive-profiles"
    SEND_EMAILS = "send-emails"
    AUDIT_MARKET = "audit-market"
    FORGET_IDLE_RUNS = "forget-idle-runs"
    BRING_VISITORS = "bring-visitors"


@contextmanager
def silence() -> Iterator[None]:
    """Ring no bells inside, as when the market is run forward in virtual time."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def nudge(job: Job) -> None:
    """Ask for a run of the job as soon as the current transaction is committed.

    A run that begins after the nudge makes it void, so a thousand nudges cost one run.
    """
    if not _silent.get():
        transaction.on_commit(lambda: _bell.ring(job), robust=True)


class _Bell:
    """Rings without making anybody wait twice for a broker that does not answer."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def ring(self, job: Job) -> None:
        """Publish the nudge; one that failed keeps the bell still for a while."""
        if monotonic() < self._silent_until:
            return
        try:
            current_app.send_task(
                job.value,
                kwargs={"nudged_at": timezone.now().isoformat()},
                retry=False,
                ignore_result=True,
            )
        # Whatever is wrong with the broker, the timetable will do the work.
        except Exception as error:  # pylint: disable=broad-exception-caught
            self._silent_until = monotonic() + _STILL_AFTER_A_FAILURE_S
            logger.warning("nudge lost", extra={"job": job.value, "error": repr(error)})


_STILL_AFTER_A_FAILURE_S = 5.0

_bell = _Bell()
