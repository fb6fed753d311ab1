"""Why: a deal, an assortment line's supplier, and how far an open offer is from a match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from marketplace.pricing.models import Listing, Patronage
from marketplace.pricing.rules.quoting import NO_TERMS, Quote, quote_for
from marketplace.pricing.selectors.terms import terms_at
from marketplace.trading.models import AssortmentLine, Deal, Offer
from marketplace.trading.rules.explaining import (
    Fate,
    RestockLine,
    Rival,
    SourcingChoice,
    Turn,
    rank,
    restock_line,
    rivals_of,
    sourcing_choice,
)
from marketplace.trading.rules.matching import discount_columns
from marketplace.trading.selectors.people import names_of_parties


@dataclass(frozen=True, slots=True)
class RetailWhy:
    """A retail deal worked out again: every showroom that had the car, the winner first.

    `consistent` says whether that came to the deal's own seller, prices and discount.
    """

    deal: Deal
    max_price_cents: int
    posted_at: datetime
    rivals: tuple[Rival, ...]
    names: Mapping[int, str]
    consistent: bool


@dataclass(frozen=True, slots=True)
class WholesaleWhy:
    """A wholesale deal and the line of the restock that it stems from; `consistent` as above."""

    deal: Deal
    line: RestockLine
    names: Mapping[int, str]
    consistent: bool


DealWhy = RetailWhy | WholesaleWhy


@dataclass(frozen=True, slots=True)
class LineWhy:
    """Why an assortment line is bought where it is, as of the latest review."""

    line: AssortmentLine
    decided_at: datetime
    choice: SourcingChoice
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class NearestMiss:
    """The lowest quote for an open offer now, and how far above its maximum that is.

    Nothing is missing if the next run of matching will serve it, should nobody come first.
    """

    quote: Quote
    missing_cents: int


def why_deal(deal: Deal) -> DealWhy | None:
    """Why the deal was made there and cost what it did; None if no decision is on record."""
    if deal.decision is None:
        return None
    if deal.kind == Deal.Kind.RETAIL:
        return _why_retail(deal, deal.decision.body)
    line = restock_line(deal.decision.body, deal.car_model_id)
    if line is None:
        return None
    sellers = {candidate.quote.seller_id for candidate in line.candidates}
    names = names_of_parties(sellers | {deal.seller_id, deal.buyer_id})
    return WholesaleWhy(deal, line, names, _stems_from(deal, line))


def _why_retail(deal: Deal, sheet: Mapping[str, object]) -> RetailWhy | None:
    offer = deal.offer
    if offer is None:
        return None
    bought = _bought_before(deal)
    if deal.cars_before is not None:
        bought[deal.seller_id] = deal.cars_before
    turn = Turn(
        car_model_id=deal.car_model_id,
        max_price_cents=offer.max_price_cents,
        at=deal.sold_at,
        bought=bought,
        sold=_sold_before(deal),
    )
    rivals = rivals_of(sheet, turn)
    sellers = {rival.quote.seller_id for rival in rivals} | {deal.seller_id, deal.buyer_id}
    return RetailWhy(
        deal=deal,
        max_price_cents=offer.max_price_cents,
        posted_at=offer.created_at,
        rivals=rivals,
        names=names_of_parties(sellers),
        consistent=any(
            rival.fate is Fate.CHOSEN and _is_priced_as(deal, rival.quote) for rival in rivals
        ),
    )


def _is_priced_as(deal: Deal, quote: Quote) -> bool:
    _bp, promotion_id, tier_id = discount_columns(quote.discount)
    worked_out = (
        quote.seller_id, quote.list_price_cents, quote.price_cents, promotion_id, tier_id,
    )  # fmt: skip
    return worked_out == (
        deal.seller_id, deal.list_price_cents, deal.unit_price_cents, deal.promotion_id,
        deal.loyalty_tier_id,
    )  # fmt: skip


def _bought_before(deal: Deal) -> dict[int, int]:
    """Cars that the buyer had bought when the run began, by seller."""
    earlier = Deal.objects.filter(buyer=deal.buyer_id, sold_at__lt=deal.sold_at).order_by()
    return dict(earlier.values_list("seller").annotate(cars=Sum("quantity")))


def _sold_before(deal: Deal) -> dict[int, int]:
    """Cars of the model that the run had sold before the deal, by seller."""
    earlier = Deal.objects.filter(
        car_model=deal.car_model_id, sold_at=deal.sold_at, run=deal.run_id, pk__lt=deal.pk
    ).order_by()
    return dict(earlier.values_list("seller").annotate(cars=Sum("quantity")))


def _stems_from(deal: Deal, line: RestockLine) -> bool:
    bought = (
        deal.quantity, deal.unit_price_cents, deal.list_price_cents, deal.cars_before,
        deal.promotion_id, deal.loyalty_tier_id,
    )  # fmt: skip
    purchases = {
        (
            p.quantity,
            p.unit_price_cents,
            p.list_price_cents,
            p.cars_before,
            *discount_columns(p.discount)[1:],
        )
        for p in line.purchases
    }
    chosen = line.candidates[0].quote.seller_id if line.candidates else None
    return line.is_consistent and deal.seller_id == chosen and bought in purchases


def why_line(line: AssortmentLine) -> LineWhy | None:
    """Why the line has its supplier; None before its first review."""
    if line.decision is None:
        return None
    choice = sourcing_choice(line.decision.body)
    suppliers = {candidate.supplier_id for candidate in choice.candidates}
    mentioned = suppliers | {choice.supplier_id, choice.previous_supplier_id, line.showroom_id} - {
        None
    }
    names = names_of_parties({pk for pk in mentioned if pk is not None})
    return LineWhy(line, line.decision.created_at, choice, names)


def nearest_miss(offer: Offer, at: datetime) -> NearestMiss | None:
    """How near the offer is to a match; None if no showroom has the car."""
    return nearest_misses([offer], at).get(offer.pk)


def nearest_misses(offers: Collection[Offer], at: datetime) -> dict[int, NearestMiss]:
    """How near each offer is to a match, by offer, in four statements; offers without one are left out."""
    shelves = _shelves({offer.car_model_id for offer in offers})
    sellers = {listing.seller_id for of_model in shelves.values() for listing in of_model}
    terms = terms_at(at, sellers) if sellers else {}
    bought = _patronage({offer.customer_id for offer in offers}, sellers)
    found = {}
    for offer in offers:
        quotes = [
            quote_for(
                seller_id=listing.seller_id,
                car_model_id=listing.car_model_id,
                list_price_cents=listing.price_cents,
                cars_before=bought.get((offer.customer_id, listing.seller_id), 0),
                tiers=agreed.tiers,
                promotions=agreed.promotions,
                at=at,
            )
            for listing in shelves.get(offer.car_model_id, ())
            for agreed in [terms.get(listing.seller_id, NO_TERMS)]
        ]
        if quotes:
            lowest = min(quotes, key=rank)
            missing = max(0, lowest.price_cents - offer.max_price_cents)
            found[offer.pk] = NearestMiss(lowest, missing)
    return found


def _shelves(car_models: Collection[int]) -> dict[int, list[Listing]]:
    shelves: dict[int, list[Listing]] = defaultdict(list)
    for listing in Listing.objects.active().filter(
        car_model__in=car_models,
        car_model__is_active=True,
        quantity__gt=0,
        seller__is_active=True,
        seller__kind="showroom",
    ):
        shelves[listing.car_model_id].append(listing)
    return shelves


def _patronage(buyers: Iterable[int], sellers: Iterable[int]) -> dict[tuple[int, int], int]:
    found = Patronage.objects.filter(buyer__in=list(buyers), seller__in=list(sellers))
    return {
        (buyer, seller): cars
        for buyer, seller, cars in found.values_list("buyer", "seller", "cars")
    }
