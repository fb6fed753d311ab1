"""Counting a seller's unique buyers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from marketplace.common.acts import part_of_an_act
from marketplace.common.bulk import run


class Patrons(NamedTuple):
    """So many more cars that one buyer bought from one seller, and what they cost together."""

    seller_id: int
    buyer_id: int
    cars: int
    spent_cents: int


@part_of_an_act
def count_patronage(patronage: Iterable[Patrons], *, at: datetime) -> None:
    """Add to what buyers have bought from sellers, in one statement; each pair at most once."""
    columns = list(zip(*sorted(patronage), strict=True))
    run(
        "INSERT INTO pricing_patronage (seller_id, buyer_id, cars, spent_cents, last_deal_at,"
        " is_active, created_at, updated_at)"
        " SELECT *, %s, true, %s, %s FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[])"
        " ON CONFLICT (seller_id, buyer_id) DO UPDATE SET cars = pricing_patronage.cars + excluded.cars,"
        " spent_cents = pricing_patronage.spent_cents + excluded.spent_cents,"
        " last_deal_at = greatest(pricing_patronage.last_deal_at, excluded.last_deal_at),"
        " updated_at = excluded.updated_at",
        [at, at, at, *map(list, columns)],
    )
