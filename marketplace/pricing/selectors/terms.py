"""What sellers take off, read once for any number of quotes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from marketplace.pricing.rules.quoting import PromotionTerm, Terms, TierTerm

_TIERS = """
    SELECT seller_id, id, threshold, (percent * 100)::int
    FROM pricing_loyaltytier
    WHERE is_active AND (%(sellers)s::bigint[] IS NULL OR seller_id = ANY(%(sellers)s::bigint[]))
    ORDER BY seller_id, threshold
"""

_PROMOTIONS = """
    SELECT p.seller_id, p.id, (p.percent * 100)::int, p.starts_at, p.ends_at,
           CASE WHEN p.covers_all THEN NULL ELSE (
               SELECT array_agg(c.carmodel_id) FROM pricing_promotion_car_models c
               WHERE c.promotion_id = p.id
           ) END, p.covers_all
    FROM pricing_promotion p
    WHERE p.is_active AND p.starts_at <= %(at)s AND %(at)s < p.ends_at
      AND (%(sellers)s::bigint[] IS NULL OR p.seller_id = ANY(%(sellers)s::bigint[]))
    ORDER BY p.seller_id, p.id
"""


def terms_at(at: datetime, sellers: Collection[int] | None = None) -> dict[int, Terms]:
    """The tiers and running promotions of the sellers (None: of everybody), two statements.

    A seller that takes nothing off has no entry.
    """
    tiers: dict[int, list[TierTerm]] = {}
    promotions: dict[int, list[PromotionTerm]] = {}
    values = {"sellers": None if sellers is None else list(sellers), "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_TIERS, values)
        for seller_id, tier_id, threshold, bp in cursor.fetchall():
            tiers.setdefault(seller_id, []).append(TierTerm(tier_id, threshold, bp))
        cursor.execute(_PROMOTIONS, values)
        for seller_id, pk, bp, starts_at, ends_at, models, covers_all in cursor.fetchall():
            covered = None if covers_all else frozenset(models or ())
            promotions.setdefault(seller_id, []).append(
                PromotionTerm(pk, bp, starts_at, ends_at, covered)
            )
    return {
        seller_id: Terms(tuple(tiers.get(seller_id, ())), tuple(promotions.get(seller_id, ())))
        for seller_id in tiers.keys() | promotions.keys()
    }
