"""G4: every deal has the price that the quote gave at that moment.

An act's instant is taken when it begins, its rows show when it is committed. Two acts that met may
therefore stand in the books in either order; where that matters, what is less than `GRACE` apart
from the deal is given the benefit of the doubt.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.trading.selectors.auditing.invariant import Invariant

#: No act lasts longer than a task may.
GRACE = f"interval '{settings.CELERY_TASK_TIME_LIMIT} seconds'"

#: `common.percents.price_after` and what `pricing.rules.quoting.best_discount` may have chosen.
_DISCOUNT = f"""
    SELECT 'deal ' || d.id AS id,
           CASE WHEN d.unit_price_cents <> after.cents THEN
               'costs ' || d.unit_price_cents || ' cents, ' || d.list_price_cents || ' less '
               || d.discount_percent || ' % are ' || after.cents
           ELSE 'had no right to ' || d.discount_percent || ' %' END AS detail
    FROM trading_deal d
    LEFT JOIN pricing_promotion p ON p.id = d.promotion_id
    LEFT JOIN pricing_loyaltytier t ON t.id = d.loyalty_tier_id
    CROSS JOIN LATERAL (
        SELECT greatest(
            1, (d.list_price_cents * (10000 - (d.discount_percent * 100)::int) + 5000) / 10000
        ) AS cents
    ) after
    WHERE d.unit_price_cents <> after.cents OR CASE
        WHEN p.id IS NOT NULL THEN
            p.percent <> d.discount_percent OR p.seller_id <> d.seller_id OR d.sold_at < p.starts_at
            OR d.sold_at >= p.ends_at + {GRACE}
        WHEN t.id IS NOT NULL THEN
            t.percent <> d.discount_percent OR t.seller_id <> d.seller_id
            OR d.cars_before IS NULL OR d.cars_before < t.threshold
        ELSE d.discount_percent <> 0
    END
"""

_COVERED = """
    SELECT 'deal ' || d.id, 'is of a car model that promotion ' || p.id || ' does not cover'
    FROM trading_deal d JOIN pricing_promotion p ON p.id = d.promotion_id AND NOT p.covers_all
    LEFT JOIN pricing_promotion_car_models c ON c.promotion_id = p.id AND c.carmodel_id = d.car_model_id
    WHERE c.id IS NULL
"""

_MAXIMUM = """
    SELECT 'deal ' || d.id, 'costs ' || d.unit_price_cents || ' cents, the offer was '
           || o.max_price_cents
    FROM trading_deal d JOIN trading_offer o ON o.id = d.offer_id
    WHERE d.unit_price_cents > o.max_price_cents
"""

#: A promotion that was deactivated does not say since when, so it is left out.
_BEST_PROMOTION = f"""
    SELECT 'deal ' || d.id, 'got ' || d.discount_percent || ' % while promotion ' || p.id || ' gave '
           || p.percent || ' %'
    FROM pricing_promotion p
    JOIN trading_deal d ON d.seller_id = p.seller_id AND d.discount_percent < p.percent
     AND d.sold_at >= greatest(p.starts_at, p.created_at) + {GRACE} AND d.sold_at < p.ends_at - {GRACE}
    WHERE p.is_active AND (p.covers_all OR EXISTS (
        SELECT FROM pricing_promotion_car_models c
        WHERE c.promotion_id = p.id AND c.carmodel_id = d.car_model_id
    ))
"""

#: The prices of a seller's car model in arrays, in which the one of an instant is found by halving.
_PRICES = """
    SELECT l.seller_id, l.car_model_id,
           array_agg(c.changed_at ORDER BY c.changed_at, c.id) AS since,
           array_agg(c.price_cents ORDER BY c.changed_at, c.id) AS cents
    FROM pricing_pricechange c JOIN pricing_listing l ON l.id = c.listing_id
    GROUP BY l.seller_id, l.car_model_id
"""

#: A deal is checked if the price of its listing was on record by then.
_LIST_PRICE = f"""
    SELECT 'deal ' || d.id, 'began at ' || d.list_price_cents || ' cents, which was not the list price'
    FROM trading_deal d
    JOIN prices p ON p.seller_id = d.seller_id AND p.car_model_id = d.car_model_id
    WHERE d.sold_at >= p.since[1]
      AND p.cents[width_bucket(d.sold_at, p.since)] <> d.list_price_cents
      AND d.list_price_cents <> ALL (p.cents[
          width_bucket(d.sold_at - {GRACE}, p.since) : width_bucket(d.sold_at + {GRACE}, p.since)
      ])
"""

#: A deal knows at most the cars of all other deals until then.
_LOYALTY = f"""
    SELECT 'deal ' || id, 'counts ' || cars_before || ' cars bought before, there were ' || others
    FROM (
        SELECT id, cars_before, sum(quantity) OVER (
            PARTITION BY seller_id, buyer_id ORDER BY sold_at
            RANGE BETWEEN UNBOUNDED PRECEDING AND {GRACE} FOLLOWING
        ) - quantity AS others
        FROM trading_deal
        WHERE (seller_id, buyer_id) IN (
            SELECT seller_id, buyer_id FROM trading_deal WHERE cars_before > 0
        )
    ) counted WHERE cars_before > others
"""

PRICES = (
    Invariant(
        "G4",
        _(
            "A deal's price is what the quote gave for that buyer at that moment, and at most the"
            " offer's maximum."
        ),
        f"""
        WITH prices AS MATERIALIZED ({_PRICES})
        {_DISCOUNT} UNION ALL {_COVERED} UNION ALL {_MAXIMUM} UNION ALL {_BEST_PROMOTION}
        UNION ALL {_LIST_PRICE} UNION ALL {_LOYALTY}
        """,
    ),
)
