"""The supplier review: which supplier each model of an assortment is bought from, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps

from marketplace.common.bulk import copy_rows, new_ids
from marketplace.common.bulk import run as execute
from marketplace.common.crashes import crash_point, register_crash_points
from marketplace.common.nudges import Job
from marketplace.common.shards import Shard
from marketplace.trading.models import Decision, JobRun
from marketplace.trading.rules.sourcing import SourcingPlan, plan_sourcing
from marketplace.trading.rules.sourcing_choices import LineChoice, choice_body
from marketplace.trading.selectors.problems import sourcing_problem
from marketplace.trading.selectors.supply import ShowroomRow, supply_for
from marketplace.trading.services.runs import begin_run, finish_run, for_each_showroom

register_crash_points("review:planned", "review:explained")


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """What a run of the supplier review did."""

    showrooms: int = 0
    lines: int = 0
    switched: int = 0
    failed: int = 0


def review_suppliers(
    *, shard: Shard, slot: str, at: datetime, showroom_id: int | None = None
) -> ReviewReport:
    """Choose the supplier of every assortment line of the shard's active showrooms, or of one.

    Every choice is stored with its reasons. A showroom that fails is reported and does not stop the
    others. Running again on the same market chooses the same.
    """
    run = begin_run(Job.REVIEW_SUPPLIERS, shard, slot, at)
    if run is None:
        return ReviewReport()
    supply = supply_for(shard, at, showroom_id)
    totals: Counter[str] = Counter()

    def review(showroom: ShowroomRow) -> None:
        plan = plan_sourcing(sourcing_problem(showroom, supply))
        _apply(plan, showroom, run)
        totals["lines"] += len(plan.choices)
        totals["switched"] += sum(choice.switched for choice in plan.choices)

    for_each_showroom(run, supply.showrooms, review)
    run.handled = totals["lines"]
    run.report |= {"showrooms": len(supply.showrooms), "switched": totals["switched"]}
    finish_run(run)
    return ReviewReport(len(supply.showrooms), totals["lines"], totals["switched"], run.failed)


def _apply(plan: SourcingPlan, showroom: ShowroomRow, run: JobRun) -> None:
    crash_point("review:planned")
    ids = new_ids(Decision, len(plan.choices))
    copy_rows(
        Decision,
        ["id", "kind", "run_id", "party_id", "car_model_id", "body", "created_at"],
        _decisions(plan.choices, ids, showroom.showroom_id, run),
    )
    crash_point("review:explained")
    execute(
        "UPDATE trading_assortmentline SET supplier_id = chosen.supplier_id,"
        " sourced_at = CASE WHEN trading_assortmentline.supplier_id IS DISTINCT FROM chosen.supplier_id"
        " THEN %s ELSE sourced_at END, decision_id = chosen.decision_id, updated_at = %s"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"
        " AS chosen(car_model_id, supplier_id, decision_id)"
        " WHERE showroom_id = %s AND is_active"
        " AND trading_assortmentline.car_model_id = chosen.car_model_id",
        [
            run.at,
            run.at,
            [choice.car_model_id for choice in plan.choices],
            [choice.supplier_id for choice in plan.choices],
            ids,
            showroom.showroom_id,
        ],
    )


def _decisions(
    choices: Sequence[LineChoice], ids: Sequence[int], showroom_id: int, run: JobRun
) -> Iterator[tuple[object, ...]]:
    for choice, pk in zip(choices, ids, strict=True):
        body = dumps(choice_body(choice), separators=(",", ":"))
        yield pk, Decision.Kind.REVIEW.value, run.pk, showroom_id, choice.car_model_id, body, run.at
