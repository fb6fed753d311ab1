"""Who buys where: open offers meet the showrooms' stock.

Offers are served by time. Each takes the lowest quote for its own customer that it can pay, from
what is left; on a tie the lower list price, then the smaller showroom. Loyalty is what it was when
the run began. Car models don't influence each other, so any division into shards gives one result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from marketplace.common.percents import price_after
from marketplace.pricing.rules.quoting import (
    NO_TERMS,
    Discount,
    DiscountKind,
    PromotionTerm,
    Terms,
    best_discount,
    best_promotion,
    reached_tier,
)


class OpenOffer(NamedTuple):
    """What a customer would pay at most; offers are listed in the order in which they are served."""

    offer_id: int
    customer_id: int
    car_model_id: int
    max_price_cents: int


class Shelf(NamedTuple):
    """A showroom's listing as it was when the run looked: price, cars left and what they had cost."""

    listing_id: int
    seller_id: int
    car_model_id: int
    list_price_cents: int
    quantity: int
    stock_cost_cents: int


@dataclass(frozen=True, slots=True)
class Book:
    """All that matching looks at: a shard of the market at one instant.

    `loyalty` holds the cars bought before for those (customer, seller) pairs that reach a tier;
    anybody else buys at the public price.
    """

    at: datetime
    offers: Sequence[OpenOffer]
    shelves: Sequence[Shelf]
    terms: Mapping[int, Terms]
    loyalty: Mapping[int, Mapping[int, int]]


class Match(NamedTuple):
    """An offer that is filled: where, for how much, and what the showroom had paid for the car."""

    offer: OpenOffer
    shelf: Shelf
    price_cents: int
    discount: Discount | None
    cars_before: int | None
    cost_cents: int


@dataclass(slots=True)
class Stock:
    """A shelf while it is being sold from."""

    shelf: Shelf
    public_price_cents: int
    promotion: PromotionTerm | None
    left: int
    cost_left_cents: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Cheapest first, then the lower list price, then the smaller showroom."""
        return self.public_price_cents, self.shelf.list_price_cents, self.shelf.seller_id

    def take(self) -> int:
        """Take one car off the shelf; returns its share of what the stock cost, in whole cents.

        The shares of all cars add up to the cost of the stock: the last car takes what is left.
        """
        cost = (2 * self.cost_left_cents + self.left) // (2 * self.left)
        self.left -= 1
        self.cost_left_cents -= cost
        return cost


@dataclass(slots=True)
class _Aisle:
    """All stock of one car model, cheapest public price first."""

    stocks: list[Stock]
    by_seller: dict[int, Stock] = field(init=False)
    first: int = 0

    def __post_init__(self) -> None:
        self.stocks.sort(key=lambda stock: stock.rank)
        self.by_seller = {stock.shelf.seller_id: stock for stock in self.stocks}

    def cheapest(self) -> Stock | None:
        """The stock with the lowest public price that has a car left."""
        stocks = self.stocks
        while self.first < len(stocks):
            if stocks[self.first].left:
                return stocks[self.first]
            self.first += 1
        return None


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """The deals to make, in the order in which the offers were served, and the stock they leave."""

    matches: list[Match]
    sold_from: list[Stock]


def plan_matches(book: Book) -> MatchPlan:
    """Serve every offer of the book by the plain sequential rule."""
    aisles = _aisles(book)
    matches: list[Match] = []
    loyalty = book.loyalty
    for offer in book.offers:
        aisle = aisles.get(offer.car_model_id)
        if aisle is None:
            continue
        stock = aisle.cheapest()
        if stock is None:
            continue
        visited = loyalty.get(offer.customer_id)
        if visited is None:
            if stock.public_price_cents <= offer.max_price_cents:
                promotion = stock.promotion
                discount = best_discount(None, promotion) if promotion is not None else None
                matches.append(
                    Match(
                        offer, stock.shelf, stock.public_price_cents, discount, None, stock.take()
                    )
                )
        else:
            match = _match_of_a_patron(offer, aisle, stock, visited, book.terms)
            if match is not None:
                matches.append(match)
    sold_from = [
        stock
        for aisle in aisles.values()
        for stock in aisle.stocks
        if stock.left < stock.shelf.quantity
    ]
    return MatchPlan(matches, sold_from)


def _aisles(book: Book) -> dict[int, _Aisle]:
    stocks: dict[int, list[Stock]] = defaultdict(list)
    for shelf in book.shelves:
        if shelf.quantity < 1:
            continue
        terms = book.terms.get(shelf.seller_id, NO_TERMS)
        promotion = best_promotion(terms.promotions, shelf.car_model_id, book.at)
        price = price_after(shelf.list_price_cents, promotion.bp if promotion else 0)
        stocks[shelf.car_model_id].append(
            Stock(shelf, price, promotion, shelf.quantity, shelf.stock_cost_cents)
        )
    return {car_model_id: _Aisle(of_model) for car_model_id, of_model in stocks.items()}


def _match_of_a_patron(
    offer: OpenOffer,
    aisle: _Aisle,
    cheapest: Stock,
    visited: Mapping[int, int],
    terms: Mapping[int, Terms],
) -> Match | None:
    """The match of a customer whose loyalty may make another showroom the cheapest.

    Loyalty only ever lowers a price, so besides the sellers visited only the one with the lowest
    public price can win.
    """
    best = _own_quote(cheapest, visited, terms)
    for seller_id in visited:
        stock = aisle.by_seller.get(seller_id)
        if stock is not None and stock.left and stock is not cheapest:
            best = min(best, _own_quote(stock, visited, terms), key=lambda quote: quote.rank)
    if best.rank[0] > offer.max_price_cents:
        return None
    return Match(
        offer, best.stock.shelf, best.rank[0], best.discount, best.cars_before, best.stock.take()
    )


class _OwnQuote(NamedTuple):
    rank: tuple[int, int, int]
    stock: Stock
    discount: Discount | None
    cars_before: int | None


def _own_quote(stock: Stock, visited: Mapping[int, int], terms: Mapping[int, Terms]) -> _OwnQuote:
    shelf = stock.shelf
    cars_before = visited.get(shelf.seller_id)
    tiers = terms.get(shelf.seller_id, NO_TERMS).tiers
    tier = reached_tier(tiers, cars_before) if cars_before is not None else None
    discount = best_discount(tier, stock.promotion)
    price = price_after(shelf.list_price_cents, discount.bp if discount else 0)
    rank = (price, shelf.list_price_cents, shelf.seller_id)
    return _OwnQuote(rank, stock, discount, cars_before if tier is not None else None)


def discount_columns(discount: Discount | None) -> tuple[int, int | None, int | None]:
    """How a deal records its discount: basis points, and the promotion or the tier that gave them."""
    if discount is None:
        return 0, None, None
    if discount.kind is DiscountKind.PROMOTION:
        return discount.bp, discount.source_id, None
    return discount.bp, None, discount.source_id


def models_of(matches: Iterable[Match]) -> list[int]:
    """The car models that were sold, each once, ascending."""
    return sorted({match.offer.car_model_id for match in matches})
