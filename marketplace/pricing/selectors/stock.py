"""What stands on a showroom's shelves."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class StockRow(NamedTuple):
    """A showroom's listing of a car model as it stands, on sale or taken off."""

    listing_id: int
    car_model_id: int
    price_cents: int
    quantity: int
    stock_cost_cents: int
    is_automatic: bool
    is_active: bool


_STOCK = """
    SELECT id, car_model_id, price_cents, quantity, stock_cost_cents, pricing = 'automatic', is_active
    FROM pricing_listing WHERE seller_id = %s ORDER BY id
"""


def stock_of(showroom_id: int, *, locked: bool = False) -> dict[int, StockRow]:
    """The showroom's listings by car model; of several the one on sale. May lock them all."""
    with connection.cursor() as cursor:
        cursor.execute(_STOCK + (" FOR UPDATE" if locked else ""), [showroom_id])
        rows = [StockRow(*row) for row in cursor.fetchall()]
    return {row.car_model_id: row for row in sorted(rows, key=lambda row: row.is_active)}
