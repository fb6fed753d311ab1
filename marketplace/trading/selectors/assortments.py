"""The assortments that fit showrooms best, and those that stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from json import loads
from typing import NamedTuple

from django.db import connection

from marketplace.common.shards import Shard
from marketplace.parties.models import Showroom
from marketplace.trading.models import Preference
from marketplace.trading.rules.assortment import (
    AssortmentChoice,
    CarFacts,
    RankedCars,
    criteria_from,
)
from marketplace.trading.selectors.demand import sales_until

_LISTED = """
    SELECT m.id, m.make, m.name, m.variant, m.model_year, m.body_type, m.fuel, m.transmission, m.drive,
           m.power_hp, m.engine_cc, m.seats, m.origin_country, m.suggested_price_cents
    FROM catalog_carmodel m
    WHERE m.is_active AND EXISTS (
        SELECT FROM pricing_listing l JOIN parties_party s ON s.id = l.seller_id
        WHERE l.car_model_id = m.id AND l.is_active AND s.is_active AND s.kind = 'supplier'
    )
"""

_LINES = """
    SELECT showroom_id, id, car_model_id, rank, fit, missed_wishes
    FROM trading_assortmentline WHERE is_active AND showroom_id = ANY(%s) ORDER BY id
"""


class LineState(NamedTuple):
    """An assortment line as it stands."""

    line_id: int
    car_model_id: int
    rank: int
    fit: Decimal
    missed: list[str]


def listed_cars() -> list[CarFacts]:
    """The active car models that at least one active supplier lists."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED)
        return [CarFacts(*row) for row in cursor.fetchall()]


def best_assortments(
    shard: Shard, at: datetime, showroom_id: int | None = None
) -> dict[int, list[AssortmentChoice]]:
    """The best assortment of each active showroom of the shard, or of one, by showroom.

    Showrooms that look back equally far share one order of demand.
    """
    found = Showroom.objects.active().order_by("pk")
    if showroom_id is not None:
        found = found.filter(pk=showroom_id)
    showrooms = [one for one in found if one.pk % shard.of == shard.index]
    preferences = dict(
        Preference.objects.active()
        .filter(showroom__in=[one.pk for one in showrooms])
        .values_list("showroom_id", "criteria")
    )
    cars = listed_cars()
    sales = sales_until(at, {one.pk: one.demand_window_days for one in showrooms})
    ranked = {
        days: RankedCars(cars, sales.market_rates(days))
        for days in {one.demand_window_days for one in showrooms}
    }
    return {
        one.pk: ranked[one.demand_window_days].best_fitting(
            criteria_from(preferences.get(one.pk, [])), one.assortment_size
        )
        for one in showrooms
    }


def lines_of(showrooms: Collection[int]) -> dict[int, dict[int, LineState]]:
    """The active assortment lines by showroom and car model."""
    lines: dict[int, dict[int, LineState]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(showrooms)])
        for showroom, line_id, car_model_id, rank, fit, missed in cursor.fetchall():
            state = LineState(line_id, car_model_id, rank, fit, loads(missed))
            lines[showroom][state.car_model_id] = state
    return lines
