"""The market as its rules tell it, in plain dictionaries: no tables, no locks, no thought of speed.

It decides by the oracles that the rules' own tests use, and shares no code with what it checks but
the values that those oracles take.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from marketplace.pricing.rules.quoting import PromotionTerm, TierTerm
from marketplace.trading.rules.restocking import LineNeed, RestockProblem, SellerTerms
from tests.marketplace.trading.rules.oracle_matching import Seller, naive_matches
from tests.marketplace.trading.rules.oracle_restocking import plain_restock
from tests.marketplace.trading.rules.oracle_sourcing import reviewed_plan

WINDOW_DAYS, COVER_DAYS, HORIZON_DAYS, MARKET_DAYS = 30, 14, 90, 7
MINIMUM_SAVING = Decimal("1.00")
MARKUP = Decimal("15.00")


@dataclass
class PlainListing:
    """What a seller asks, and a showroom's cars with what they cost together."""

    price: int
    cars: int | None = None
    cost: int = 0
    by_hand: bool = True
    on_sale: bool = True


@dataclass
class PlainOffer:
    """An offer; `order` is its place in the queue."""

    customer: int
    model: int
    maximum: int
    order: int
    ends_at: datetime
    status: str = "open"


@dataclass
class PlainPromotion:
    """A discount for a period; no models named means all."""

    seller: int
    percent: Decimal
    starts_at: datetime
    ends_at: datetime
    models: frozenset[int] | None
    active: bool = True

    def runs(self, at: datetime) -> bool:
        """Whether it counts at the instant."""
        return self.active and self.starts_at <= at < self.ends_at


@dataclass
class PlainDeal:
    """So many cars sold at one price."""

    seller: int
    buyer: int
    model: int
    cars: int
    price: int
    at: datetime
    retail: bool


@dataclass
class PlainShowroom:
    """How many cars a showroom wants at least, and which models, each with its supplier."""

    at_least: int
    size: int
    markup: Decimal = MARKUP
    assortment: dict[int, int | None] = field(default_factory=dict)


