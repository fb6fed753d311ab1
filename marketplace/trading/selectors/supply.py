"""What restocking and the supplier review look at: a shard of showrooms and what suppliers ask.

One statement a table, whatever the size. A showroom's own stock, money and patronage are read again
under its lock when it buys; what suppliers ask is as it was when the run looked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from marketplace.common.shards import Shard
from marketplace.parties.models import Showroom
from marketplace.parties.rules import Policy
from marketplace.pricing.rules.quoting import Terms
from marketplace.pricing.selectors.terms import terms_at
from marketplace.trading.selectors.demand import Sales, open_offers_at, sales_until

_LINES = """
    SELECT a.showroom_id, a.id, a.car_model_id, a.fit, a.supplier_id
    FROM trading_assortmentline a
    JOIN catalog_carmodel m ON m.id = a.car_model_id AND m.is_active
    WHERE a.is_active AND a.showroom_id = ANY(%(showrooms)s)
    ORDER BY a.showroom_id, a.rank
"""

_PRICES = """
    SELECT l.car_model_id, l.seller_id, l.price_cents
    FROM pricing_listing l
    JOIN parties_party s ON s.id = l.seller_id AND s.is_active AND s.kind = 'supplier'
    WHERE l.is_active AND l.car_model_id = ANY(%(car_models)s)
    ORDER BY l.car_model_id, l.seller_id
"""

_PATRONAGE = """
    SELECT buyer_id, seller_id, cars FROM pricing_patronage WHERE buyer_id = ANY(%(showrooms)s)
"""


class LineRow(NamedTuple):
    """An assortment line as it stands."""

    line_id: int
    car_model_id: int
    fit: Decimal
    supplier_id: int | None


@dataclass(frozen=True, slots=True)
class ShowroomRow:
    """A showroom, its policy and its assortment."""

    showroom_id: int
    founded_at: datetime
    policy: Policy
    lines: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class Supply:
    """Showrooms, what they can sell, and what suppliers ask for it.

    `prices` are list prices in cents by car model and supplier; `patronage` is cars bought so far,
    by showroom and supplier.
    """

    at: datetime
    showrooms: tuple[ShowroomRow, ...]
    sales: Sales
    open_offers: Mapping[int, int]
    prices: Mapping[int, Mapping[int, int]]
    terms: Mapping[int, Terms]
    patronage: Mapping[int, Mapping[int, int]]


def supply_for(shard: Shard, at: datetime, showroom_id: int | None = None) -> Supply:
    """The supply of the shard's active showrooms, or of one of them."""
    found = Showroom.objects.active().order_by("pk")
    if showroom_id is not None:
        found = found.filter(pk=showroom_id)
    showrooms = [one for one in found if one.pk % shard.of == shard.index]
    lines = _lines_of([one.pk for one in showrooms])
    car_models = {line.car_model_id for of_showroom in lines.values() for line in of_showroom}
    prices = _prices_of(car_models)
    suppliers = {supplier for of_model in prices.values() for supplier in of_model}
    return Supply(
        at=at,
        showrooms=tuple(
            ShowroomRow(one.pk, one.created_at, one.policy, tuple(lines.get(one.pk, ())))
            for one in showrooms
        ),
        sales=sales_until(at, {one.pk: one.demand_window_days for one in showrooms}),
        open_offers=open_offers_at(at),
        prices=prices,
        terms=terms_at(at, suppliers),
        patronage=patronage_of([one.pk for one in showrooms]),
    )


def patronage_of(buyers: Collection[int]) -> dict[int, dict[int, int]]:
    """How many cars each buyer has bought, by buyer and seller."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_PATRONAGE, {"showrooms": list(buyers)})
        for buyer_id, seller_id, cars in cursor.fetchall():
            found[buyer_id][seller_id] = cars
    return found


def _lines_of(showrooms: list[int]) -> dict[int, list[LineRow]]:
    lines: dict[int, list[LineRow]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"showrooms": showrooms})
        for showroom_id, *line in cursor.fetchall():
            lines[showroom_id].append(LineRow(*line))
    return lines


def _prices_of(car_models: Collection[int]) -> dict[int, dict[int, int]]:
    prices: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_PRICES, {"car_models": list(car_models)})
        for car_model_id, seller_id, price_cents in cursor.fetchall():
            prices[car_model_id][seller_id] = price_cents
    return prices
