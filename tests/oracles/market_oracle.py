"""The rules of the market once more, literally and naively: what a patient clerk would do.

A world of plain dictionaries, exact fractions and loops. It shares nothing with the rules that it
examines and it doesn't know the database; ids are whatever the database gave. Only the choices that
the market's rules leave free follow the implementation, and each says so where it stands.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracles.things import (
    AssortmentLine,
    CarModel,
    Deal,
    Listing,
    Offer,
    Party,
    Policy,
    PriceChange,
    Promotion,
    Quote,
    Tier,
)

DAY = timedelta(days=1)

#: What the market is worth in the estimate of a rate, in days of a showroom's own history.
MARKET_WEIGHT_DAYS = 7


def half_up(amount: Fraction) -> int:
    """A whole number: halves go up."""
    return math.floor(amount + Fraction(1, 2))


def price_after(list_price: int, percent: Decimal) -> int:
    """The list price less so many percent, never below a cent."""
    return max(1, half_up(list_price * (1 - Fraction(percent) / 100)))


def _marked_up(cost: int, cars: int, policy: Policy) -> int:
    """The average cost plus the markup, rounded up to a whole cent."""
    return math.ceil(Fraction(cost, cars) * (1 + Fraction(policy.markup) / 100))


class World:
    """The whole market, and every verb that changes it."""

    def __init__(self) -> None:
        self.models: dict[int, CarModel] = {}
        self.parties: dict[int, Party] = {}
        self.listings: dict[tuple[int, int], Listing] = {}
        self.promotions: dict[int, Promotion] = {}
        self.tiers: dict[int, Tier] = {}
        self.offers: dict[int, Offer] = {}
        self.deals: list[Deal] = []
        self.price_changes: list[PriceChange] = []
        self.assortments: dict[int, dict[int, AssortmentLine]] = {}

    # Who takes part -----------------------------------------------------------------------

    def of_kind(self, kind: str) -> list[Party]:
        """The active parties of a kind, by id."""
        return [
            party
            for _id, party in sorted(self.parties.items())
            if party.kind == kind and party.active
        ]

    def listing(self, seller: int, model: int) -> Listing | None:
        """What an active seller sells of an active car model."""
        one = self.listings.get((seller, model))
        if one is None or not one.active:
            return None
        return one if self.parties[seller].active and self.models[model].active else None

    def bought(self, seller: int, buyer: int, before: datetime | None = None) -> int:
        """How many cars, all time and of all models, a buyer has bought from a seller."""
        return sum(
            deal.quantity
            for deal in self.deals
            if (deal.seller, deal.buyer) == (seller, buyer)
            and (before is None or deal.sold_at < before)
        )

    # Section 4 ----------------------------------------------------------------------------

    def running(self, seller: int, model: int, at: datetime) -> list[Promotion]:
        """A seller's promotions active at an instant that cover a car model."""
        return [
            one
            for one in self.promotions.values()
            if one.active
            and one.seller == seller
            and one.starts_at <= at < one.ends_at
            and (one.models is None or model in one.models)
        ]

    def tier_at(self, seller: int, cars: int) -> Tier | None:
        """The highest tier of a seller that so many cars have reached."""
        reached = [
            one
            for one in self.tiers.values()
            if one.active and one.seller == seller and one.threshold <= cars
        ]
        return max(reached, key=lambda one: one.threshold, default=None)

    def quote(self, seller: int, cars: int, model: int, at: datetime) -> Quote | None:
        """What a buyer who has bought so many cars there would pay for the next one."""
        listing = self.listing(seller, model)
        if listing is None:
            return None
        # The largest percent, loyalty first, the older promotion first: that published earlier.
        candidates: list[tuple[Decimal, int, int, Promotion | Tier]] = []
        for one in self.running(seller, model, at):
            candidates.append((-one.percent, 1, one.id, one))
        tier = self.tier_at(seller, cars)
        if tier is not None:
            candidates.append((-tier.percent, 0, tier.id, tier))
        if not candidates:
            return Quote(listing.price, listing.price)
        best = min(candidates, key=lambda one: one[:3])[3]
        return Quote(
            price_after(listing.price, best.percent),
            listing.price,
            best.percent,
            promotion=best.id if isinstance(best, Promotion) else None,
            tier=best.id if isinstance(best, Tier) else None,
        )

    # Section 5 ----------------------------------------------------------------------------

    def hold(self, customer: int, maximum: int) -> bool:
        """Hold what an offer promises, if it is there; says whether it was."""
        party = self.parties[customer]
        if party.wallet < maximum:
            return False
        party.wallet -= maximum
        party.held += maximum
        return True

    def _close(self, offer: Offer, status: str, at: datetime) -> None:
        """End the hold, once."""
        assert offer.status == "open"
        customer = self.parties[offer.customer]
        customer.held -= offer.maximum
        customer.wallet += offer.maximum
        offer.status, offer.closed_at = status, at

    def cancel(self, offer: int, at: datetime) -> None:
        """Take an offer back."""
        self._close(self.offers[offer], "cancelled", at)

    def expire(self, at: datetime) -> None:
        """Close what has outlived its time."""
        for offer in self.offers.values():
            if offer.status == "open" and offer.expires_at <= at:
                self._close(offer, "expired", at)

    def match(self, at: datetime) -> None:
        """Serve every open offer by time, each at the showroom that is cheapest for it."""
        # Loyalty is what it was when the run began: deals of this very instant don't count.
        known = {
            (room.id, buyer.id): self.bought(room.id, buyer.id, before=at)
            for room in self.parties.values()
            for buyer in self.parties.values()
            if room.kind == "showroom" and buyer.kind == "customer"
        }
        for offer in sorted(self.offers.values(), key=lambda one: (one.created_at, one.id)):
            if offer.status != "open" or not offer.created_at <= at < offer.expires_at:
                continue
            if not self.parties[offer.customer].active or not self.models[offer.model].active:
                continue
            found: list[tuple[int, int, int, Quote, Listing]] = []
            for room in self.of_kind("showroom"):
                listing = self.listing(room.id, offer.model)
                if listing is None or not listing.quantity:
                    continue
                quote = self.quote(room.id, known[room.id, offer.customer], offer.model, at)
                assert quote is not None
                if quote.price <= offer.maximum:
                    found.append((quote.price, quote.list_price, room.id, quote, listing))
            if found:
                _price, _list, room_id, quote, listing = min(found, key=lambda one: one[:3])
                reached = self.tier_at(room_id, known[room_id, offer.customer]) is not None
                cars = known[room_id, offer.customer] if reached else None
                self._sell(offer, quote, listing, cars, at)

    def _sell(
        self, offer: Offer, quote: Quote, listing: Listing, cars_before: int | None, at: datetime
    ) -> None:
        """One deal: stock falls by one, its share of the cost goes, the money moves."""
        room = listing.seller
        assert listing.quantity
        # Left free: the stock's cost is kept in whole cents, each sale takes its rounded share.
        cost = half_up(Fraction(listing.cost, listing.quantity))
        listing.cost -= cost
        listing.quantity -= 1
        self._close(offer, "filled", at)
        self._pay(offer.customer, room, quote.price)
        self.deals.append(
            Deal(room, offer.customer, offer.model, 1, quote, at, cars_before, offer.id, cost)
        )

    def _pay(self, buyer: int, seller: int, amount: int) -> None:
        """Move money from wallet to wallet."""
        self.parties[buyer].wallet -= amount
        self.parties[seller].wallet += amount
        assert self.parties[buyer].wallet >= 0

    # Section 6 ----------------------------------------------------------------------------

    def _sold(self, model: int, since: datetime, at: datetime, seller: int | None = None) -> int:
        """Retail deals of a car model in a window, of one showroom or of all of them."""
        return sum(
            1
            for deal in self.deals
            if deal.offer is not None
            and deal.model == model
            and since < deal.sold_at <= at
            and seller in (None, deal.seller)
        )

    def market_rate(self, model: int, window_days: int, at: datetime) -> Fraction:
        """Retail deals of a car model per active showroom and day."""
        rooms = len(self.of_kind("showroom"))
        if not rooms:
            return Fraction(0)
        return Fraction(self._sold(model, at - window_days * DAY, at), rooms * window_days)

    def rate(self, showroom: int, model: int, at: datetime) -> Fraction:
        """Cars of a model a day that a showroom can expect to sell."""
        room = self.parties[showroom]
        assert room.policy is not None
        window = room.policy.window_days
        # Left free: the day in which the showroom was founded counts as a whole.
        days = max(1, min(window, math.ceil((at - room.created_at) / DAY)))
        own = self._sold(model, at - window * DAY, at, showroom)
        market = self.market_rate(model, window, at)
        return (own + MARKET_WEIGHT_DAYS * market) / (days + MARKET_WEIGHT_DAYS)

    # Section 3 ----------------------------------------------------------------------------

    def fit(self, showroom: int, model: CarModel) -> tuple[Fraction, list[str]] | None:
        """The share of wishes met and those missed; nothing if a must is missed."""
        preference = self.parties[showroom].preference
        if any(one.must and not one.met(model) for one in preference):
            return None
        wishes = [one for one in preference if not one.must]
        missed = [one.trait for one in wishes if not one.met(model)]
        if not wishes:
            return Fraction(1), []
        return Fraction(len(wishes) - len(missed), len(wishes)), missed

    def find_assortments(self, at: datetime) -> None:
        """Choose each showroom's car models anew."""
        for room in self.of_kind("showroom"):
            self.find_assortment(room.id, at)

    def find_assortment(self, showroom: int, at: datetime) -> None:
        """The best car models by fit, demand, price and id; those that stay keep their supplier."""
        policy = self.parties[showroom].policy
        assert policy is not None
        ranked: list[tuple[Fraction, Fraction, int, int, list[str]]] = []
        for model in self.models.values():
            listed = any(self.listing(one.id, model.id) for one in self.of_kind("supplier"))
            fit = self.fit(showroom, model)
            if not model.active or not listed or fit is None:
                continue
            demand = self.market_rate(model.id, policy.window_days, at)
            ranked.append((-fit[0], -demand, model.suggested_price, model.id, fit[1]))
        before = self.assortments.get(showroom, {})
        after: dict[int, AssortmentLine] = {}
        best = sorted(ranked, key=lambda one: one[:4])[: policy.assortment_size]
        for rank, (fit_, _demand, _price, model_id, missed) in enumerate(best, start=1):
            known = before.get(model_id)
            after[model_id] = AssortmentLine(rank, -fit_, missed, known.supplier if known else None)
        self.assortments[showroom] = after

    # Section 7 ----------------------------------------------------------------------------

    def restock(self, at: datetime) -> None:
        """Fill up each showroom's stock."""
        for room in self.of_kind("showroom"):
            self.restock_one(room.id, at)

    def _stock(self, showroom: int, model: int) -> int:
        """How many cars of a model are left in a showroom."""
        listing = self.listing(showroom, model)
        return (listing.quantity or 0) if listing else 0

    def _wanted(self, showroom: int, at: datetime) -> list[tuple[int, int]]:
        """(car model, cars wanted), the most wanted first."""
        policy = self.parties[showroom].policy
        assert policy is not None
        lines: list[tuple[Fraction, int, Fraction, int, int]] = []
        for model, line in self.assortments.get(showroom, {}).items():
            own = self.listings.get((showroom, model))
            # Left free: what the showroom itself took off sale is not bought.
            if not self.models[model].active or (own is not None and not own.active):
                continue
            rate = self.rate(showroom, model, at)
            target = max(policy.minimum_stock, math.ceil(rate * policy.cover_days))
            wanted = target - self._stock(showroom, model)
            offers = sum(
                1
                for one in self.offers.values()
                if one.status == "open"
                and one.model == model
                and one.created_at <= at < one.expires_at
                and self.parties[one.customer].active
            )
            if wanted > 0:
                lines.append((-rate, -offers, -line.fit, model, wanted))
        return [(line[3], line[4]) for line in sorted(lines)]

    def _source(self, showroom: int, model: int, at: datetime) -> int | None:
        """The supplier whose next car is the cheapest, of the chosen one and those on promotion."""
        chosen = self.assortments[showroom][model].supplier
        found: list[tuple[int, bool, int]] = []
        for supplier in self.of_kind("supplier"):
            if supplier.id != chosen and not self.running(supplier.id, model, at):
                continue
            cars = self.bought(supplier.id, showroom)
            quote = self.quote(supplier.id, cars, model, at)
            if quote is not None:
                found.append((quote.price, supplier.id != chosen, supplier.id))
        return min(found)[2] if found else None

    def restock_one(self, showroom: int, at: datetime) -> None:
        """Buy line by line until the money is out, then price what was bought."""
        room = self.parties[showroom]
        assert room.policy is not None
        for model, wanted in self._wanted(showroom, at):
            supplier = self._source(showroom, model, at)
            if supplier is None:
                continue
            cars: list[Quote] = []
            budget = room.wallet - room.policy.reserve
            for _car in range(wanted):
                count = self.bought(supplier, showroom) + len(cars)
                quote = self.quote(supplier, count, model, at)
                assert quote is not None
                if quote.price > budget:
                    break
                budget -= quote.price
                cars.append(quote)
            self._buy(showroom, supplier, model, cars, at)

    def _buy(
        self, showroom: int, supplier: int, model: int, cars: list[Quote], at: datetime
    ) -> None:
        """Wholesale deals of a line: one for each stretch of cars at the same price."""
        stretches: list[tuple[Quote, int]] = []
        for quote in cars:
            if stretches and stretches[-1][0] == quote:
                stretches[-1] = (quote, stretches[-1][1] + 1)
            else:
                stretches.append((quote, 1))
        for quote, quantity in stretches:
            count = self.bought(supplier, showroom)
            self.deals.append(Deal(supplier, showroom, model, quantity, quote, at, count))
            self._pay(showroom, supplier, quantity * quote.price)
        if cars:
            self._store(showroom, model, len(cars), sum(quote.price for quote in cars), at)

    def _store(self, showroom: int, model: int, quantity: int, cost: int, at: datetime) -> None:
        """Put cars in stock; a listing in automatic mode is priced by what its cars cost."""
        policy = self.parties[showroom].policy
        assert policy is not None
        listing = self.listing(showroom, model)
        total_cost = cost + (listing.cost if listing else 0)
        total = quantity + (listing.quantity or 0 if listing else 0)
        price = _marked_up(total_cost, total, policy)
        if listing is None:
            listing = Listing(showroom, model, price, 0, automatic=True)
            self.begin_to_sell(listing, at)
        listing.quantity, listing.cost = total, total_cost
        if listing.automatic:
            self.reprice(listing, price, at)

    def begin_to_sell(self, listing: Listing, at: datetime) -> None:
        """Begin to sell a car model."""
        self.listings[listing.seller, listing.model] = listing
        self.price_changes.append(
            PriceChange(listing.seller, listing.model, None, listing.price, at)
        )

    def reprice(self, listing: Listing, price: int, at: datetime) -> None:
        """Set a price and remember it; the same price is no change."""
        if listing.price != price:
            change = PriceChange(listing.seller, listing.model, listing.price, price, at)
            self.price_changes.append(change)
            listing.price = price

    def mark_up(self, showroom: int, at: datetime) -> None:
        """Price what is in stock, and priced automatically, by the markup as it is now."""
        policy = self.parties[showroom].policy
        assert policy is not None
        for listing in self.listings.values():
            if listing.seller == showroom and listing.active and listing.automatic:
                if listing.quantity:
                    self.reprice(listing, _marked_up(listing.cost, listing.quantity, policy), at)
