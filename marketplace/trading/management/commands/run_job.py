"""Run a job here and now, or see what it would do."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.common.money import grouped_text
from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE
from marketplace.parties.models import Showroom
from marketplace.trading.selectors.people import names_of_car_models, names_of_parties
from marketplace.trading.selectors.previews import match_preview, restock_preview, review_preview
from marketplace.trading.services.jobs import WORK, run_job
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers

#: Short names for the jobs that people run by hand most.
NAMES = {
    "match": Job.MATCH_OFFERS,
    "restock": Job.RESTOCK_SHOWROOMS,
    "review": Job.REVIEW_SUPPLIERS,
    "expire": Job.EXPIRE_OFFERS,
    "assort": Job.FIND_ASSORTMENTS,
    "profiles": Job.DERIVE_PROFILES,
    "emails": Job.SEND_EMAILS,
    "audit": Job.AUDIT_MARKET,
} | {job.value: job for job in WORK}

_OF_A_SHOWROOM = {
    Job.RESTOCK_SHOWROOMS: restock_showrooms,
    Job.REVIEW_SUPPLIERS: review_suppliers,
}
_PREVIEWED = (Job.MATCH_OFFERS, Job.RESTOCK_SHOWROOMS, Job.REVIEW_SUPPLIERS)


class Command(BaseCommand):
    """`manage.py run_job match|restock|review|… [--preview] [--showroom ID]`."""

    help = "Run a job of the market here and now, or see what it would do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The job, and whether only to look."""
        parser.add_argument(
            "job", choices=sorted(NAMES), metavar="JOB", help=", ".join(sorted(NAMES))
        )
        parser.add_argument("--preview", action="store_true", help="show the plan, apply nothing")
        parser.add_argument(
            "--showroom", type=int, metavar="ID", help="restock or review this one only"
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Run or preview, and say what came of it."""
        job = NAMES[str(options["job"])]
        given = options["showroom"]
        showroom_id = given if isinstance(given, int) else None
        at = timezone.now()
        if showroom_id is not None:
            self._check_showroom(job, showroom_id)
        if options["preview"]:
            if job not in _PREVIEWED:
                raise CommandError("Only match, restock and review have a preview.")
            for line in _preview(job, at, showroom_id):
                self.stdout.write(line)
            return
        slot = f"by hand {at.isoformat()}"
        if showroom_id is not None:
            reports = [_OF_A_SHOWROOM[job](shard=WHOLE, slot=slot, at=at, showroom_id=showroom_id)]
        else:
            reports = run_job(job, slot=slot, at=at)
        for report in reports or ["nothing to do"]:
            self.stdout.write(str(report))

    def _check_showroom(self, job: Job, showroom_id: int) -> None:
        if job not in _OF_A_SHOWROOM:
            raise CommandError("--showroom goes with restock and review.")
        if not Showroom.objects.active().filter(pk=showroom_id).exists():
            raise CommandError(f"There is no active showroom {showroom_id}.")


def _preview(job: Job, at: datetime, showroom_id: int | None) -> Iterable[str]:
    if job is Job.MATCH_OFFERS:
        return _matches(at)
    if job is Job.RESTOCK_SHOWROOMS:
        return _purchases(at, showroom_id)
    return _choices(at, showroom_id)


def _matches(at: datetime) -> Iterable[str]:
    matches = match_preview(at).matches
    showrooms = names_of_parties({match.shelf.seller_id for match in matches})
    cars = names_of_car_models({match.offer.car_model_id for match in matches})
    for match in matches:
        yield (
            f"offer {match.offer.offer_id}: {cars[match.offer.car_model_id]}"
            f" from {showrooms[match.shelf.seller_id]} for {grouped_text(match.price_cents)}"
            f" (at most {grouped_text(match.offer.max_price_cents)})"
        )
    yield f"{len(matches)} offers would be filled"


def _purchases(at: datetime, showroom_id: int | None) -> Iterable[str]:
    plans = restock_preview(at, showroom_id)
    lines = [(plan, line) for plan in plans for line in plan.lines]
    parties = names_of_parties(
        {plan.showroom_id for plan in plans}
        | {line.seller_id for _, line in lines if line.seller_id}
    )
    cars = names_of_car_models({line.car_model_id for _, line in lines})
    for plan, line in lines:
        seller = parties.get(line.seller_id or 0, "nobody")
        yield (
            f"{parties[plan.showroom_id]}: {line.bought} of {line.wanted} × {cars[line.car_model_id]}"
            f" from {seller} for {grouped_text(line.spent_cents)} ({line.outcome.value})"
        )
    bought = sum(line.bought for _, line in lines)
    yield f"{bought} cars would be bought for {grouped_text(sum(plan.spent_cents for plan in plans))}"


def _choices(at: datetime, showroom_id: int | None) -> Iterable[str]:
    plans = review_preview(at, showroom_id)
    choices = [(plan, choice) for plan in plans for choice in plan.choices]
    ids = {choice.supplier_id for _, choice in choices} | {
        c.previous_supplier_id for _, c in choices
    }
    parties = names_of_parties({plan.showroom_id for plan in plans} | {pk for pk in ids if pk})
    cars = names_of_car_models({choice.car_model_id for _, choice in choices})
    for plan, choice in choices:
        if choice.supplier_id != choice.previous_supplier_id:
            before = parties.get(choice.previous_supplier_id or 0, "nobody")
            yield (
                f"{parties[plan.showroom_id]}: {cars[choice.car_model_id]} from"
                f" {parties.get(choice.supplier_id or 0, 'nobody')} instead of {before}"
                f" ({choice.reason.value})"
            )
    changed = sum(choice.supplier_id != choice.previous_supplier_id for _, choice in choices)
    yield f"{changed} of {len(choices)} lines would change their supplier"
