"""Price lists: many prices of one seller at once, all or nothing, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.common.acts import act, refused_by
from marketplace.common.bulk import copy_rows, new_ids, run
from marketplace.common.nudges import Job, nudge
from marketplace.parties.models import Party
from marketplace.parties.rules import PartyKind
from marketplace.pricing.errors import (
    BadLine,
    HasNoPriceList,
    PriceListChanged,
    PriceListRefused,
)
from marketplace.pricing.models import Listing, PriceChange
from marketplace.pricing.rules.announcing import PriceLine, announced_prices
from marketplace.pricing.selectors.price_lists import price_list_of
from marketplace.pricing.services.listings import TAKEN
from marketplace.pricing.services.sellers import lock_seller, require_seller

_COLUMNS = (
    "id", "is_active", "created_at", "updated_at", "seller_id", "car_model_id", "price_cents",
    "stock_cost_cents", "pricing",
)  # fmt: skip
_BY_HAND = Listing.Pricing.MANUAL.value


@dataclass(frozen=True, slots=True)
class _Row:
    """What the service needs to know of a listing that is there."""

    pk: int
    is_active: bool
    price_cents: int
    quantity: int | None


@act
def set_prices(
    *,
    seller: Party,
    prices: Mapping[int, int] | Iterable[tuple[int, int]],
    at: datetime,
    expected_version: str | None = None,
) -> int:
    """Set prices by hand, in cents by car model id, and return how many listings that changed.

    Lines are numbered from 1 in the order given. A supplier that names a car model it doesn't list
    begins (again) to list it; a showroom can only price what it has. A listing whose price stays
    the same is left alone. With an expected version nothing happens to any other price list.

    Raises:
        PriceListRefused: nothing was changed; `lines` says which lines are wrong, and why.
        PriceListChanged: the seller's list has another version by now.
        AlreadyListed: somebody else listed one of the car models at the same moment.
        PartyInactive, NotASeller: the party can't sell.
    """
    require_seller(seller)
    lines = announced_prices(prices)
    if expected_version is None:
        rows = _locked_rows(seller, [line.car_model_id for line in lines])
        _refuse_strange_lines(seller, lines, rows)
    else:
        rows = _locked_list(seller, lines, expected_version)
    return _apply(seller, lines, rows, at)


@act
def replace_price_list(
    *,
    seller: Party,
    prices: Mapping[int, int] | Iterable[tuple[int, int]],
    expected_version: str | None,
    at: datetime,
) -> int:
    """Make these a supplier's whole price list, and return how many listings that changed.

    As `set_prices`; besides, what the supplier lists and the lines don't name is deactivated. None
    as the expected version replaces whatever is there.

    Raises:
        HasNoPriceList: the seller is a showroom.
        PriceListRefused: nothing was changed; `lines` says which lines are wrong, and why.
        PriceListChanged: the list has another version by now.
        AlreadyListed: somebody else listed one of the car models at the same moment.
        PartyInactive, NotASeller: the party can't sell.
    """
    require_seller(seller)
    if seller.kind != PartyKind.SUPPLIER:
        raise HasNoPriceList()
    lines = announced_prices(prices)
    rows = _locked_list(seller, lines, expected_version)
    return _apply(seller, lines, rows, at) + _withdraw_others(lines, rows, at)


def _locked_list(
    seller: Party, lines: Sequence[PriceLine], expected_version: str | None
) -> dict[int, _Row]:
    """All that the seller lists or listed, locked, if it still is what the change was made for."""
    # Rows alone don't do: of two changes that both only add lines neither would see the other.
    lock_seller(seller)
    rows = _locked_rows(seller)
    _refuse_strange_lines(seller, lines, rows)
    if expected_version not in (None, price_list_of(seller.pk).version):
        raise PriceListChanged()
    return rows


def _apply(
    seller: Party, lines: Sequence[PriceLine], rows: Mapping[int, _Row], at: datetime
) -> int:
    """Write what differs from the rows; returns how many listings that is."""
    # In order of car models: two such lists of one seller wait for each other, and don't deadlock.
    fresh = sorted(
        (line for line in lines if line.car_model_id not in rows),
        key=lambda line: line.car_model_id,
    )
    changed = [
        (line, rows[line.car_model_id])
        for line in lines
        if line.car_model_id in rows and _changes(line, rows[line.car_model_id])
    ]
    ids = _insert(seller, fresh, at)
    _update(changed, at)
    copy_rows(
        PriceChange,
        ["listing_id", "old_price_cents", "price_cents", "changed_at"],
        [(pk, None, line.price_cents, at) for pk, line in zip(ids, fresh, strict=True)]
        + [
            (row.pk, row.price_cents, line.price_cents, at)
            for line, row in changed
            if line.price_cents != row.price_cents
        ],
    )
    if any(row.quantity and line.price_cents < row.price_cents for line, row in changed):
        nudge(Job.MATCH_OFFERS)
    return len(fresh) + len(changed)


def _changes(line: PriceLine, row: _Row) -> bool:
    return not row.is_active or line.price_cents != row.price_cents


def _locked_rows(seller: Party, car_models: Sequence[int] | None = None) -> dict[int, _Row]:
    """By car model (None: all) the seller's active listing, or else the latest, locked by keys."""
    found = Listing.objects.select_for_update(no_key=True).filter(seller=seller.pk).order_by("pk")
    if car_models is not None:
        found = found.filter(car_model__in=car_models)
    rows: dict[int, _Row] = {}
    for car_model_id, *values in found.values_list(
        "car_model_id", "pk", "is_active", "price_cents", "quantity"
    ):
        row = _Row(*values)
        if row.is_active or not (car_model_id in rows and rows[car_model_id].is_active):
            rows[car_model_id] = row
    return rows


