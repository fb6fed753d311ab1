"""The jobs by name: what each runs over, and what becomes of one that fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from marketplace.accounts.services import forget_ended_sessions
from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE, Shard, shards
from marketplace.notices.services import send_due_emails
from marketplace.receipts.services import forget_old as forget_old_receipts
from marketplace.trading.models import JobRun
from marketplace.trading.selectors.auditing import audit
from marketplace.trading.selectors.book import shards_with_work
from marketplace.trading.services.assortments import find_assortments
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import expire_offers
from marketplace.trading.services.profiles import derive_profiles
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from marketplace.trading.services.runs import begin_run, finish_run, record_failure

logger = logging.getLogger(__name__)

#: How long a run that did nothing is remembered.
IDLE_RUNS_ARE_KEPT = timedelta(days=14)


def expire(*, shard: Shard, slot: str, at: datetime) -> object:
    """End the offers whose time is over, of all shards at once."""
    del shard
    return expire_offers(slot=slot, at=at)


def derive(*, shard: Shard, slot: str, at: datetime) -> object:
    """Derive the customers' profiles, of all shards at once."""
    del shard
    return derive_profiles(slot=slot, at=at)


def audit_market(*, shard: Shard, slot: str, at: datetime) -> int:
    """Prove the invariants and note every one that is violated; returns how many are."""
    run = begin_run(Job.AUDIT_MARKET, shard, slot, at)
    if run is None:
        return 0
    results = audit()
    violated = [result for result in results if result.violations]
    for result in violated:
        extra = {
            "invariant": result.id,
            "violations": result.violations,
            "examples": result.examples,
        }
        logger.error("invariant violated", extra=extra)
    run.handled, run.failed = len(results), len(violated)
    run.report = {result.id: result.violations for result in results}
    finish_run(run)
    return len(violated)


def send_emails(*, shard: Shard, slot: str, at: datetime) -> int:
    """Send the e-mails that are due; a run that found none leaves no trace. Returns how many went."""
    started_at = timezone.now()
    report = send_due_emails(at=at)
    tried = report.sent + report.failed + report.given_up
    run = begin_run(Job.SEND_EMAILS, shard, slot, at, started_at) if tried else None
    if run is not None:
        run.handled, run.failed = report.sent, report.failed + report.given_up
        finish_run(run)
    return report.sent


def forget_what_is_over(*, shard: Shard, slot: str, at: datetime) -> int:
    """Forget receipts and sessions whose time is over, and old runs that changed nothing.

    No deal and no decision points to such a run. Returns how many runs were forgotten.
    """
    del shard, slot
    forget_old_receipts(at=at)
    forget_ended_sessions(at=at)
    idle = JobRun.objects.filter(
        started_at__lt=at - IDLE_RUNS_ARE_KEPT, handled=0, failed=0, decisions=None
    )
    forgotten, _by_model = idle.delete()
    return forgotten


#: What runs a job over a shard, safe to call twice or twice at once.
WORK: Mapping[Job, Callable[..., object]] = {
    Job.MATCH_OFFERS: match_offers,
    Job.RESTOCK_SHOWROOMS: restock_showrooms,
    Job.REVIEW_SUPPLIERS: review_suppliers,
    Job.FIND_ASSORTMENTS: find_assortments,
    Job.EXPIRE_OFFERS: expire,
    Job.DERIVE_PROFILES: derive,
    Job.AUDIT_MARKET: audit_market,
    Job.SEND_EMAILS: send_emails,
    Job.FORGET_IDLE_RUNS: forget_what_is_over,
}

_DIVIDED = frozenset({Job.RESTOCK_SHOWROOMS, Job.REVIEW_SUPPLIERS, Job.FIND_ASSORTMENTS})


def shards_of(job: Job, *, slot: str, at: datetime) -> list[Shard]:
    """The shares into which a run of the job falls now.

    Matching that has nothing to match falls into none, and only that is noted.
    """
    if job in _DIVIDED:
        return shards(settings.TRADING_SHARDS)
    if job is not Job.MATCH_OFFERS:
        return [WHOLE]
    busy = shards_with_work(settings.TRADING_SHARDS, at)
    if not busy:
        run = begin_run(job, WHOLE, slot, at)
        if run is not None:
            finish_run(run)
    return busy


def run_shard(job: Job, shard: Shard, *, slot: str, at: datetime) -> object:
    """Run one share of a job; a failure is noted for people to see and raised again."""
    try:
        return WORK[job](shard=shard, slot=slot, at=at)
    except Exception as error:
        with suppress(DatabaseError):
            record_failure(job, shard, slot, at, error)
        raise


def run_job(job: Job, *, slot: str, at: datetime) -> list[object]:
    """Run all shares of a job here and now, one after the other; returns their reports."""
    return [run_shard(job, shard, slot=slot, at=at) for shard in shards_of(job, slot=slot, at=at)]
