"""The book that matching looks at: one statement a table, whatever the size.

Nothing is locked here. What the plan relies on (open offers, the price, stock and cost of the
shelves sold from) is checked again by the very updates that apply it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from marketplace.common.bulk import array
from marketplace.common.percents import price_after
from marketplace.common.shards import WHOLE, Shard
from marketplace.pricing.rules.quoting import NO_TERMS, Terms, best_promotion
from marketplace.pricing.selectors.terms import terms_at
from marketplace.trading.rules.matching import Book, OpenOffer, Shelf

Row = TypeVar("Row", Shelf, OpenOffer)

_SHELVES = """
    SELECT l.id, l.seller_id, l.car_model_id, l.price_cents, l.quantity, l.stock_cost_cents
    FROM pricing_listing l
    JOIN parties_party s ON s.id = l.seller_id AND s.is_active AND s.kind = 'showroom'
    JOIN catalog_carmodel m ON m.id = l.car_model_id AND m.is_active
    WHERE l.is_active AND l.quantity > 0 AND mod(l.car_model_id, %(of)s) = %(index)s
"""

#: Only offers that could pay the lowest price conceivable for their model are worth reading: an
#: offer that can't be filled costs the run nothing but a look at the index.
_OFFERS = """
    SELECT o.id, o.customer_id, o.car_model_id, o.max_price_cents
    FROM unnest(%(models)s::bigint[], %(lowest)s::bigint[]) AS bound(car_model_id, cents)
    JOIN trading_offer o ON o.car_model_id = bound.car_model_id
     AND o.max_price_cents >= bound.cents AND o.status = 'open' AND o.is_active
    JOIN parties_party c ON c.id = o.customer_id AND c.is_active
    WHERE o.created_at <= %(at)s AND o.expires_at > %(at)s
    ORDER BY o.created_at, o.id
"""

#: Loyalty is what it was at the instant of the run: deals made since, by this run's other shards
#: or by a later run, don't count.
_LOYALTY = """
    SELECT p.buyer_id, p.seller_id, p.cars - coalesce(since.cars, 0)
    FROM unnest(%(sellers)s::bigint[], %(thresholds)s::int[]) AS tier(seller_id, threshold)
    JOIN pricing_patronage p ON p.seller_id = tier.seller_id AND p.cars >= tier.threshold
    LEFT JOIN LATERAL (
        SELECT sum(quantity) AS cars FROM trading_deal d
        WHERE d.buyer_id = p.buyer_id AND d.seller_id = p.seller_id AND d.sold_at >= %(at)s
          AND d.kind = 'retail'
    ) since ON true
    WHERE p.buyer_id = ANY(%(buyers)s) AND p.cars - coalesce(since.cars, 0) >= tier.threshold
"""


#: The offers that would be filled now, or nearly so, a few a model, asked in one statement: those that
#: can pay the lowest public price, and those of patrons who reach a tier where it helps them.
_WORK = """
    WITH tier AS MATERIALIZED (
        SELECT seller_id, max(percent) AS percent, min(threshold) AS threshold
        FROM pricing_loyaltytier WHERE is_active GROUP BY seller_id
    ), promotion AS MATERIALIZED (
        SELECT p.seller_id, c.carmodel_id AS car_model_id, max(p.percent) AS percent
        FROM pricing_promotion p
        LEFT JOIN pricing_promotion_car_models c ON c.promotion_id = p.id AND NOT p.covers_all
        WHERE p.is_active AND p.starts_at <= %(at)s AND %(at)s < p.ends_at
          AND (p.covers_all OR c.id IS NOT NULL)
        GROUP BY p.seller_id, c.carmodel_id
    ), shelf AS MATERIALIZED (
        SELECT l.seller_id, l.car_model_id,
               (l.price_cents * (10000 - coalesce(d.bp, 0)) + 5000) / 10000 AS public_cents,
               (l.price_cents * (10000 - greatest((tier.percent * 100)::int, d.bp, 0)) + 5000) / 10000
                   AS loyal_cents
        FROM pricing_listing l
        LEFT JOIN tier ON tier.seller_id = l.seller_id
        LEFT JOIN promotion whole ON whole.seller_id = l.seller_id AND whole.car_model_id IS NULL
        LEFT JOIN promotion own ON own.seller_id = l.seller_id AND own.car_model_id = l.car_model_id
        CROSS JOIN LATERAL (SELECT (greatest(whole.percent, own.percent) * 100)::int AS bp) d
        WHERE l.is_active AND l.quantity > 0
          AND l.seller_id NOT IN (
              SELECT id FROM parties_party WHERE kind = 'showroom' AND NOT is_active
          )
          AND l.car_model_id NOT IN (SELECT id FROM catalog_carmodel WHERE NOT is_active)
    ), lowest AS MATERIALIZED (
        SELECT car_model_id, min(public_cents) AS public_cents, min(loyal_cents) AS loyal_cents
        FROM shelf GROUP BY car_model_id
    )
    SELECT mod(lowest.car_model_id, %(of)s) AS shard, sum(found.offers)
    FROM lowest CROSS JOIN LATERAL (
        SELECT count(*) AS offers FROM (
            SELECT FROM trading_offer o
            JOIN parties_party c ON c.id = o.customer_id AND c.is_active
            WHERE o.car_model_id = lowest.car_model_id AND o.max_price_cents >= lowest.loyal_cents
              AND o.status = 'open' AND o.is_active AND o.created_at <= %(at)s AND o.expires_at > %(at)s
              AND (o.max_price_cents >= lowest.public_cents OR EXISTS (
                  SELECT FROM pricing_patronage p
                  JOIN pricing_loyaltytier t ON t.seller_id = p.seller_id AND t.is_active
                   AND t.threshold <= p.cars
                  JOIN pricing_listing l ON l.seller_id = p.seller_id
                   AND l.car_model_id = o.car_model_id AND l.is_active AND l.quantity > 0
                  WHERE p.buyer_id = o.customer_id AND p.cars >= (SELECT min(threshold) FROM tier)
                    AND o.max_price_cents
                        >= (l.price_cents * (10000 - (t.percent * 100)::int) + 5000) / 10000
              ))
            LIMIT %(few)s
        ) few
    ) found
    WHERE found.offers > 0
    GROUP BY shard ORDER BY shard
