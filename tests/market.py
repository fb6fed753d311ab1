"""A small market made by the services themselves, so that every invariant of the proof holds in it.

Cars come from suppliers and are paid for, money comes from the world. Everything has a name, and
`picture` tells of the whole market by those names: two markets with equal pictures are equal,
whatever the numbers of their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from marketplace.catalog.models import CarModel
from marketplace.common.shards import WHOLE
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.selectors import available, held
from marketplace.ledger.services import Move, post
from marketplace.parties.models import Customer, Party, Showroom, Supplier
from marketplace.parties.services import found_supplier
from marketplace.pricing.models import Listing
from marketplace.pricing.services import set_price, set_prices
from marketplace.trading.models import Offer
from marketplace.trading.services.assortments import open_showroom
from marketplace.trading.services.offers import post_offer
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.marketplace import factories

NOW = factories.NOW

#: When showrooms and suppliers came: longer ago than any window looks back.
FOUNDED = factories.LONG_AGO

#: When the market is stocked, before the tests begin.
STOCKED = NOW - timedelta(days=1)

ENOUGH_CENTS = 100_000_000


class Market:
    """Makes the parties and things of a market, each ready to trade."""

    def __init__(self) -> None:
        self._slots = count(1)

    def car_model(self, name: str = "Swift", **fields: Any) -> CarModel:
        """A car model under a name of its own."""
        return factories.make_car_model(name=name, **fields)

    def supplier(self, name: str, prices: Mapping[CarModel, int]) -> Supplier:
        """A supplier with a price list, in cents."""
        supplier = found_supplier(owner=None, name=name, at=FOUNDED)
        set_prices(seller=supplier, prices={car.pk: prices[car] for car in prices}, at=FOUNDED)
        return supplier

    def showroom(self, name: str, *, cents: int = ENOUGH_CENTS, **policy: Any) -> Showroom:
        """A showroom that likes every car model; what it holds of each is its `minimum_stock`."""
        showroom = open_showroom(owner=None, name=name, criteria=[], at=FOUNDED, **policy)
        self.fund(showroom, cents)
        return showroom

    def customer(self, name: str, cents: int = ENOUGH_CENTS) -> Customer:
        """A customer with a confirmed address and money."""
        user = factories.make_user(username=name.lower())
        customer = factories.make_customer(user=user, name=name)
        self.fund(customer, cents)
        return customer

    def fund(self, party: Party, cents: int) -> None:
        """Give a party its first money."""
        if cents:
            post(Move(f"opening:{party.pk}", WORLD, wallet(party.pk), cents, "opening"), at=FOUNDED)

    def stock_up(self, at: datetime = STOCKED) -> None:
        """Choose suppliers and fill the showrooms' shelves."""
        slot = f"stock up {next(self._slots)}"
        review_suppliers(shard=WHOLE, slot=slot, at=at)
        report = restock_showrooms(shard=WHOLE, slot=slot, at=at)
        assert report.failed == 0

    def price(
        self, seller: Party, car_model: CarModel, cents: int, at: datetime = STOCKED
    ) -> Listing:
        """Set a price by hand; returns the listing."""
        return set_price(listing=self.listing(seller, car_model), price_cents=cents, at=at)

    def listing(self, seller: Party, car_model: CarModel) -> Listing:
        """The seller's listing of the car model as it stands."""
        return Listing.objects.get(seller=seller.pk, car_model=car_model)

    def offer(
        self, customer: Customer, car_model: CarModel, cents: int, at: datetime = NOW, **fields: Any
    ) -> Offer:
        """An offer on the market."""
        return post_offer(
            customer=customer, car_model=car_model, max_price_cents=cents, at=at, **fields
        )


def small_market(cars: int = 3, *, cents: int = 1_000_000) -> tuple[Market, CarModel, Showroom]:
    """A market with one car model, of which one showroom has so many cars at that price."""
    market = Market()
    car_model = market.car_model()
    market.supplier("Works", {car_model: 800_000})
    showroom = market.showroom("Corner", minimum_stock=cars)
    market.stock_up()
    market.price(showroom, car_model, cents)
    return market, car_model, showroom


def money_of(party: Party) -> tuple[int, int]:
    """What a party can spend, and what it has promised."""
    return available(party.pk), held(party.pk)


_PICTURES = {
    "money": "SELECT p.name, split_part(a.address, ':', 3), a.balance_cents FROM ledger_account a"
    " JOIN parties_party p ON p.id::text = split_part(a.address, ':', 2)"
    " WHERE a.balance_cents <> 0",
    "stock": "SELECT p.name, m.name, l.price_cents, l.quantity, l.stock_cost_cents, l.pricing,"
    " l.is_active FROM pricing_listing l JOIN parties_party p ON p.id = l.seller_id"
    " JOIN catalog_carmodel m ON m.id = l.car_model_id",
    "prices": "SELECT p.name, m.name, c.old_price_cents, c.price_cents, c.changed_at"
    " FROM pricing_pricechange c JOIN pricing_listing l ON l.id = c.listing_id"
    " JOIN parties_party p ON p.id = l.seller_id JOIN catalog_carmodel m ON m.id = l.car_model_id",
    "offers": "SELECT p.name, m.name, o.max_price_cents, o.status, o.closed_at FROM trading_offer o"
    " JOIN parties_party p ON p.id = o.customer_id JOIN catalog_carmodel m ON m.id = o.car_model_id",
    "deals": "SELECT s.name, b.name, m.name, d.kind, d.quantity, d.unit_price_cents,"
    " d.list_price_cents, d.discount_percent, d.cars_before, d.cost_cents, d.sold_at"
    " FROM trading_deal d JOIN parties_party s ON s.id = d.seller_id"
    " JOIN parties_party b ON b.id = d.buyer_id JOIN catalog_carmodel m ON m.id = d.car_model_id",
    "patronage": "SELECT s.name, b.name, t.cars, t.spent_cents FROM pricing_patronage t"
    " JOIN parties_party s ON s.id = t.seller_id JOIN parties_party b ON b.id = t.buyer_id",
    "assortment": "SELECT p.name, m.name, a.rank, a.fit, a.is_active, s.name,"
    " d.kind FROM trading_assortmentline a JOIN parties_party p ON p.id = a.showroom_id"
    " JOIN catalog_carmodel m ON m.id = a.car_model_id"
    " LEFT JOIN parties_party s ON s.id = a.supplier_id LEFT JOIN trading_decision d ON d.id = a.decision_id",
    "told": "SELECT u.username, n.kind, n.values ->> 'car_model' FROM notices_notice n"
    " JOIN parties_user u ON u.id = n.user_id",
    "letters": 'SELECT e."to", e.kind, e.status FROM notices_email e',
    "profiles": "SELECT p.name, c.deals_count, c.spent_cents, c.favourite_make, c.segment"
    " FROM parties_customer c JOIN parties_party p ON p.id = c.party_ptr_id",
}


def picture(*parts: str) -> dict[str, list[tuple[Any, ...]]]:
    """The whole market, or some of its parts, as sorted rows of names and figures."""
    with connection.cursor() as cursor:
        return {part: _rows(cursor, _PICTURES[part]) for part in parts or _PICTURES}


def _rows(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)
    rows: Iterable[tuple[Any, ...]] = cursor.fetchall()
    return sorted(rows, key=repr)
