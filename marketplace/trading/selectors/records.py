"""What a decision holds, spelled out for whoever may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from marketplace.parties.rules import PartyKind
from marketplace.pricing.rules.quoting import PromotionTerm, Terms
from marketplace.trading.models import Decision
from marketplace.trading.rules.explaining import (
    RestockLine,
    SourcingChoice,
    restock_line,
    sourcing_choice,
)
from marketplace.trading.rules.loyalty_costs import BreakEven
from marketplace.trading.rules.matching import Shelf
from marketplace.trading.rules.restocking import Purchase
from marketplace.trading.rules.sheets import shelves_on, terms_on
from marketplace.trading.rules.sourcing_choices import Candidate
from marketplace.trading.selectors.disclosure import CandidateTold, Named, candidates_told
from marketplace.trading.selectors.people import names_of_car_models, names_of_parties


@dataclass(frozen=True, slots=True)
class LineTold:
    """A line of a restock, the winner first."""

    line: RestockLine
    car_model: str
    candidates: tuple[CandidateTold, ...]
    purchases: tuple[Purchase, ...]


@dataclass(frozen=True, slots=True)
class RestockTold:
    """What a showroom bought in one run, and what it could spend."""

    budget_cents: int
    spent_cents: int
    lines: tuple[LineTold, ...]


class PlannedTier(NamedTuple):
    """A loyalty tier that the plan comes up to, in cars and basis points."""

    threshold: int
    bp: int


@dataclass(frozen=True, slots=True)
class SourceTold:
    """A supplier that lists the car model. `expected_cost_cents` is over the horizon."""

    supplier: Named
    candidate: Candidate

    @property
    def tiers(self) -> list[PlannedTier]:
        """The tiers within reach."""
        flat = self.candidate.tiers_within_reach
        return [PlannedTier(*tier) for tier in zip(flat[::2], flat[1::2], strict=True)]


@dataclass(frozen=True, slots=True)
class ReviewTold:
    """The supplier of one car model, and why; the winner first."""

    choice: SourcingChoice
    supplier: Named | None
    previous: Named | None
    candidates: tuple[SourceTold, ...]
    break_even: BreakEven | None
    against: Named | None


@dataclass(frozen=True, slots=True)
class ShelfTold:
    """A showroom's cars when a run of matching began. `cost_cents` is None where it isn't the
    asker's to know: what all those cars had cost."""

    seller: Named
    list_price_cents: int
    quantity: int
    cost_cents: int | None
    terms: Terms
    covering: tuple[PromotionTerm, ...]


@dataclass(frozen=True, slots=True)
class MatchTold:
    """What the offers for one car model met in one run."""

    shelves: tuple[ShelfTold, ...]


BodyTold = RestockTold | ReviewTold | MatchTold


def body_told(decision: Decision, own: Collection[int] | None) -> BodyTold:
    """What the decision holds, for the people of the `own` parties; None: for whoever may know all.

    One or two queries, whatever the size.
    """
    body = decision.body
    if decision.kind == Decision.Kind.MATCH and decision.car_model_id is not None:
        return _match(body, decision.car_model_id, own)
    if decision.kind == Decision.Kind.RESTOCK:
        return _restock(body)
    return _review(sourcing_choice(body))


def _restock(body: Mapping[str, Any]) -> RestockTold:
    ids = [line["car_model"] for line in body["lines"]]
    lines = [line for pk in ids for line in [restock_line(body, pk)] if line is not None]
    sellers = {one.quote.seller_id for line in lines for one in line.candidates}
    names, cars = names_of_parties(sellers), names_of_car_models(ids)
    return RestockTold(
        budget_cents=body["budget_cents"],
        spent_cents=body["spent_cents"],
        lines=tuple(
            LineTold(
                line,
                cars.get(line.car_model_id, ""),
                candidates_told(line, names),
                line.purchases,
            )
            for line in lines
        ),
    )


def _review(choice: SourcingChoice) -> ReviewTold:
    even = choice.break_even
    named = {
        choice.supplier_id,
        choice.previous_supplier_id,
        even.against_supplier_id if even else None,
    }
    named |= {candidate.supplier_id for candidate in choice.candidates}
    names = names_of_parties({pk for pk in named if pk is not None})

    def supplier(pk: int | None) -> Named | None:
        return None if pk is None else Named(pk, PartyKind.SUPPLIER, names.get(pk, ""))

    return ReviewTold(
        choice=choice,
        supplier=supplier(choice.supplier_id),
        previous=supplier(choice.previous_supplier_id),
        candidates=tuple(
            SourceTold(
                Named(one.supplier_id, PartyKind.SUPPLIER, names.get(one.supplier_id, "")), one
            )
            for one in choice.candidates
        ),
        break_even=even,
        against=supplier(even.against_supplier_id) if even else None,
    )


def _match(sheet: Mapping[str, Any], car_model_id: int, own: Collection[int] | None) -> MatchTold:
    shelves = shelves_on(sheet, car_model_id)
    names = names_of_parties({shelf.seller_id for shelf in shelves})

    def told(shelf: Shelf) -> ShelfTold:
        terms = terms_on(sheet, shelf.seller_id, car_model_id)
        return ShelfTold(
            seller=Named(shelf.seller_id, PartyKind.SHOWROOM, names.get(shelf.seller_id, "")),
            list_price_cents=shelf.list_price_cents,
            quantity=shelf.quantity,
            cost_cents=shelf.stock_cost_cents if own is None or shelf.seller_id in own else None,
            terms=terms,
            covering=tuple(one for one in terms.promotions if one.covers(car_model_id)),
        )

    return MatchTold(tuple(told(shelf) for shelf in shelves))
