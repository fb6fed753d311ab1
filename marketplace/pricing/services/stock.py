"""Cars coming into a showroom's stock and going out of it, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from marketplace.common.acts import act, part_of_an_act
from marketplace.common.bulk import copy_rows, new_ids, run
from marketplace.common.percents import price_with_markup
from marketplace.pricing.models import Listing, PriceChange
from marketplace.pricing.selectors.stock import StockRow, stock_of


class Delivery(NamedTuple):
    """Cars of one model that come in, what they cost together, and where they go (None: a new listing)."""

    car_model_id: int
    cars: int
    cost_cents: int
    into: StockRow | None


class Taking(NamedTuple):
    """A listing as a plan saw it, and the cars and cost that the plan leaves there."""

    listing_id: int
    price_cents: int
    quantity: int
    stock_cost_cents: int
    quantity_left: int
    cost_left_cents: int


class _Restocked(NamedTuple):
    listing_id: int
    quantity: int
    stock_cost_cents: int
    price_cents: int
    old_price_cents: int | None
    car_model_id: int


@part_of_an_act
def receive_stock(
    *, showroom_id: int, deliveries: Sequence[Delivery], markup_bp: int, at: datetime
) -> None:
    """Put deliveries on the shelves; the caller holds the lock on the listings they go into.

    A listing priced automatically costs the average cost of its cars plus the markup, rounded up to
    a whole cent; one priced by hand keeps its price. Every price that changed is on record.
    """
    fresh = new_ids(Listing, sum(delivery.into is None for delivery in deliveries))
    rows = [_restocked(delivery, markup_bp, fresh) for delivery in deliveries]
    known = [row for row, delivery in zip(rows, deliveries, strict=True) if delivery.into]
    _write_known(known, at)
    _write_new(
        [row for row, delivery in zip(rows, deliveries, strict=True) if not delivery.into],
        showroom_id,
        at,
    )
    _remember(rows, at)


def _restocked(delivery: Delivery, markup_bp: int, fresh: list[int]) -> _Restocked:
    before = delivery.into
    quantity = delivery.cars + (before.quantity if before else 0)
    cost = delivery.cost_cents + (before.stock_cost_cents if before else 0)
    automatic = price_with_markup(cost, quantity, markup_bp)
    if before is None:
        return _Restocked(fresh.pop(0), quantity, cost, automatic, None, delivery.car_model_id)
    price = automatic if before.is_automatic else before.price_cents
    return _Restocked(
        before.listing_id, quantity, cost, price, before.price_cents, delivery.car_model_id
    )


def _write_known(rows: Sequence[_Restocked], at: datetime) -> None:
    if rows:
        run(
            "UPDATE pricing_listing SET quantity = new.quantity, stock_cost_cents = new.cost,"
            " price_cents = new.price, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[])"
            " AS new(id, quantity, cost, price) WHERE pricing_listing.id = new.id",
            [
                at,
                [row.listing_id for row in rows],
                [row.quantity for row in rows],
                [row.stock_cost_cents for row in rows],
                [row.price_cents for row in rows],
            ],
        )


def _write_new(rows: Sequence[_Restocked], showroom_id: int, at: datetime) -> None:
    if rows:
        copy_rows(
            Listing,
            ["id", "seller_id", "car_model_id", "price_cents", "quantity", "stock_cost_cents",
             "pricing", "is_active", "created_at", "updated_at"],
            [
                (row.listing_id, showroom_id, row.car_model_id, row.price_cents, row.quantity,
                 row.stock_cost_cents, Listing.Pricing.AUTOMATIC.value, True, at, at)
                for row in rows
            ],
        )  # fmt: skip


@part_of_an_act
def take_stock(*, takings: Sequence[Taking], at: datetime) -> bool:
    """Take cars off the shelves, if every one still is what the plan saw; says whether it was.

    If not, the caller has to undo what it did: some listings may have been written.
    """
    ordered = sorted(takings)
    # Locked first, in one order: an UPDATE takes its rows in whatever order it comes upon them.
    run(
        "SELECT FROM pricing_listing WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [[taking.listing_id for taking in ordered]],
    )
    taken = run(
        "UPDATE pricing_listing SET quantity = plan.quantity_left, stock_cost_cents = plan.cost_left,"
        " updated_at = %s FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::int[],"
        " %s::bigint[]) AS plan(id, price, quantity, cost, quantity_left, cost_left)"
        " WHERE pricing_listing.id = plan.id AND is_active AND price_cents = plan.price"
        " AND pricing_listing.quantity = plan.quantity AND stock_cost_cents = plan.cost",
        [at, *map(list, zip(*ordered, strict=True))],
    )
    return taken == len(ordered)


@act
def reprice_stock(*, showroom_id: int, markup_bp: int, at: datetime) -> int:
    """Price everything that is priced automatically by another markup; returns how many changed.

    What is sold out keeps its price until cars come in.
    """
    stock = [
        row
        for row in stock_of(showroom_id, locked=True).values()
        if row.is_active and row.is_automatic and row.quantity
    ]
    changed = [
        _Restocked(
            row.listing_id,
            row.quantity,
            row.stock_cost_cents,
            price,
            row.price_cents,
            row.car_model_id,
        )
        for row in stock
        for price in [price_with_markup(row.stock_cost_cents, row.quantity, markup_bp)]
        if price != row.price_cents
    ]
    _write_known(changed, at)
    _remember(changed, at)
    return len(changed)


def _remember(rows: Sequence[_Restocked], at: datetime) -> None:
    copy_rows(
        PriceChange,
        ["listing_id", "old_price_cents", "price_cents", "changed_at"],
        [
            (row.listing_id, row.old_price_cents, row.price_cents, at)
            for row in rows
            if row.price_cents != row.old_price_cents
        ],
    )
