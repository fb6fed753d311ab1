"""Why a deal came about and a supplier was chosen, worked out again from what the job saw.

Pure: reads the bodies that the rules of matching, restocking and sourcing left behind, and quotes
again by the same rule. Knows no names, only ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.common.percents import price_after
from marketplace.pricing.rules.quoting import (
    Considered,
    Discount,
    DiscountKind,
    Outcome,
    Quote,
    quote_for,
)
from marketplace.trading.rules.loyalty_costs import BreakEven
from marketplace.trading.rules.restocking import LineOutcome, Purchase, Standing, line_of
from marketplace.trading.rules.sheets import shelves_on, terms_on
from marketplace.trading.rules.sourcing_choices import Candidate as Source
from marketplace.trading.rules.sourcing_choices import LineReason


class Fate(StrEnum):
    """What became of a showroom's shelf when an offer's turn came."""

    CHOSEN = "chosen"
    SOLD_OUT = "sold out before"
    DEARER = "dearer"
    HIGHER_LIST_PRICE = "same price, higher list price"
    LARGER_ID = "same price, another showroom goes first"
    ABOVE_MAXIMUM = "above what the offer would pay"


@dataclass(frozen=True, slots=True)
class Rival:
    """A showroom that had the car when the run began, and how it fared.

    `left` counts its cars at the offer's turn, `dearer_cents` what it asked more than the winner.
    """

    quote: Quote
    left: int
    fate: Fate
    dearer_cents: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An offer's turn in a run of matching: what it would pay, what its customer had bought by
    seller, and how many cars had been sold in the run before, by seller."""

    car_model_id: int
    max_price_cents: int
    at: datetime
    bought: Mapping[int, int]
    sold: Mapping[int, int]


def rivals_of(sheet: Mapping[str, Any], turn: Turn) -> tuple[Rival, ...]:
    """Every shelf on the sheet at an offer's turn, those with cars left first, the cheapest first."""
    shelves = [
        (
            shelf.quantity - turn.sold.get(shelf.seller_id, 0),
            _requoted(sheet, shelf.seller_id, price, turn),
        )
        for shelf in shelves_on(sheet, turn.car_model_id)
        for price in [shelf.list_price_cents]
    ]
    shelves.sort(key=lambda one: (one[0] < 1, rank(one[1])))
    best = next((quote for left, quote in shelves if left > 0), None)
    return tuple(
        Rival(
            quote, left, _fate(quote, left, best, turn.max_price_cents),
            quote.price_cents - best.price_cents if best else 0,
        )
        for left, quote in shelves
    )  # fmt: skip


def rank(quote: Quote) -> tuple[int, int, int]:
    """The order in which an offer takes showrooms: market.md §5."""
    return quote.price_cents, quote.list_price_cents, quote.seller_id


def _requoted(sheet: Mapping[str, Any], seller_id: int, list_price_cents: int, turn: Turn) -> Quote:
    terms = terms_on(sheet, seller_id, turn.car_model_id)
    return quote_for(
        seller_id=seller_id,
        car_model_id=turn.car_model_id,
        list_price_cents=list_price_cents,
        cars_before=turn.bought.get(seller_id, 0),
        tiers=terms.tiers,
        promotions=terms.promotions,
        at=turn.at,
    )


def _fate(quote: Quote, left: int, best: Quote | None, max_price_cents: int) -> Fate:
    if left < 1 or best is None:
        return Fate.SOLD_OUT
    if quote.price_cents > max_price_cents:
        return Fate.ABOVE_MAXIMUM
    if quote is best:
        return Fate.CHOSEN
    if quote.price_cents > best.price_cents:
        return Fate.DEARER
    if quote.list_price_cents > best.list_price_cents:
        return Fate.HIGHER_LIST_PRICE
    return Fate.LARGER_ID


@dataclass(frozen=True, slots=True)
class RestockCandidate:
    """A supplier that could have delivered, with the quote for the line's first car."""

    quote: Quote
    standing: Standing


@dataclass(frozen=True, slots=True)
class RestockLine:
    """A line of a restock as it was decided; the winner is the first candidate.

    `rate` is in cars a day, `budget_cents` what was left at the line's turn.
    """

    car_model_id: int
    outcome: LineOutcome
    rate: float
    target: int
    stock: int
    wanted: int
    bought: int
    open_offers: int
    sourcing_supplier_id: int | None
    budget_cents: int
    candidates: tuple[RestockCandidate, ...]
    purchases: tuple[Purchase, ...]

    @property
    def is_consistent(self) -> bool:
        """Whether the first candidate is the cheapest, and all prices follow from the discounts."""
        home = self.sourcing_supplier_id
        quotes = [candidate.quote for candidate in self.candidates]
        order = sorted(quotes, key=lambda q: (q.price_cents, q.seller_id != home, q.seller_id))
        priced: list[Quote | Purchase] = [*quotes, *self.purchases]
        return quotes == order and all(
            price_after(one.list_price_cents, one.discount.bp if one.discount else 0) == _price(one)
            for one in priced
        )


