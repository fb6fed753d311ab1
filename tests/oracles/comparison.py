"""Everything that the two worlds have to agree on, as sorted rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from json import loads

from django.db import connection

from marketplace.ledger.addresses import WORLD, held, wallet
from marketplace.ledger.selectors import ACCOUNTS_SQL
from tests.oracles.market_oracle import World

Rows = list[tuple[object, ...]]

#: What the database has of each part of the market: columns and where they are from.
_PARTS = {
    "money": ("address, balance_cents", f"({ACCOUNTS_SQL}) a WHERE balance_cents <> 0"),
    "offers": ("id, status, closed_at", "trading_offer"),
    "listings": (
        "seller_id, car_model_id, price_cents, quantity, stock_cost_cents, pricing, is_active",
        "pricing_listing",
    ),
    "prices": (
        "seller_id, car_model_id, old_price_cents, c.price_cents, changed_at",
        "pricing_pricechange c JOIN pricing_listing l ON l.id = c.listing_id",
    ),
    "deals": (
        "seller_id, buyer_id, car_model_id, quantity, unit_price_cents, list_price_cents,"
        " discount_percent::text, promotion_id, loyalty_tier_id, cars_before, cost_cents, offer_id,"
        " sold_at",
        "trading_deal",
    ),
    "patronage": ("seller_id, buyer_id, cars, spent_cents", "pricing_patronage"),
    "assortments": (
        "showroom_id, car_model_id, rank, fit::text, missed_wishes, supplier_id",
        "trading_assortmentline WHERE is_active",
    ),
}

_DATABASE = " UNION ALL ".join(
    f"SELECT '{part}', json_build_array({columns})::text FROM {source}"
    for part, (columns, source) in _PARTS.items()
)


def differences(world: World) -> dict[str, Rows]:
    """By part of the market, the rows that only one of the two has; the first column says which."""
    found: dict[str, Rows] = {}
    ours, theirs = _of_the_oracle(world), _of_the_database()
    for part in _PARTS:
        mine, others = sorted(ours[part], key=repr), sorted(theirs[part], key=repr)
        if mine != others:
            found[part] = [("oracle", *row) for row in mine if row not in others]
            found[part] += [("database", *row) for row in others if row not in mine]
            found[part] = found[part] or [("the same rows, another number of times",)]
    return found


def _of_the_database() -> dict[str, Rows]:
    """One statement, since it is asked after every job."""
    found: dict[str, Rows] = {part: [] for part in _PARTS}
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        for part, row in cursor.fetchall():
            found[part].append(tuple(loads(row)))
    return found


def _of_the_oracle(world: World) -> dict[str, Rows]:
    return {
        "money": list(_money(world)),
        "offers": [(one.id, one.status, _instant(one.closed_at)) for one in world.offers.values()],
        "listings": [
            (
                one.seller, one.model, one.price, one.quantity, one.cost,
                "automatic" if one.automatic else "manual", one.active,
            )
            for one in world.listings.values()
        ],
        "prices": [
            (one.seller, one.model, one.old, one.new, _instant(one.at))
            for one in world.price_changes
        ],
        "deals": list(_deals(world)),
        "patronage": _patronage(world),
        "assortments": [
            (showroom, model, line.rank, _share(line.fit), line.missed, line.supplier)
            for showroom, lines in world.assortments.items()
            for model, line in lines.items()
        ],
    }  # fmt: skip


def _money(world: World) -> Iterator[tuple[object, ...]]:
    balances = {WORLD: 0}
    for one in world.parties.values():
        balances |= {wallet(one.id): one.wallet, held(one.id): one.held}
        balances[WORLD] -= one.wallet + one.held
    return ((address, cents) for address, cents in balances.items() if cents)


def _deals(world: World) -> Iterable[tuple[object, ...]]:
    for deal in world.deals:
        quote = deal.quote
        yield (
            deal.seller, deal.buyer, deal.model, deal.quantity, quote.price, quote.list_price,
            str(quote.percent.quantize(Decimal("0.01"))), quote.promotion, quote.tier,
            deal.cars_before, deal.cost, deal.offer, _instant(deal.sold_at),
        )  # fmt: skip


def _patronage(world: World) -> Rows:
    counted: dict[tuple[int, int], tuple[int, int]] = {}
    for deal in world.deals:
        cars, spent = counted.get((deal.seller, deal.buyer), (0, 0))
        spent += deal.quantity * deal.quote.price
        counted[deal.seller, deal.buyer] = (cars + deal.quantity, spent)
    return [(*pair, *count) for pair, count in counted.items()]


def _share(fit: Fraction) -> str:
    """A share as an assortment line keeps it: four decimals."""
    return str((Decimal(fit.numerator) / fit.denominator).quantize(Decimal("0.0001")))


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
