"""What the next run of a job would do: the same plans, applied to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from marketplace.common.shards import WHOLE
from marketplace.ledger.selectors import available
from marketplace.pricing.selectors.stock import StockRow, stock_of
from marketplace.trading.rules.matching import MatchPlan, plan_matches
from marketplace.trading.rules.restocking import RestockPlan, plan_restock
from marketplace.trading.rules.sourcing import SourcingPlan, plan_sourcing
from marketplace.trading.selectors.book import book_of
from marketplace.trading.selectors.problems import restock_problem, sourcing_problem
from marketplace.trading.selectors.supply import ShowroomRow, Supply, patronage_of, supply_for


def match_preview(at: datetime) -> MatchPlan:
    """Which offers would be filled where, over the whole market."""
    return plan_matches(book_of(WHOLE, at))


def restock_preview(at: datetime, showroom_id: int | None = None) -> list[RestockPlan]:
    """What the showrooms, or one of them, would buy from whom."""
    supply = supply_for(WHOLE, at, showroom_id)
    return [
        restock_plan(showroom, supply, stock_of(showroom.showroom_id))
        for showroom in supply.showrooms
    ]


def review_preview(at: datetime, showroom_id: int | None = None) -> list[SourcingPlan]:
    """Which suppliers the showrooms, or one of them, would stay with or change to."""
    supply = supply_for(WHOLE, at, showroom_id)
    return [plan_sourcing(sourcing_problem(showroom, supply)) for showroom in supply.showrooms]


def restock_plan(
    showroom: ShowroomRow, supply: Supply, stock: Mapping[int, StockRow]
) -> RestockPlan:
    """What a showroom would buy, by its stock as given and its money and patronage as they are now."""
    pk = showroom.showroom_id
    return plan_restock(
        restock_problem(
            showroom,
            supply,
            stock=stock,
            patronage=patronage_of([pk]).get(pk, {}),
            available_cents=available(pk),
        )
    )