def _price(priced: Quote | Purchase) -> int:
    return priced.price_cents if isinstance(priced, Quote) else priced.unit_price_cents


def restock_line(body: Mapping[str, Any], car_model_id: int) -> RestockLine | None:
    """The line about a car model in a restock's body (`restocking.as_body`), or None."""
    line = line_of(body, car_model_id)
    if line is None:
        return None
    top, _, bottom = line["rate"].partition("/")
    return RestockLine(
        car_model_id=car_model_id,
        outcome=LineOutcome(line["outcome"]),
        rate=int(top) / int(bottom or 1),
        target=line["target"],
        stock=line["stock"],
        wanted=line["wanted"],
        bought=line["bought"],
        open_offers=line["open_offers"],
        sourcing_supplier_id=line["sourcing"],
        budget_cents=line["budget_cents"],
        candidates=tuple(_restock_candidate(one, car_model_id) for one in line["candidates"]),
        purchases=tuple(_purchase(one) for one in line["purchases"]),
    )


def _restock_candidate(body: Mapping[str, Any], car_model_id: int) -> RestockCandidate:
    considered = tuple(
        Considered(DiscountKind(kind), source_id, bp, Outcome[outcome.upper()])
        for kind, source_id, bp, outcome in body["considered"]
    )
    quote = Quote(
        seller_id=body["seller"],
        car_model_id=car_model_id,
        list_price_cents=body["list_cents"],
        price_cents=body["price_cents"],
        cars_before=body["cars_before"],
        discount=_applied(considered),
        considered=considered,
    )
    return RestockCandidate(quote, Standing(body["standing"]))


def _applied(considered: Iterable[Considered]) -> Discount | None:
    return next(
        (Discount(c.kind, c.source_id, c.bp) for c in considered if c.outcome is Outcome.APPLIED),
        None,
    )


def _purchase(body: Mapping[str, Any]) -> Purchase:
    discount = body["discount"]
    return Purchase(
        quantity=body["quantity"],
        unit_price_cents=body["unit_price_cents"],
        list_price_cents=body["list_cents"],
        discount=discount and Discount(DiscountKind(discount[0]), discount[1], discount[2]),
        cars_before=body["cars_before"],
    )


@dataclass(frozen=True, slots=True)
class SourcingChoice:
    """The supplier of an assortment line as it was decided; candidates cheapest first.

    `rate` is in cars a day; a candidate's `reason` is the letter of a `CandidateReason`.
    """

    car_model_id: int
    supplier_id: int | None
    previous_supplier_id: int | None
    switched: bool
    reason: LineReason
    expected_cars: int
    rate: Decimal
    horizon_days: int
    candidates: tuple[Source, ...]
    break_even: BreakEven | None


def sourcing_choice(body: Mapping[str, Any]) -> SourcingChoice:
    """The choice that a review's body (`sourcing_choices.choice_body`) tells of."""
    candidates = [_source(*row) for row in body["candidates"]]
    chosen = body["supplier"]
    candidates.sort(key=lambda c: (c.supplier_id != chosen, c.expected_cost_cents, c.supplier_id))
    return SourcingChoice(
        car_model_id=body["car_model"],
        supplier_id=chosen,
        previous_supplier_id=body["previous"],
        switched=body["switched"],
        reason=LineReason(body["reason"]),
        expected_cars=body["cars"],
        rate=Decimal(body["rate"]),
        horizon_days=body["days"],
        candidates=tuple(candidates),
        break_even=_break_even(body["break_even"]),
    )


def _source(
    supplier_id: int, price_cents: int, bought: int, tiers: Sequence[int], cents: int, reason: str
) -> Source:
    return Source(supplier_id, price_cents, bought, tuple(tiers), cents, reason)


def _break_even(body: Sequence[Any] | None) -> BreakEven | None:
    if body is None:
        return None
    against, dearer, percent, after_cars, from_car, saving = body
    return BreakEven(against, dearer, Decimal(percent), after_cars, from_car, saving)