@dataclass
class PlainMarket:
    """Everything there is."""

    suggested: dict[int, int] = field(default_factory=dict)
    suppliers: list[int] = field(default_factory=list)
    showrooms: dict[int, PlainShowroom] = field(default_factory=dict)
    inactive: set[int] = field(default_factory=set)
    wallet: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    listings: dict[tuple[int, int], PlainListing] = field(default_factory=dict)
    offers: dict[int, PlainOffer] = field(default_factory=dict)
    promotions: dict[int, PlainPromotion] = field(default_factory=dict)
    tiers: dict[int, dict[int, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    deals: list[PlainDeal] = field(default_factory=list)

    # Who bought how much

    def bought(self, buyer: int, seller: int) -> int:
        """The cars that one has bought from the other, ever."""
        return sum(d.cars for d in self.deals if (d.buyer, d.seller) == (buyer, seller))

    def rate(self, showroom: int, model: int, at: datetime) -> Fraction:
        """Cars a day by the text of §6; every showroom here is older than the window."""
        recent = [
            deal
            for deal in self.deals
            if deal.retail and deal.model == model and at - timedelta(WINDOW_DAYS) < deal.at <= at
        ]
        own = sum(deal.cars for deal in recent if deal.seller == showroom)
        active = len(self.showrooms.keys() - self.inactive)
        market = Fraction(sum(deal.cars for deal in recent), active * WINDOW_DAYS)
        return (own + MARKET_DAYS * market) / (WINDOW_DAYS + MARKET_DAYS)

    def supply(self, model: int) -> dict[int, int]:
        """What active suppliers ask for the model."""
        return {
            one: self.listings[one, model].price
            for one in self.suppliers
            if one not in self.inactive
            and (one, model) in self.listings
            and self.listings[one, model].on_sale
        }

    # The acts

    def match(self, at: datetime) -> list[tuple[int, int, int]]:
        """Fill offers; returns (offer, showroom, price) in the order in which they were served."""
        sellers = [self._seller(one, at) for one in self.showrooms if one not in self.inactive]
        queue = [
            (pk, offer.customer, offer.model, offer.maximum)
            for pk, offer in sorted(self.offers.items(), key=lambda item: item[1].order)
            if offer.status == "open" and at < offer.ends_at and offer.customer not in self.inactive
        ]
        bought = {
            (customer, seller): self.bought(customer, seller)
            for customer in {customer for _pk, customer, _model, _maximum in queue}
            for seller in self.showrooms
        }
        filled = naive_matches(sellers, queue, bought, at.timestamp())
        for pk, showroom, price in filled:
            self._sell(self.offers[pk], showroom, price, at)
        return filled

    def _seller(self, showroom: int, at: datetime) -> Seller:
        promotions = [
            (pk, one.percent, one.starts_at.timestamp(), one.ends_at.timestamp(), one.models)
            for pk, one in self.promotions.items()
            if one.seller == showroom and one.runs(at)
        ]
        stock = {
            model: [listing.price, listing.cars or 0]
            for (seller, model), listing in self.listings.items()
            if seller == showroom and listing.on_sale
        }
        return Seller(showroom, dict(sorted(self.tiers[showroom].items())), promotions, stock)

    def _sell(self, offer: PlainOffer, showroom: int, price: int, at: datetime) -> None:
        listing = self.listings[showroom, offer.model]
        assert listing.cars
        # Its share of the cost, rounded half up.
        listing.cost -= int(Fraction(listing.cost, listing.cars) + Fraction(1, 2))
        listing.cars -= 1
        offer.status = "filled"
        self.held[offer.customer] -= offer.maximum
        self.wallet[offer.customer] += offer.maximum - price
        self.wallet[showroom] += price
        self.deals.append(PlainDeal(showroom, offer.customer, offer.model, 1, price, at, True))

    def end_offer(self, pk: int, status: str) -> None:
        """Cancel or expire: the money goes back."""
        offer = self.offers[pk]
        offer.status = status
        self.held[offer.customer] -= offer.maximum
        self.wallet[offer.customer] += offer.maximum

    def restock(self, at: datetime) -> None:
        """Let every active showroom buy what it is short of."""
        for showroom in sorted(self.showrooms.keys() - self.inactive):
            run = plain_restock(self._shortage(showroom, at))
            cost: dict[int, int] = defaultdict(int)
            cars: dict[int, int] = defaultdict(int)
            for car in run.cars:
                cars[car.car_model_id] += 1
                cost[car.car_model_id] += car.price_cents
                self.wallet[showroom] -= car.price_cents
                self.wallet[car.seller_id] += car.price_cents
                self.deals.append(
                    PlainDeal(
                        car.seller_id, showroom, car.car_model_id, 1, car.price_cents, at, False
                    )
                )
            for model, count in cars.items():
                self._receive(showroom, model, count, cost[model])

    def _receive(self, showroom: int, model: int, cars: int, cost: int) -> None:
        listing = self.listings.setdefault((showroom, model), PlainListing(0, 0, by_hand=False))
        listing.cars = (listing.cars or 0) + cars
        listing.cost += cost
        if not listing.by_hand:
            listing.price = self._automatic(showroom, listing)

    def _automatic(self, showroom: int, listing: PlainListing) -> int:
        markup = 1 + Fraction(self.showrooms[showroom].markup) / 100
        return ceil(Fraction(listing.cost, listing.cars or 0) * markup)

    def _shortage(self, showroom: int, at: datetime) -> RestockProblem:
        wants = self.showrooms[showroom]
        lines = []
        for model, home in wants.assortment.items():
            shelf = self.listings.get((showroom, model))
            if shelf is not None and not shelf.on_sale:
                continue
            rate = self.rate(showroom, model, at)
            waiting = [
                offer
                for offer in self.offers.values()
                if (offer.model, offer.status) == (model, "open") and at < offer.ends_at
            ]
            target = max(wants.at_least, ceil(rate * COVER_DAYS))
            stock = (shelf.cars or 0) if shelf else 0
            prices = self.supply(model)
            lines.append(
                LineNeed(model, stock, target, rate, len(waiting), Decimal(1), home, prices)
            )
        return RestockProblem(
            showroom,
            at,
            self.wallet[showroom],
            tuple(lines),
            {one: self._terms(one, showroom, at) for one in self.suppliers},
        )

    def _terms(self, supplier: int, showroom: int, at: datetime) -> SellerTerms:
        tiers = enumerate(sorted(self.tiers[supplier].items()))
        return SellerTerms(
            supplier,
            self.bought(showroom, supplier),
            tuple(TierTerm(n, threshold, int(percent * 100)) for n, (threshold, percent) in tiers),
            tuple(
                PromotionTerm(pk, int(one.percent * 100), one.starts_at, one.ends_at, one.models)
                for pk, one in self.promotions.items()
                if one.seller == supplier and one.runs(at)
            ),
        )

    def find_assortments(self, at: datetime) -> None:
        """Choose the models that active showrooms sell; a line that stays keeps its supplier."""
        listed = [model for model in self.suggested if self.supply(model)]
        for showroom in self.showrooms.keys() - self.inactive:
            wants = self.showrooms[showroom]
            sold = {
                model: sum(
                    deal.cars
                    for deal in self.deals
                    if deal.retail
                    and deal.model == model
                    and at - timedelta(WINDOW_DAYS) < deal.at <= at
                )
                for model in listed
            }
            best = sorted(listed, key=lambda one: (-sold[one], self.suggested[one], one))
            wants.assortment = {model: wants.assortment.get(model) for model in best[: wants.size]}

    def review(self, at: datetime) -> None:
        """Choose the supplier of every line of the active showrooms."""
        for showroom in self.showrooms.keys() - self.inactive:
            wants = self.showrooms[showroom]
            models = [model for model in wants.assortment if self.supply(model)]
            lines = [
                (
                    max(1, int(self.rate(showroom, model, at) * HORIZON_DAYS + Fraction(1, 2))),
                    wants.assortment[model],
                    self.supply(model),
                )
                for model in models
            ]
            terms = {
                one: (self.bought(showroom, one), tuple(sorted(self.tiers[one].items())))
                for one in self.suppliers
            }
            chosen = reviewed_plan(lines, terms, MINIMUM_SAVING)[1] if lines else ()
            wants.assortment |= dict(zip(models, chosen, strict=True))
            for model in wants.assortment.keys() - set(models):
                wants.assortment[model] = None

    def change_markup(self, showroom: int, markup: Decimal) -> None:
        """Price again what is priced by its cost."""
        self.showrooms[showroom].markup = markup
        for (seller, _model), listing in self.listings.items():
            if seller == showroom and not listing.by_hand and listing.on_sale and listing.cars:
                listing.price = self._automatic(showroom, listing)
