"""What customers bought, for deriving their profiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import connection

from marketplace.common.nudges import Job
from marketplace.trading.rules.profiles import DORMANT_AFTER, BoughtCar, Segment

#: Bought since the last run looked, never looked at, or asleep by now.
_CUSTOMERS = """
    WITH last AS (
        SELECT coalesce(max(at), '-infinity') AS at FROM trading_jobrun
        WHERE job = %(job)s AND status = 'finished'
    )
    SELECT buyer_id FROM trading_deal, last
    WHERE kind = 'retail' AND sold_at >= last.at - interval '1 hour' AND sold_at <= %(at)s
    UNION
    SELECT party_ptr_id FROM parties_customer
    WHERE segment = '' OR (segment NOT IN (%(new)s, %(dormant)s) AND last_deal_at < %(asleep)s)
    ORDER BY 1
"""

_PURCHASES = """
    SELECT d.buyer_id, m.make, m.body_type, m.fuel, d.unit_price_cents, d.sold_at
    FROM trading_deal d JOIN catalog_carmodel m ON m.id = d.car_model_id
    WHERE d.buyer_id = ANY(%(customers)s) AND d.kind = 'retail' AND d.sold_at <= %(at)s
    ORDER BY d.id
"""


def customers_to_derive(at: datetime) -> list[int]:
    """The customers whose derived profile may have changed since it was last derived."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CUSTOMERS,
            {
                "job": Job.DERIVE_PROFILES.value,
                "at": at,
                "new": Segment.NEW.value,
                "dormant": Segment.DORMANT.value,
                "asleep": at - DORMANT_AFTER,
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


def purchases_of(customers: Collection[int], at: datetime) -> dict[int, list[BoughtCar]]:
    """Everything that each of the customers has bought until then."""
    bought: dict[int, list[BoughtCar]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PURCHASES, {"customers": list(customers), "at": at})
        for buyer_id, *car in cursor.fetchall():
            bought[buyer_id].append(BoughtCar(*car))
    return bought
