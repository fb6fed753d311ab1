"""Which promotions the sellers of the demo world announce, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

_NAMES = (
    "Spring drive", "Weekend of wheels", "Model year clearance", "Founders' week", "Happy miles",
    "Keys in hand", "Short list, small price", "Double chevron days", "Open doors", "Fresh plates",
)  # fmt: skip

_DAY = timedelta(days=1)

#: How long before its start a promotion is announced, and how far the plan looks past the end.
_NOTICE = 2 * _DAY
_AHEAD = 12 * _DAY

#: A seller announces a promotion about every so many days.
_DAYS_BETWEEN = 24


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """A promotion to be announced by the seller with this number. No `share`: on all car models."""

    seller: int
    announced_at: datetime
    starts_at: datetime
    ends_at: datetime
    percent: Decimal
    name: str
    share: float | None


def promotions(
    rng: Random, *, sellers: int, shown: Sequence[int], start: datetime, end: datetime
) -> list[PromotionPlan]:
    """The promotions announced between two instants, in order of announcement.

    Each of the sellers in `shown` has one that is over at the end, one that runs and one to come.
    """
    plans = []
    for seller in range(sellers):
        starts_at = start + rng.uniform(0, 2 * _DAYS_BETWEEN) * _DAY
        while starts_at < end + _AHEAD:
            plans.append(_promotion(rng, seller, starts_at, rng.randint(3, 14), start))
            starts_at += rng.uniform(15, 2 * _DAYS_BETWEEN) * _DAY
        if seller in shown:
            for days_ago, days in ((12, 5), (3, 9), (-1, 7)):
                plans.append(_promotion(rng, seller, end - days_ago * _DAY, days, start))
    announced = [
        plan for plan in plans if plan.announced_at <= end and plan.announced_at < plan.ends_at
    ]
    return sorted(announced, key=lambda plan: (plan.announced_at, plan.seller, plan.starts_at))


def promotion_name(rng: Random) -> str:
    """What sellers call a promotion."""
    return rng.choice(_NAMES)


def _promotion(
    rng: Random, seller: int, starts_at: datetime, days: int, start: datetime
) -> PromotionPlan:
    starts_at = starts_at.replace(second=0, microsecond=0)
    return PromotionPlan(
        seller=seller,
        announced_at=max(start, starts_at - _NOTICE),
        starts_at=starts_at,
        ends_at=starts_at + days * _DAY,
        percent=Decimal(rng.randint(4, 24)) / 4,
        name=promotion_name(rng),
        share=None if rng.random() < 0.3 else rng.uniform(0.15, 0.5),
    )
