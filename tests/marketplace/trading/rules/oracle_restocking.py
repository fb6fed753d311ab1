"""Restocking by the text of market.md §7, one car after another; only its inputs are ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from marketplace.trading.rules.restocking import LineNeed, RestockProblem

Source = tuple[str, int] | None


@dataclass(frozen=True)
class PlainCar:
    """One car that is bought."""

    car_model_id: int
    seller_id: int
    price_cents: int
    source: Source
    bought_before: int


@dataclass
class PlainRun:
    """Everything that a run buys, and the seller chosen for each line, in order."""

    budget: Decimal
    cars: list[PlainCar] = field(default_factory=list)
    sellers: list[tuple[int, int | None]] = field(default_factory=list)

    def bought_at(self, problem: RestockProblem, seller_id: int) -> int:
        """How many cars the showroom has bought from the supplier until now."""
        terms = problem.suppliers.get(seller_id)
        before = terms.cars_before if terms else 0
        return before + sum(car.seller_id == seller_id for car in self.cars)


def plain_restock(problem: RestockProblem) -> PlainRun:
    """The run, step by step as the page numbers them."""
    run = PlainRun(Decimal(problem.budget_cents))
    waiting = [line for line in problem.lines if line.target - line.stock > 0]
    while waiting:
        line = waiting[0]
        for other in waiting[1:]:
            if _comes_first(other, line):
                line = other
        waiting.remove(line)
        seller = _chosen_seller(problem, run, line)
        run.sellers.append((line.car_model_id, seller))
        if seller is None:
            continue
        for _ in range(line.target - line.stock):
            price, source = _price(problem, run, line, seller)
            if price > run.budget:
                break
            before = run.bought_at(problem, seller)
            run.cars.append(PlainCar(line.car_model_id, seller, int(price), source, before))
            run.budget -= price
    return run


def _comes_first(one: LineNeed, other: LineNeed) -> bool:
    if one.rate != other.rate:
        return one.rate > other.rate
    if one.open_offers != other.open_offers:
        return one.open_offers > other.open_offers
    if one.fit != other.fit:
        return one.fit > other.fit
    return one.car_model_id < other.car_model_id


def _chosen_seller(problem: RestockProblem, run: PlainRun, line: LineNeed) -> int | None:
    chosen: int | None = None
    for seller in sorted(line.prices):
        sourcing = seller == line.sourcing_supplier_id
        if not sourcing and not _active_promotions(problem, line, seller):
            continue
        if chosen is None:
            chosen = seller
            continue
        price, least = (_price(problem, run, line, one)[0] for one in (seller, chosen))
        if price < least or (price == least and sourcing):
            chosen = seller
    return chosen


def _active_promotions(
    problem: RestockProblem, line: LineNeed, seller_id: int
) -> list[tuple[Decimal, int]]:
    terms = problem.suppliers.get(seller_id)
    found = []
    for promotion in terms.promotions if terms else ():
        if promotion.starts_at > problem.at or problem.at >= promotion.ends_at:
            continue
        if promotion.car_model_ids is None or line.car_model_id in promotion.car_model_ids:
            found.append((Decimal(promotion.bp) / 100, promotion.promotion_id))
    return found


def _price(
    problem: RestockProblem, run: PlainRun, line: LineNeed, seller_id: int
) -> tuple[Decimal, Source]:
    """What the next car costs at the supplier, and which discount applied."""
    percent, source = Decimal(0), None
    terms = problem.suppliers.get(seller_id)
    bought = run.bought_at(problem, seller_id)
    for tier in terms.tiers if terms else ():
        if tier.threshold <= bought:
            percent, source = Decimal(tier.bp) / 100, ("loyalty", tier.tier_id)
    for promoted, promotion_id in sorted(_active_promotions(problem, line, seller_id)):
        older = source and source[0] == "promotion" and promotion_id < source[1]
        if promoted > percent or (promoted == percent and older):
            percent, source = promoted, ("promotion", promotion_id)
    exact = Decimal(line.prices[seller_id]) * (100 - percent) / 100
    return max(Decimal(1), exact.quantize(Decimal(1), ROUND_HALF_UP)), source
