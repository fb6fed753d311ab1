"""G1, G2, G3, G6 and G7: no car, deal or patron appears or vanishes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.trading.selectors.auditing.invariant import Invariant

_STOCK = "SELECT * FROM pricing_listing WHERE quantity IS NOT NULL"

GOODS = (
    Invariant(
        "G1",
        _("Of every car model: bought from suppliers = in stock + sold to customers."),
        f"""
        SELECT 'showroom ' || showroom_id || ', car model ' || car_model_id AS id,
               'bought ' || sum(bought) || ', sold ' || sum(sold) || ', has ' || sum(has) AS detail
        FROM (
            SELECT CASE kind WHEN 'retail' THEN seller_id ELSE buyer_id END AS showroom_id, car_model_id,
                   sum(quantity) FILTER (WHERE kind <> 'retail') AS bought,
                   sum(quantity) FILTER (WHERE kind = 'retail') AS sold, 0 AS has
            FROM trading_deal GROUP BY 1, 2
            UNION ALL SELECT seller_id, car_model_id, 0, 0, quantity FROM ({_STOCK}) stock
        ) cars
        GROUP BY showroom_id, car_model_id
        HAVING coalesce(sum(bought), 0) <> coalesce(sum(sold), 0) + sum(has)
        """,
    ),
    Invariant(
        "G2",
        _("Quantity is never negative."),
        """
        SELECT 'listing ' || id AS id, quantity || ' cars' AS detail
        FROM pricing_listing WHERE quantity < 0
        """,
    ),
    Invariant(
        "G3",
        _(
            "A filled offer has exactly one deal, of its customer and car model; no other offer has one."
        ),
        """
        WITH filled AS NOT MATERIALIZED (
            SELECT id, customer_id, car_model_id FROM trading_offer WHERE status = 'filled'
        ), sold AS NOT MATERIALIZED (
            SELECT id AS deal_id, offer_id, buyer_id, car_model_id FROM trading_deal WHERE kind = 'retail'
        )
        SELECT CASE WHEN s.deal_id IS NULL THEN 'offer ' || f.id ELSE 'deal ' || s.deal_id END AS id,
               CASE WHEN s.deal_id IS NULL THEN 'is filled without a deal'
                    WHEN f.id IS NULL THEN 'is for an offer that is not filled'
                    ELSE 'is for another customer or car model than its offer' END AS detail
        FROM filled f FULL JOIN sold s ON s.offer_id = f.id
        WHERE ROW(f.customer_id, f.car_model_id) IS DISTINCT FROM ROW(s.buyer_id, s.car_model_id)
          AND (SELECT ROW(count(*), sum(
                  hashint8extended(id, hashint8extended(customer_id, car_model_id))
              )) FROM filled) IS DISTINCT FROM (SELECT ROW(count(*), sum(
                  hashint8extended(offer_id, hashint8extended(buyer_id, car_model_id))
              )) FROM sold)
        """,
    ),
    Invariant(
        "G6",
        _("Patronage equals the deals it counts."),
        """
        WITH counted AS (
            SELECT seller_id, buyer_id, sum(quantity) AS cars, sum(quantity * unit_price_cents) AS cents
            FROM trading_deal GROUP BY seller_id, buyer_id
        )
        SELECT 'seller ' || coalesce(p.seller_id, c.seller_id) || ', buyer '
               || coalesce(p.buyer_id, c.buyer_id) AS id,
               coalesce(p.cars, 0) || ' cars for ' || coalesce(p.spent_cents, 0)
               || ' cents instead of ' || coalesce(c.cars, 0) || ' for ' || coalesce(c.cents, 0) AS detail
        FROM pricing_patronage p
        FULL JOIN counted c ON c.seller_id = p.seller_id AND c.buyer_id = p.buyer_id
        WHERE ROW(p.cars, p.spent_cents) IS DISTINCT FROM ROW(c.cars, c.cents)
        """,
    ),
    Invariant(
        "G7",
        _("The cost of what was sold and of what is left is what was paid for it."),
        f"""
        SELECT 'showroom ' || showroom_id || ', car model ' || car_model_id AS id,
               'paid ' || coalesce(sum(paid), 0) || ' cents, sold for ' || coalesce(sum(cost), 0)
               || ', has for ' || sum(has) AS detail
        FROM (
            SELECT CASE kind WHEN 'retail' THEN seller_id ELSE buyer_id END AS showroom_id, car_model_id,
                   sum(quantity * unit_price_cents) FILTER (WHERE kind <> 'retail') AS paid,
                   sum(cost_cents) FILTER (WHERE kind = 'retail') AS cost, 0 AS has
            FROM trading_deal GROUP BY 1, 2
            UNION ALL SELECT seller_id, car_model_id, 0, 0, stock_cost_cents FROM ({_STOCK}) stock
        ) costs
        GROUP BY showroom_id, car_model_id
        HAVING coalesce(sum(paid), 0) <> coalesce(sum(cost), 0) + sum(has)
        UNION ALL
        SELECT 'deal ' || id, 'its car had cost ' || cost_cents || ' cents' FROM trading_deal
        WHERE kind = 'retail' AND cost_cents < 0
        UNION ALL
        SELECT 'listing ' || id, 'no cars, at a cost of ' || stock_cost_cents || ' cents'
        FROM ({_STOCK}) stock WHERE quantity = 0 AND stock_cost_cents <> 0
        """,
    ),
)