"""

#: So few offers are matched at once rather than divided: dividing costs more.
_FEW = 200


def shards_with_work(of: int, at: datetime) -> list[Shard]:
    """The shards, of so many, in which an offer could meet a car that it can pay.

    None if there is nothing to match, the whole market if there is little.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WORK, {"of": of, "at": at, "few": _FEW})
        found = cursor.fetchall()
    if found and sum(offers for _, offers in found) < _FEW:
        return [WHOLE]
    return [Shard(index, of) for index, _ in found]


def book_of(shard: Shard, at: datetime) -> Book:
    """The shard's shelves, the offers that might buy from them, and what was agreed on discounts."""
    shelves = _rows(_SHELVES, Shelf, {"of": shard.of, "index": shard.index})
    terms = terms_at(at, {shelf.seller_id for shelf in shelves}) if shelves else {}
    lowest = lowest_prices(shelves, terms, at)
    offers = (
        _rows(
            _OFFERS,
            OpenOffer,
            {"models": array(lowest), "lowest": array(lowest.values()), "at": at},
        )
        if lowest
        else []
    )
    return Book(at, offers, shelves, terms, _loyalty(offers, terms, at))


def lowest_prices(
    shelves: Sequence[Shelf], terms: Mapping[int, Terms], at: datetime
) -> dict[int, int]:
    """For each car model the lowest price that any customer, however loyal, could be quoted."""
    lowest: dict[int, int] = {}
    for shelf in shelves:
        agreed = terms.get(shelf.seller_id, NO_TERMS)
        promotion = best_promotion(agreed.promotions, shelf.car_model_id, at)
        bp = max(agreed.tiers[-1].bp if agreed.tiers else 0, promotion.bp if promotion else 0)
        price = price_after(shelf.list_price_cents, bp)
        known = lowest.get(shelf.car_model_id)
        if known is None or price < known:
            lowest[shelf.car_model_id] = price
    return lowest


def _loyalty(
    offers: Sequence[OpenOffer], terms: Mapping[int, Terms], at: datetime
) -> dict[int, dict[int, int]]:
    """Cars bought before, by customer and seller, for the pairs that reach a tier."""
    first_tiers = {seller: of.tiers[0].threshold for seller, of in terms.items() if of.tiers}
    if not offers or not first_tiers:
        return {}
    loyalty: dict[int, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _LOYALTY,
            {
                "sellers": array(first_tiers),
                "thresholds": array(first_tiers.values()),
                "buyers": array({offer.customer_id for offer in offers}),
                "at": at,
            },
        )
        for buyer_id, seller_id, cars in cursor.fetchall():
            loyalty.setdefault(buyer_id, {})[seller_id] = int(cars)
    return loyalty


def _rows(sql: str, row: type[Row], values: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(map(row._make, cursor.fetchall()))
