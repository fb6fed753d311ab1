"""G5: no run of matching leaves an offer open that it could have filled.

Only what was settled before the run is held against it: offers, parties, car models, promotions and
listings that changed less than `GRACE` before its instant or its start, or since, are left out. So
the sentence can be checked at any time, not only right after a run. What is in stock now was in stock
at the end of that run, and the offer, had it been served, would have taken this car or a cheaper one.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.common.nudges import Job
from marketplace.trading.selectors.auditing.invariant import Invariant
from marketplace.trading.selectors.auditing.prices import GRACE

#: The latest run over each car model, and before what time things must have been settled.
_RUN = f"""
    SELECT m.id AS car_model_id, run.id AS run_id, run.at, run.settled
    FROM catalog_carmodel m
    CROSS JOIN LATERAL (
        SELECT id, at, least(at, started_at) - {GRACE} AS settled FROM latest
        WHERE mod(m.id, shards) = shard ORDER BY at DESC, id DESC LIMIT 1
    ) run
    WHERE m.is_active AND greatest(m.created_at, m.updated_at) < run.settled
"""

#: What arrived and what changed its price lately, by showroom and car model.
_CHANGED = """
    SELECT buyer_id AS seller_id, car_model_id, max(sold_at) AS at FROM trading_deal
    WHERE kind = 'wholesale' AND sold_at >= (SELECT min(settled) FROM run) GROUP BY 1, 2
    UNION ALL
    SELECT l.seller_id, l.car_model_id, max(c.changed_at)
    FROM pricing_pricechange c JOIN pricing_listing l ON l.id = c.listing_id
    WHERE c.changed_at >= (SELECT min(settled) FROM run) GROUP BY 1, 2
"""

#: A listing that the run itself sold from carries the run's own instant.
_SHELF = """
    SELECT l.seller_id, l.car_model_id, l.price_cents, run.at, run.settled
    FROM pricing_listing l
    JOIN run ON run.car_model_id = l.car_model_id
    JOIN parties_party s ON s.id = l.seller_id AND s.is_active AND s.kind = 'showroom'
     AND greatest(s.created_at, s.updated_at) < run.settled
    WHERE l.is_active AND l.quantity > 0 AND l.created_at < run.settled
      AND (l.updated_at < run.settled OR l.updated_at = run.at AND EXISTS (
          SELECT FROM trading_deal d WHERE d.seller_id = l.seller_id AND d.sold_at = run.at
             AND d.run_id = run.run_id AND d.car_model_id = l.car_model_id
      ))
      AND NOT EXISTS (
          SELECT FROM changed WHERE changed.seller_id = l.seller_id
             AND changed.car_model_id = l.car_model_id AND changed.at >= run.settled
      )
"""

#: `common.percents.price_after` with each promotion that ran: what anybody could have paid.
_PUBLIC = """
    SELECT shelf.car_model_id, shelf.settled, shelf.at, shelf.seller_id, greatest(
        1, (shelf.price_cents * (10000 - coalesce((p.percent * 100)::int, 0)) + 5000) / 10000
    ) AS cents
    FROM shelf LEFT JOIN pricing_promotion p ON p.seller_id = shelf.seller_id AND p.is_active
     AND p.starts_at <= shelf.at AND shelf.at < p.ends_at
     AND greatest(p.created_at, p.updated_at) < shelf.settled
     AND (p.covers_all OR EXISTS (
         SELECT FROM pricing_promotion_car_models c
         WHERE c.promotion_id = p.id AND c.carmodel_id = shelf.car_model_id
     ))
"""

LEFTOVERS = (
    Invariant(
        "G5",
        _(
            "After a run no open offer could be served by what is left in stock, except through"
            " something that changed since."
        ),
        f"""
        WITH latest AS MATERIALIZED (
            SELECT DISTINCT ON (shards, shard) id, shards, shard, at, started_at
            FROM trading_jobrun WHERE job = '{Job.MATCH_OFFERS}' AND status = 'finished'
            ORDER BY shards, shard, at DESC, id DESC
        ), run AS MATERIALIZED ({_RUN}), changed AS MATERIALIZED ({_CHANGED}),
        shelf AS MATERIALIZED ({_SHELF}), cheapest AS (
            SELECT DISTINCT ON (car_model_id) * FROM ({_PUBLIC}) public ORDER BY car_model_id, cents
        )
        SELECT 'offer ' || o.id AS id, 'would pay ' || o.max_price_cents || ' cents, showroom '
               || c.seller_id || ' asks ' || c.cents AS detail
        FROM cheapest c
        JOIN trading_offer o ON o.car_model_id = c.car_model_id AND o.max_price_cents >= c.cents
         AND o.status = 'open' AND o.is_active AND o.expires_at > c.at
         AND greatest(o.created_at, o.updated_at) < c.settled
        JOIN parties_party b ON b.id = o.customer_id AND b.is_active
         AND greatest(b.created_at, b.updated_at) < c.settled
        """,
    ),
)