def _refuse_strange_lines(
    seller: Party, lines: Sequence[PriceLine], rows: Mapping[int, _Row]
) -> None:
    """Refuse car models that nobody trades, and those that a showroom doesn't have.

    Raises:
        PriceListRefused: with every such line.
    """
    traded = set(
        CarModel.objects.active()
        .filter(pk__in=[line.car_model_id for line in lines])
        .values_list("pk", flat=True)
    )
    bad = []
    for line in lines:
        row = rows.get(line.car_model_id)
        if line.car_model_id not in traded:
            bad.append(BadLine(line.line, _("There is no such car model in the market.")))
        elif seller.kind == PartyKind.SHOWROOM and not (row and row.is_active):
            bad.append(BadLine(line.line, _("This showroom doesn't list the car model.")))
    if bad:
        raise PriceListRefused(bad)


def _insert(seller: Party, lines: Sequence[PriceLine], at: datetime) -> list[int]:
    """New listings of a supplier; returns their keys in the order of the lines."""
    if not lines:
        return []
    ids = new_ids(Listing, len(lines))
    rows = [
        (pk, True, at, at, seller.pk, line.car_model_id, line.price_cents, 0, _BY_HAND)
        for pk, line in zip(ids, lines, strict=True)
    ]
    with refused_by(TAKEN):
        copy_rows(Listing, _COLUMNS, rows)
    return ids


def _update(changed: Sequence[tuple[PriceLine, _Row]], at: datetime) -> None:
    if changed:
        run(
            "UPDATE pricing_listing SET price_cents = new.price_cents, pricing = %s,"
            " is_active = true, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, price_cents)"
            " WHERE pricing_listing.id = new.id",
            [
                _BY_HAND,
                at,
                [row.pk for _, row in changed],
                [line.price_cents for line, _ in changed],
            ],
        )


def _withdraw_others(lines: Sequence[PriceLine], rows: Mapping[int, _Row], at: datetime) -> int:
    """Deactivate what the lines don't name; returns how many listings that is.

    Only what was there when the list was looked at: who lists a car model right now comes later.
    """
    named = {line.car_model_id for line in lines}
    others = [row.pk for model, row in rows.items() if row.is_active and model not in named]
    if not others:
        return 0
    return run(
        "UPDATE pricing_listing SET is_active = false, updated_at = %s WHERE id = ANY(%s::bigint[])",
        [at, others],
    )
