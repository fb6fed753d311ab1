"""Restocking: each showroom buys what it is short of, in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.common.bulk import copy_rows, new_ids
from marketplace.common.crashes import crash_point, register_crash_points
from marketplace.common.nudges import Job, nudge
from marketplace.common.percents import basis_points, percent_of
from marketplace.common.shards import Shard
from marketplace.ledger.addresses import wallet
from marketplace.ledger.services import Move, post_new
from marketplace.pricing.selectors.stock import StockRow, stock_of
from marketplace.pricing.services.patronage import Patrons, count_patronage
from marketplace.pricing.services.stock import Delivery, receive_stock
from marketplace.trading.models import Deal, Decision, JobRun
from marketplace.trading.rules.matching import discount_columns
from marketplace.trading.rules.restocking import PlannedLine, Purchase, RestockPlan, as_body
from marketplace.trading.selectors.previews import restock_plan
from marketplace.trading.selectors.supply import ShowroomRow, Supply, supply_for
from marketplace.trading.services.runs import begin_run, finish_run, for_each_showroom

register_crash_points("restock:planned", "restock:bought", "restock:paid")


@dataclass(frozen=True, slots=True)
class RestockReport:
    """What a run of restocking did."""

    showrooms: int = 0
    cars: int = 0
    spent_cents: int = 0
    failed: int = 0


def restock_showrooms(
    *, shard: Shard, slot: str, at: datetime, showroom_id: int | None = None
) -> RestockReport:
    """Restock every active showroom of the shard, or one of them.

    A showroom that fails is reported and does not stop the others. Running again buys nothing more:
    the second time there is nothing short, or no money.
    """
    run = begin_run(Job.RESTOCK_SHOWROOMS, shard, slot, at)
    if run is None:
        return RestockReport()
    supply = supply_for(shard, at, showroom_id)
    totals: Counter[str] = Counter()

    def restock(showroom: ShowroomRow) -> None:
        plan = _restock(showroom, supply, run)
        totals["cars"] += sum(line.bought for line in plan.lines)
        totals["spent_cents"] += plan.spent_cents

    for_each_showroom(run, supply.showrooms, restock)
    run.handled = totals["cars"]
    run.report |= {"showrooms": len(supply.showrooms), "spent_cents": totals["spent_cents"]}
    finish_run(run)
    return RestockReport(len(supply.showrooms), totals["cars"], totals["spent_cents"], run.failed)


def _restock(showroom: ShowroomRow, supply: Supply, run: JobRun) -> RestockPlan:
    """Plan on the showroom's own locked stock and fresh balance, and buy."""
    stock = stock_of(showroom.showroom_id, locked=True)
    plan = restock_plan(showroom, supply, stock)
    if plan.spent_cents:
        crash_point("restock:planned")
        _buy(plan, stock, showroom, run)
    return plan


def _buy(plan: RestockPlan, stock: dict[int, StockRow], showroom: ShowroomRow, run: JobRun) -> None:
    bought = [line for line in plan.lines if line.bought]
    deliveries = [
        Delivery(line.car_model_id, line.bought, line.spent_cents, stock.get(line.car_model_id))
        for line in bought
    ]
    receive_stock(
        showroom_id=plan.showroom_id,
        deliveries=deliveries,
        markup_bp=basis_points(showroom.policy.markup_percent),
        at=run.at,
    )
    decision = Decision.objects.create(
        kind=Decision.Kind.RESTOCK,
        run=run,
        party_id=plan.showroom_id,
        body=as_body(plan),
        created_at=run.at,
    )
    purchases = [(line, purchase) for line in bought for purchase in line.purchases]
    deal_ids = new_ids(Deal, len(purchases))
    copy_rows(Deal, _DEAL_COLUMNS, _deals(purchases, deal_ids, plan.showroom_id, decision))
    count_patronage(_patronage(bought, plan.showroom_id), at=run.at)
    crash_point("restock:bought")
    post_new(list(_moves(purchases, deal_ids, plan.showroom_id)), at=run.at)
    crash_point("restock:paid")
    nudge(Job.MATCH_OFFERS)


_DEAL_COLUMNS = [
    "id", "kind", "seller_id", "buyer_id", "car_model_id", "quantity", "unit_price_cents",
    "list_price_cents", "discount_percent", "promotion_id", "loyalty_tier_id", "cars_before",
    "run_id", "decision_id", "sold_at", "is_active", "created_at", "updated_at",
]  # fmt: skip


def _deals(
    purchases: Sequence[tuple[PlannedLine, Purchase]],
    deal_ids: Sequence[int],
    showroom_id: int,
    decision: Decision,
) -> Iterator[tuple[object, ...]]:
    at = decision.created_at
    for (line, purchase), deal_id in zip(purchases, deal_ids, strict=True):
        bp, promotion_id, tier_id = discount_columns(purchase.discount)
        yield (
            deal_id, Deal.Kind.WHOLESALE.value, line.seller_id, showroom_id, line.car_model_id,
            purchase.quantity, purchase.unit_price_cents, purchase.list_price_cents, percent_of(bp),
            promotion_id, tier_id, purchase.cars_before, decision.run_id, decision.pk, at, True, at, at,
        )  # fmt: skip


def _patronage(bought: Sequence[PlannedLine], showroom_id: int) -> list[Patrons]:
    cars: Counter[int] = Counter()
    spent: Counter[int] = Counter()
    for line in bought:
        if line.seller_id is not None:
            cars[line.seller_id] += line.bought
            spent[line.seller_id] += line.spent_cents
    return [Patrons(seller, showroom_id, cars[seller], spent[seller]) for seller in cars]


def _moves(
    purchases: Sequence[tuple[PlannedLine, Purchase]], deal_ids: Sequence[int], showroom_id: int
) -> Iterator[Move]:
    for (line, purchase), deal_id in zip(purchases, deal_ids, strict=True):
        if line.seller_id is not None:
            yield Move(
                f"deal:{deal_id}:price",
                wallet(showroom_id),
                wallet(line.seller_id),
                purchase.total_cents,
                "price",
            )
