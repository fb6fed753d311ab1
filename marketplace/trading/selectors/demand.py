"""How much the market and each showroom sell, read for many showrooms at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db import connection

from marketplace.trading.rules.demand import days_in_window, market_rate, rate

_MARKET = """
    SELECT w.days, d.car_model_id, sum(d.quantity)
    FROM unnest(%(windows)s::int[]) AS w(days)
    JOIN trading_deal d ON d.sold_at > %(at)s - make_interval(days => w.days) AND d.sold_at <= %(at)s
    WHERE d.kind = 'retail'
    GROUP BY w.days, d.car_model_id
"""

_OWN = """
    SELECT d.seller_id, d.car_model_id, sum(d.quantity)
    FROM unnest(%(showrooms)s::bigint[], %(windows)s::int[]) AS s(id, days)
    JOIN trading_deal d ON d.seller_id = s.id AND d.sold_at <= %(at)s
     AND d.sold_at > %(at)s - make_interval(days => s.days)
    WHERE d.kind = 'retail'
    GROUP BY d.seller_id, d.car_model_id
"""

_OPEN_OFFERS = """
    SELECT o.car_model_id, count(*) FROM trading_offer o
    JOIN parties_party c ON c.id = o.customer_id AND c.is_active
    WHERE o.status = 'open' AND o.is_active AND o.created_at <= %(at)s AND o.expires_at > %(at)s
    GROUP BY o.car_model_id
"""

_ACTIVE_SHOWROOMS = "SELECT count(*) FROM parties_party WHERE kind = 'showroom' AND is_active"


@dataclass(frozen=True, slots=True)
class Sales:
    """Retail sales up to an instant: of the market by window and model, of showrooms by model."""

    at: datetime
    market: Mapping[int, Mapping[int, Fraction]]
    own: Mapping[tuple[int, int], int]

    def market_rates(self, window_days: int) -> Mapping[int, Fraction]:
        """Cars a day and active showroom, by car model; a model that nobody sold is missing."""
        return self.market.get(window_days, {})

    def rate(
        self, showroom_id: int, founded_at: datetime, window_days: int, car_model_id: int
    ) -> Fraction:
        """Cars a day that the showroom can sell of the model."""
        days = days_in_window(founded_at, self.at, window_days)
        market = self.market_rates(window_days).get(car_model_id, _NOTHING)
        return rate(self.own.get((showroom_id, car_model_id), 0), days, market)


_NOTHING = Fraction(0)


def sales_until(at: datetime, windows: Mapping[int, int]) -> Sales:
    """The sales that count at an instant; `windows` are the demand windows in days by showroom."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE_SHOWROOMS)
        (active,) = cursor.fetchone()
        cursor.execute(_MARKET, {"windows": sorted(set(windows.values())), "at": at})
        market: dict[int, dict[int, Fraction]] = {}
        for days, car_model_id, cars in cursor.fetchall():
            market.setdefault(days, {})[car_model_id] = market_rate(int(cars), active, days)
        cursor.execute(
            _OWN, {"showrooms": list(windows), "windows": list(windows.values()), "at": at}
        )
        own = {(seller, car_model): int(cars) for seller, car_model, cars in cursor.fetchall()}
    return Sales(at, market, own)


def open_offers_at(at: datetime) -> dict[int, int]:
    """How many offers wait for each car model."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_OFFERS, {"at": at})
        return dict(cursor.fetchall())
