"""What one buyer would pay one seller for one car, and why.

Exactly one discount applies: the largest percent; on a tie loyalty before promotion, then the older
promotion. Discounts never add up. The same rule serves jobs, pages, previews and explanations.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from marketplace.common.percents import price_after


class DiscountKind(StrEnum):
    """Where a discount comes from."""

    LOYALTY = "loyalty"
    PROMOTION = "promotion"


class Outcome(StrEnum):
    """What became of a discount in a quote."""

    APPLIED = "applied"
    SMALLER = "smaller than the one that applied"
    NOT_REACHED = "not enough cars bought yet"
    SURPASSED = "a higher tier is reached"
    NOT_STARTED = "not started yet"
    ENDED = "already over"
    NOT_COVERED = "does not cover this car model"


@dataclass(frozen=True, slots=True)
class TierTerm:
    """A seller's loyalty tier: from `threshold` cars bought there on, `bp` basis points off."""

    tier_id: int
    threshold: int
    bp: int


@dataclass(frozen=True, slots=True)
class PromotionTerm:
    """A seller's promotion, active for start ≤ at < end, on the models named or (None) on all."""

    promotion_id: int
    bp: int
    starts_at: datetime
    ends_at: datetime
    car_model_ids: frozenset[int] | None = None

    def covers(self, car_model_id: int) -> bool:
        """Whether the promotion is meant for the car model."""
        return self.car_model_ids is None or car_model_id in self.car_model_ids

    def runs(self, at: datetime) -> bool:
        """Whether the promotion is active at the instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Terms:
    """What a seller takes off: its loyalty tiers, rising, and its promotions."""

    tiers: tuple[TierTerm, ...] = ()
    promotions: tuple[PromotionTerm, ...] = ()


NO_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Discount:
    """The one discount that applies: basis points off, and the tier or promotion that gives them."""

    kind: DiscountKind
    source_id: int
    bp: int


@dataclass(frozen=True, slots=True)
class Considered:
    """A discount that was looked at, and what became of it."""

    kind: DiscountKind
    source_id: int
    bp: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Quote:
    """What one car would cost one buyer at one seller, with the trace of how that came about."""

    seller_id: int
    car_model_id: int
    list_price_cents: int
    price_cents: int
    cars_before: int
    discount: Discount | None
    considered: tuple[Considered, ...] = ()


def reached_tier(tiers: Sequence[TierTerm], cars_before: int) -> TierTerm | None:
    """The highest tier whose threshold is reached; `tiers` rise by threshold."""
    place = bisect_right(tiers, cars_before, key=lambda tier: tier.threshold)
    return tiers[place - 1] if place else None


def best_promotion(
    promotions: Iterable[PromotionTerm], car_model_id: int, at: datetime
) -> PromotionTerm | None:
    """The largest promotion that runs at the instant and covers the model; the older one on a tie."""
    running = (p for p in promotions if p.runs(at) and p.covers(car_model_id))
    return min(running, key=lambda p: (-p.bp, p.promotion_id), default=None)


def best_discount(tier: TierTerm | None, promotion: PromotionTerm | None) -> Discount | None:
    """The one discount that applies, or None; on a tie loyalty goes before promotion."""
    if tier is not None and (promotion is None or tier.bp >= promotion.bp):
        return Discount(DiscountKind.LOYALTY, tier.tier_id, tier.bp)
    if promotion is not None:
        return Discount(DiscountKind.PROMOTION, promotion.promotion_id, promotion.bp)
    return None


def quote_for(
    *,
    seller_id: int,
    car_model_id: int,
    list_price_cents: int,
    cars_before: int,
    tiers: Sequence[TierTerm],
    promotions: Iterable[PromotionTerm],
    at: datetime,
) -> Quote:
    """The quote with its whole trace, for whoever wants to read why."""
    promotions = list(promotions)
    tier = reached_tier(tiers, cars_before)
    promotion = best_promotion(promotions, car_model_id, at)
    discount = best_discount(tier, promotion)
    considered = [
        Considered(
            DiscountKind.LOYALTY, t.tier_id, t.bp, _tier_outcome(t, tier, cars_before, discount)
        )
        for t in tiers
    ] + [
        Considered(
            DiscountKind.PROMOTION,
            p.promotion_id,
            p.bp,
            _promotion_outcome(p, car_model_id, at, discount),
        )
        for p in promotions
    ]
    return Quote(
        seller_id=seller_id,
        car_model_id=car_model_id,
        list_price_cents=list_price_cents,
        price_cents=price_after(list_price_cents, discount.bp if discount else 0),
        cars_before=cars_before,
        discount=discount,
        considered=tuple(considered),
    )


def _tier_outcome(
    tier: TierTerm, reached: TierTerm | None, cars_before: int, discount: Discount | None
) -> Outcome:
    if tier.threshold > cars_before:
        return Outcome.NOT_REACHED
    if tier != reached:
        return Outcome.SURPASSED
    return _applied_or_smaller(DiscountKind.LOYALTY, tier.tier_id, discount)


def _promotion_outcome(
    promotion: PromotionTerm, car_model_id: int, at: datetime, discount: Discount | None
) -> Outcome:
    if at < promotion.starts_at:
        return Outcome.NOT_STARTED
    if at >= promotion.ends_at:
        return Outcome.ENDED
    if not promotion.covers(car_model_id):
        return Outcome.NOT_COVERED
    return _applied_or_smaller(DiscountKind.PROMOTION, promotion.promotion_id, discount)


def _applied_or_smaller(kind: DiscountKind, source_id: int, discount: Discount | None) -> Outcome:
    applied = discount is not None and (discount.kind, discount.source_id) == (kind, source_id)
    return Outcome.APPLIED if applied else Outcome.SMALLER
