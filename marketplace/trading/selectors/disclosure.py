"""Why a deal came about, as far as the one who asks may know.

The buyer may know all of it: what it was offered, by its own loyalty. The seller knows its own
quote. What a rival asked of this buyer, and what the buyer would have paid, is not the seller's to
know; a showroom's list prices and stock are public, a supplier's prices are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from marketplace.parties.rules import PartyKind
from marketplace.pricing.rules.quoting import Considered, Quote
from marketplace.trading.models import Deal
from marketplace.trading.rules.explaining import Fate, RestockLine, Rival
from marketplace.trading.rules.restocking import Purchase, Standing
from marketplace.trading.selectors.explaining import RetailWhy, WholesaleWhy, why_deal
from marketplace.trading.selectors.people import names_of_parties

#: Why a rival lost, where the reason itself would tell what it asked or what the buyer would pay.
NOT_CHOSEN = "not_chosen"

#: Every reason that a candidate can have.
REASONS = tuple(
    dict.fromkeys(
        [*(fate.name.lower() for fate in Fate), *(one.value for one in Standing), NOT_CHOSEN]
    )
)


@dataclass(frozen=True, slots=True)
class Named:
    """A party by what others call it."""

    id: int
    kind: PartyKind
    name: str


@dataclass(frozen=True, slots=True)
class CandidateTold:
    """Who could have sold, and why it did or didn't. What the asker may not know is None.

    `left` counts the cars of a showroom at the offer's turn; suppliers have no limit.
    """

    seller: Named
    list_price_cents: int
    reason: str
    price_cents: int | None = None
    dearer_cents: int | None = None
    cars_before: int | None = None
    left: int | None = None
    considered: tuple[Considered, ...] = ()


@dataclass(frozen=True, slots=True)
class DealTold:
    """Why a deal was made, the winner first. `consistent`: worked out again it is the same deal.

    A retail deal's buyer is told of its offer, a wholesale deal's of the line of the restock.
    """

    deal: Deal
    consistent: bool
    candidates: tuple[CandidateTold, ...]
    max_price_cents: int | None = None
    posted_at: datetime | None = None
    line: RestockLine | None = None
    purchases: tuple[Purchase, ...] = ()


def showroom_named(pk: int) -> Named:
    """The showroom as others name it."""
    return _named(pk, PartyKind.SHOWROOM, names_of_parties([pk]))


def deal_told(deal: Deal, *, to_seller: bool) -> DealTold | None:
    """Why the deal was made, for its seller or else for its buyer; None if no decision is on record."""
    why = why_deal(deal)
    if why is None:
        return None
    if isinstance(why, RetailWhy):
        return _retail_to_seller(why) if to_seller else _retail(why)
    return _wholesale_to_seller(why) if to_seller else _wholesale(why)


def _retail(why: RetailWhy) -> DealTold:
    return DealTold(
        deal=why.deal,
        consistent=why.consistent,
        candidates=tuple(_rival(rival, why.names) for rival in why.rivals),
        max_price_cents=why.max_price_cents,
        posted_at=why.posted_at,
    )


def _retail_to_seller(why: RetailWhy) -> DealTold:
    own = why.deal.seller_id
    return DealTold(
        deal=why.deal,
        consistent=why.consistent,
        candidates=tuple(
            (
                _rival(rival, why.names)
                if rival.quote.seller_id == own
                else _rival_in_public(rival, why.names)
            )
            for rival in sorted(why.rivals, key=lambda one: _public_order(one, own))
        ),
    )


def _public_order(rival: Rival, own: int) -> tuple[bool, int, int]:
    """The seller itself, then by list price: their order by quotes would tell of the quotes."""
    return rival.quote.seller_id != own, rival.quote.list_price_cents, rival.quote.seller_id


def _rival(rival: Rival, names: Mapping[int, str]) -> CandidateTold:
    quote = rival.quote
    return CandidateTold(
        seller=_named(quote.seller_id, PartyKind.SHOWROOM, names),
        list_price_cents=quote.list_price_cents,
        reason=rival.fate.name.lower(),
        price_cents=quote.price_cents,
        dearer_cents=rival.dearer_cents,
        cars_before=quote.cars_before,
        left=max(0, rival.left),
        considered=quote.considered,
    )


def _rival_in_public(rival: Rival, names: Mapping[int, str]) -> CandidateTold:
    is_sold_out = rival.fate is Fate.SOLD_OUT
    return CandidateTold(
        seller=_named(rival.quote.seller_id, PartyKind.SHOWROOM, names),
        list_price_cents=rival.quote.list_price_cents,
        reason=rival.fate.name.lower() if is_sold_out else NOT_CHOSEN,
        left=max(0, rival.left),
    )


def _wholesale(why: WholesaleWhy) -> DealTold:
    return DealTold(
        deal=why.deal,
        consistent=why.consistent,
        candidates=candidates_told(why.line, why.names),
        line=why.line,
        purchases=why.line.purchases,
    )


def _wholesale_to_seller(why: WholesaleWhy) -> DealTold:
    told = candidates_told(why.line, why.names)
    return DealTold(
        deal=why.deal,
        consistent=why.consistent,
        candidates=tuple(one for one in told if one.seller.id == why.deal.seller_id),
        purchases=why.line.purchases,
    )


def candidates_told(line: RestockLine, names: Mapping[int, str]) -> tuple[CandidateTold, ...]:
    """The suppliers that could have delivered a line, as its showroom may know them."""
    return tuple(
        _supplier(one.quote, one.standing, line.candidates[0].quote, names)
        for one in line.candidates
    )


def _supplier(
    quote: Quote, standing: Standing, best: Quote, names: Mapping[int, str]
) -> CandidateTold:
    return CandidateTold(
        seller=_named(quote.seller_id, PartyKind.SUPPLIER, names),
        list_price_cents=quote.list_price_cents,
        reason=standing.value,
        price_cents=quote.price_cents,
        dearer_cents=quote.price_cents - best.price_cents,
        cars_before=quote.cars_before,
        considered=quote.considered,
    )


def _named(pk: int, kind: PartyKind, names: Mapping[int, str]) -> Named:
    return Named(pk, kind, names.get(pk, ""))
