"""The sheet behind the deals of one car model in one run: what all its offers met.

It holds the shelves and terms as they were, so the rule can quote again and say why each rival
lost. What belongs to a single deal (the buyer's loyalty, the cars that were already sold when its
turn came) follows from the deals themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from json import dumps
from typing import Any

from marketplace.pricing.rules.quoting import NO_TERMS, PromotionTerm, Terms, TierTerm
from marketplace.trading.rules.matching import Book, MatchPlan, Shelf, models_of


def sheets_of(plan: MatchPlan, book: Book) -> dict[int, str]:
    """The sheet of every car model that was sold, as JSON text, by car model, ascending."""
    shelves: dict[int, list[Shelf]] = defaultdict(list)
    sold = models_of(plan.matches)
    for shelf in book.shelves:
        shelves[shelf.car_model_id].append(shelf)
    return {
        car_model_id: dumps(
            _sheet(car_model_id, shelves[car_model_id], book), separators=(",", ":")
        )
        for car_model_id in sold
    }


def _sheet(car_model_id: int, shelves: list[Shelf], book: Book) -> dict[str, object]:
    return {
        "at": book.at.isoformat(),
        "shelves": [
            [s.listing_id, s.seller_id, s.list_price_cents, s.quantity, s.stock_cost_cents]
            for s in sorted(shelves)
        ],
        "terms": {
            s.seller_id: _terms(book.terms[s.seller_id], car_model_id)
            for s in shelves
            if s.seller_id in book.terms
        },
    }


def _terms(terms: Terms, car_model_id: int) -> dict[str, object]:
    return {
        "tiers": [[tier.tier_id, tier.threshold, tier.bp] for tier in terms.tiers],
        "promotions": [
            [
                p.promotion_id,
                p.bp,
                p.starts_at.isoformat(),
                p.ends_at.isoformat(),
                p.covers(car_model_id),
            ]
            for p in terms.promotions
        ],
    }


def shelves_on(sheet: Mapping[str, Any], car_model_id: int) -> list[Shelf]:
    """The shelves that a sheet tells of."""
    return [
        Shelf(listing_id, seller_id, car_model_id, list_price, quantity, cost)
        for listing_id, seller_id, list_price, quantity, cost in sheet["shelves"]
    ]


def terms_on(sheet: Mapping[str, Any], seller_id: int, car_model_id: int) -> Terms:
    """A seller's terms as the sheet tells them."""
    terms = sheet["terms"].get(str(seller_id))
    if terms is None:
        return NO_TERMS
    return Terms(
        tuple(TierTerm(*tier) for tier in terms["tiers"]),
        tuple(
            PromotionTerm(
                pk, bp, datetime.fromisoformat(starts), datetime.fromisoformat(ends),
                frozenset([car_model_id]) if covers else frozenset(),
            )
            for pk, bp, starts, ends, covers in terms["promotions"]
        ),
    )  # fmt: skip
