"""What a showroom buys from which supplier: market.md §7.

Pure: the same problem gives the same plan, in whatever order its lines and prices come. Knows
nothing of where stock, demand and prices come from, nor of retail prices, deals and moving money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from marketplace.common.percents import price_after
from marketplace.pricing.rules.quoting import (
    Considered,
    Discount,
    PromotionTerm,
    Quote,
    TierTerm,
    best_discount,
    best_promotion,
    quote_for,
    reached_tier,
)


class LineOutcome(StrEnum):
    """What became of a line."""

    BOUGHT = "bought"
    BOUGHT_IN_PART = "bought_in_part"
    BUDGET_EXHAUSTED = "budget_exhausted"
    NOBODY_SELLS_IT = "nobody_sells_it"


class Standing(StrEnum):
    """Why a candidate was chosen or not. A tie is one of the price of the line's first car."""

    CHOSEN = "chosen"
    DEARER = "dearer"
    TIED_WITH_SOURCING = "tied_with_sourcing"
    TIED_WITH_SMALLER_ID = "tied_with_smaller_id"


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """What a supplier takes off for this showroom.

    `tiers` rise; promotions may be over, still to come, or for other models.
    """

    seller_id: int
    cars_before: int
    tiers: tuple[TierTerm, ...] = ()
    promotions: tuple[PromotionTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class LineNeed:
    """A car model of the assortment: how much of it is there, and how much is wanted.

    `prices` are list prices in cents, by supplier that lists the model; `rate` is in cars a day.
    """

    car_model_id: int
    stock: int
    target: int
    rate: Fraction
    open_offers: int
    fit: Decimal
    sourcing_supplier_id: int | None
    prices: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class RestockProblem:
    """A showroom at an instant. The budget, available money less the cash reserve, may be negative.

    A supplier missing from `suppliers` takes nothing off.
    """

    showroom_id: int
    at: datetime
    budget_cents: int
    lines: tuple[LineNeed, ...]
    suppliers: Mapping[int, SellerTerms]


@dataclass(frozen=True, slots=True)
class Purchase:
    """Cars bought at one price with one discount, after `cars_before` cars at the same seller."""

    quantity: int
    unit_price_cents: int
    list_price_cents: int
    discount: Discount | None
    cars_before: int

    @property
    def total_cents(self) -> int:
        """What the cars cost together."""
        return self.quantity * self.unit_price_cents


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """What is bought of a car model, and why.

    `candidates` are the quotes for the line's first car, the winner first; `seller_id` is the
    winner's, bought or not; `budget_cents` is what was left at the line's turn.
    """

    need: LineNeed
    wanted: int
    bought: int
    seller_id: int | None
    purchases: tuple[Purchase, ...]
    candidates: tuple[Quote, ...]
    outcome: LineOutcome
    budget_cents: int

    @property
    def car_model_id(self) -> int:
        """The car model that the line is about."""
        return self.need.car_model_id

    @property
    def spent_cents(self) -> int:
        """What the line costs."""
        return sum(purchase.total_cents for purchase in self.purchases)

    def standing(self, candidate: Quote) -> Standing:
        """Why the candidate was chosen or not."""
        best = self.candidates[0]
        if candidate is best:
            return Standing.CHOSEN
        if candidate.price_cents > best.price_cents:
            return Standing.DEARER
        if best.seller_id == self.need.sourcing_supplier_id:
            return Standing.TIED_WITH_SOURCING
        return Standing.TIED_WITH_SMALLER_ID


@dataclass(frozen=True, slots=True)
class RestockPlan:
    """What the showroom buys, in the order of buying. Lines that hold their target are left out."""

    showroom_id: int
    lines: tuple[PlannedLine, ...]
    spent_cents: int
    budget_cents: int


def plan_restock(problem: RestockProblem) -> RestockPlan:
    """What a showroom should buy now, the models most in demand first, as far as the budget goes.

    Cars bought for a line count towards the loyalty of the lines after it.
    """
    shopping = _Shopping(problem)
    lines = tuple(shopping.line(need) for need in _in_order(problem.lines))
    return RestockPlan(
        showroom_id=problem.showroom_id,
        lines=lines,
        spent_cents=problem.budget_cents - shopping.budget_cents,
        budget_cents=problem.budget_cents,
    )


def _in_order(lines: Iterable[LineNeed]) -> list[LineNeed]:
    short = (line for line in lines if line.stock < line.target)
    return sorted(short, key=lambda n: (-n.rate, -n.open_offers, -n.fit, n.car_model_id))


class _Shopping:
    """What is left of the budget, and the suppliers, while the lines are served in turn."""

    def __init__(self, problem: RestockProblem) -> None:
        self.at = problem.at
        self.budget_cents = problem.budget_cents
        self.terms = problem.suppliers
        self.sellers: dict[int, _Seller] = {}
        self.promoting = [
            self._seller(seller_id)
            for seller_id, terms in problem.suppliers.items()
            if any(promotion.runs(problem.at) for promotion in terms.promotions)
        ]

    def _seller(self, seller_id: int) -> _Seller:
        seller = self.sellers.get(seller_id)
        if seller is None:
            terms = self.terms.get(seller_id) or SellerTerms(seller_id, 0)
            seller = self.sellers[seller_id] = _Seller(terms, self.at)
        return seller

    def line(self, need: LineNeed) -> PlannedLine:
        """Serve a line: choose its seller once, then buy as much as the budget pays for."""
        wanted, budget_cents = need.target - need.stock, self.budget_cents
        candidates = self._candidates(need)
        seller_id = candidates[0].seller_id if candidates else None
        purchases = () if seller_id is None else self._buy(need, seller_id, wanted)
        bought = sum(purchase.quantity for purchase in purchases)
        return PlannedLine(
            need=need,
            wanted=wanted,
            bought=bought,
            seller_id=seller_id,
            purchases=purchases,
            candidates=candidates,
            outcome=_outcome(wanted, bought, seller_id),
            budget_cents=budget_cents,
        )

    def _candidates(self, need: LineNeed) -> tuple[Quote, ...]:
        """The sourcing's supplier and all that promote the model now, the best first."""
        home, model, prices = need.sourcing_supplier_id, need.car_model_id, need.prices
        sellers = {
            seller.seller_id: seller
            for seller in self.promoting
            if seller.seller_id in prices and seller.promotes(model)
        }
        if home is not None and home in prices:
            sellers[home] = self._seller(home)
        quotes = [seller.quote(model, prices[id_]) for id_, seller in sellers.items()]
        quotes.sort(key=lambda quote: (quote.price_cents, quote.seller_id != home, quote.seller_id))
        return tuple(quotes)

    def _buy(self, need: LineNeed, seller_id: int, wanted: int) -> tuple[Purchase, ...]:
        purchases = self.sellers[seller_id].sell(
            need.car_model_id, need.prices[seller_id], wanted, self.budget_cents
        )
        self.budget_cents -= sum(purchase.total_cents for purchase in purchases)
        return tuple(purchases)


class _Seller:
    """A supplier while one showroom shops: the count of its cars grows, and with it the loyalty."""

    def __init__(self, terms: SellerTerms, at: datetime) -> None:
        self.seller_id = terms.seller_id
        self.terms = terms
        self.at = at
        self.cars = terms.cars_before
        self.running = [promotion for promotion in terms.promotions if promotion.runs(at)]
        self.traces: dict[tuple[int, ...], Quote] = {}

    def promotes(self, car_model_id: int) -> bool:
        """Whether a promotion on the model runs."""
        return any(promotion.covers(car_model_id) for promotion in self.running)

    def quote(self, car_model_id: int, list_price_cents: int) -> Quote:
        """The quote for the next car, with its trace.

        Tracing is the slow part. Models that the same running promotions cover have the same trace,
        which is made once.
        """
        covered = [promotion.covers(car_model_id) for promotion in self.running]
        traced = self.traces.get(key := (self.cars, *covered))
        if traced is None:
            traced = self.traces[key] = quote_for(
                seller_id=self.seller_id,
                car_model_id=car_model_id,
                list_price_cents=list_price_cents,
                cars_before=self.cars,
                tiers=self.terms.tiers,
                promotions=self.terms.promotions,
                at=self.at,
            )
        return Quote(
            seller_id=self.seller_id,
            car_model_id=car_model_id,
            list_price_cents=list_price_cents,
            price_cents=_price(list_price_cents, traced.discount),
            cars_before=self.cars,
            discount=traced.discount,
            considered=traced.considered,
        )

    def sell(
        self, car_model_id: int, list_price_cents: int, wanted: int, budget_cents: int
    ) -> list[Purchase]:
        """Sell the wanted cars as far as the budget goes, each priced by the count before it."""
        promotion = best_promotion(self.running, car_model_id, self.at)
        purchases: list[Purchase] = []
        while wanted:
            discount = best_discount(reached_tier(self.terms.tiers, self.cars), promotion)
            price_cents = _price(list_price_cents, discount)
            quantity = min(wanted, self._cars_to_next_tier(wanted), budget_cents // price_cents)
            if quantity <= 0:
                break
            step = Purchase(quantity, price_cents, list_price_cents, discount, self.cars)
            if purchases and purchases[-1].discount == discount:
                last = purchases.pop()
                step = replace(last, quantity=last.quantity + quantity)
            purchases.append(step)
            wanted -= quantity
            budget_cents -= quantity * price_cents
            self.cars += quantity
        return purchases

    def _cars_to_next_tier(self, otherwise: int) -> int:
        thresholds = (tier.threshold for tier in self.terms.tiers)
        return next((one - self.cars for one in thresholds if one > self.cars), otherwise)


def _price(list_price_cents: int, discount: Discount | None) -> int:
    return price_after(list_price_cents, discount.bp if discount else 0)


def _outcome(wanted: int, bought: int, seller_id: int | None) -> LineOutcome:
    if seller_id is None:
        return LineOutcome.NOBODY_SELLS_IT
    if not bought:
        return LineOutcome.BUDGET_EXHAUSTED
    return LineOutcome.BOUGHT if bought == wanted else LineOutcome.BOUGHT_IN_PART


def as_body(plan: RestockPlan) -> dict[str, Any]:
    """The plan as JSON, with enough to work out every choice again; `line_of` reads a line of it.

    A candidate is [seller, list price, price, cars before, trace, standing]. A trace is a place in
    `traces`, since the lines of a showroom have most of them in common; each is a list of
    [kind, id, basis points, outcome]. A rate is an exact fraction such as "7/148".
    """
    traces: dict[int, tuple[int, tuple[Considered, ...]]] = {}
    return {
        "showroom": plan.showroom_id,
        "budget_cents": plan.budget_cents,
        "spent_cents": plan.spent_cents,
        "lines": [_line_body(line, traces) for line in plan.lines],
        "traces": [
            [[one.kind.value, one.source_id, one.bp, one.outcome.name.lower()] for one in trace]
            for _, trace in traces.values()
        ],
    }


def line_of(body: Mapping[str, Any], car_model_id: int) -> dict[str, Any] | None:
    """The line of a stored plan for a car model, its candidates spelled out, or None."""
    names = ("seller", "list_cents", "price_cents", "cars_before", "considered", "standing")
    for line in body["lines"]:
        if line["car_model"] == car_model_id:
            candidates = [dict(zip(names, candidate)) for candidate in line["candidates"]]
            for candidate in candidates:
                candidate["considered"] = body["traces"][candidate["considered"]]
            return {**line, "candidates": candidates}
    return None


def _line_body(
    line: PlannedLine, traces: dict[int, tuple[int, tuple[Considered, ...]]]
) -> dict[str, Any]:
    need = line.need
    return {
        "car_model": need.car_model_id,
        "outcome": line.outcome.value,
        "rate": str(need.rate),
        "target": need.target,
        "stock": need.stock,
        "wanted": line.wanted,
        "bought": line.bought,
        "open_offers": need.open_offers,
        "fit": str(need.fit),
        "sourcing": need.sourcing_supplier_id,
        "seller": line.seller_id,
        "budget_cents": line.budget_cents,
        "spent_cents": line.spent_cents,
        "candidates": [
            [
                quote.seller_id,
                quote.list_price_cents,
                quote.price_cents,
                quote.cars_before,
                # equal traces are mostly the same object, and comparing them would be slow
                traces.setdefault(id(quote.considered), (len(traces), quote.considered))[0],
                line.standing(quote).value,
            ]
            for quote in line.candidates
        ],
        "purchases": [_purchase_body(purchase) for purchase in line.purchases],
    }


def _purchase_body(purchase: Purchase) -> dict[str, Any]:
    discount = purchase.discount
    return {
        "quantity": purchase.quantity,
        "unit_price_cents": purchase.unit_price_cents,
        "list_cents": purchase.list_price_cents,
        "cars_before": purchase.cars_before,
        "discount": discount and [discount.kind.value, discount.source_id, discount.bp],
    }
