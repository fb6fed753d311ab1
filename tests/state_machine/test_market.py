"""The whole market driven at random against plain dictionaries; every invariant holds all the way.

FORECOURT_EXAMPLES=1000 looks longer (25 runs of 30 steps otherwise); `--hypothesis-seed` repeats a run.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.catalog.models import CarModel
from marketplace.common.errors import MarketplaceError
from marketplace.common.shards import WHOLE, shards
from marketplace.ledger.selectors import balances
from marketplace.ledger.services import credit
from marketplace.parties.models import Customer, Party, Showroom
from marketplace.parties.services import deactivate_party, reactivate_party
from marketplace.pricing.models import Listing, Patronage, Promotion
from marketplace.pricing.services import (
    deactivate_listing,
    end_promotion,
    publish_promotion,
    reactivate_listing,
    set_price,
    set_tiers,
)
from marketplace.trading.models import AssortmentLine, Deal, Offer
from marketplace.trading.services.assortments import find_assortments
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import cancel_offer, expire_offers, post_offer
from marketplace.trading.services.policies import change_policy
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.conftest import prove
from tests.market import NOW, Market
from tests.marketplace.factories import make_superuser
from tests.state_machine.plain_market import (
    PlainListing,
    PlainMarket,
    PlainOffer,
    PlainPromotion,
    PlainShowroom,
)

EXAMPLES = int(os.environ.get("FORECOURT_EXAMPLES", "25"))
STEPS = 30

#: Few prices, so that many are equal or just miss each other.
PRICES = st.sampled_from([1_150, 1_035, 1_100, 2_000, 1_200, 1_000, 1_001, 999, 3, 1])
PERCENTS = st.sampled_from(
    [Decimal("0.01"), Decimal("2.50"), Decimal("5.00"), Decimal("33.33"), Decimal("95.00")]
)
PAUSES = st.sampled_from(
    [timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=5), timedelta(days=4)]
)
PLACES = st.integers(0, 5)


class MarketMachine(RuleBasedStateMachine):
    """Does the same to the market and to the plain one, and compares them after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo._from_testcase = True
        self.undo.__enter__()
        self.plain = PlainMarket()
        self.at = NOW
        self.numbers = iter(range(1, 10_000))

    def teardown(self) -> None:
        try:
            prove()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @initialize(at_least=st.integers(0, 3), funds=st.sampled_from([500_000, 50_000, 2_500]))
    def build(self, at_least: int, funds: int) -> None:
        market, plain = Market(), self.plain
        self.admin = make_superuser()
        self.models = [
            market.car_model(f"Model {name}", suggested_price_cents=cents)
            for name, cents in (("A", 1_200), ("B", 1_100), ("C", 1_100))
        ]
        plain.suggested = {model.pk: model.suggested_price_cents for model in self.models}
        asked = [{0: 1_000, 1: 900, 2: 1_000}, {0: 950, 1: 900}]
        self.sellers: list[Party] = []
        for number, prices in enumerate(asked):
            listed = {self.models[place]: cents for place, cents in prices.items()}
            supplier = market.supplier(f"Supplier {number}", listed)
            self.sellers.append(supplier)
            plain.suppliers.append(supplier.pk)
            for model, cents in listed.items():
                plain.listings[supplier.pk, model.pk] = PlainListing(cents)
        for number in range(2):
            showroom = market.showroom(
                f"Showroom {number}",
                cents=funds,
                minimum_stock=at_least + number,
                assortment_size=2,
            )
            self.sellers.append(showroom)
            plain.showrooms[showroom.pk] = PlainShowroom(at_least + number, 2)
            plain.wallet[showroom.pk] = funds
        plain.find_assortments(self.at)
        self.customers = [market.customer(f"Customer{number}", 50_000) for number in range(3)]
        plain.wallet |= {customer.pk: 50_000 for customer in self.customers}
        self.review()
        self.restock()

    def tick(self, pause: timedelta = timedelta(seconds=1)) -> datetime:
        """Let time pass; every act has an instant of its own."""
        self.at += pause
        return self.at

    def slot(self) -> str:
        """A slot that was never served."""
        return f"slot {next(self.numbers)}"

    # People

    @rule(place=PLACES, cents=PRICES)
    def credit(self, place: int, cents: int) -> None:
        parties: list[Party] = [*self.customers, *self.sellers[2:]]
        party = parties[place % len(parties)]
        credit(
            party_id=party.pk, amount_cents=10 * cents, reason="more", actor=self.admin,
            at=self.tick(), key=str(next(self.numbers)),
        )  # fmt: skip
        self.plain.wallet[party.pk] += 10 * cents

    @rule(wishes=st.lists(st.tuples(PLACES, PLACES, PRICES), min_size=1, max_size=8))
    def post_many(self, wishes: list[tuple[int, int, int]]) -> None:
        for who, what, cents in wishes:
            self.post(who, what, cents)

    @rule(who=PLACES, what=PLACES, cents=PRICES, days=st.sampled_from([1, 3, 30]))
    def post(self, who: int, what: int, cents: int, days: int = 30) -> None:
        customer = Customer.objects.get(pk=self.customers[who % 3].pk)
        model, at = self.models[what % 3], self.tick()
        ends_at = at + timedelta(days=days)
        expected = None
        if customer.pk in self.plain.inactive:
            expected = "party_inactive"
        elif self.plain.wallet[customer.pk] < cents:
            expected = "insufficient_funds"
        try:
            offer = post_offer(
                customer=customer, car_model=model, max_price_cents=cents, at=at, expires_at=ends_at
            )
        except MarketplaceError as refusal:
            assert refusal.code == expected
            return
        assert expected is None
        self.plain.wallet[customer.pk] -= cents
        self.plain.held[customer.pk] += cents
        order = next(self.numbers)
        self.plain.offers[offer.pk] = PlainOffer(customer.pk, model.pk, cents, order, ends_at)

    @precondition(lambda self: self.plain.offers)
    @rule(place=st.integers(0, 50), stranger=st.booleans())
    def cancel(self, place: int, stranger: bool) -> None:
        pks = sorted(self.plain.offers)
        offer = Offer.objects.get(pk=pks[place % len(pks)])
        known = self.plain.offers[offer.pk]
        others = [one for one in self.customers if one.pk != known.customer]
        owner = Customer.objects.get(pk=known.customer)
        try:
            cancel_offer(customer=others[0] if stranger else owner, offer=offer, at=self.tick())
        except Offer.DoesNotExist:
            assert stranger
        except MarketplaceError as refusal:
            assert (refusal.code, known.status != "open") == ("offer_closed", True)
        else:
            assert not stranger
            self.plain.end_offer(offer.pk, "cancelled")

    # Time

    @rule(pause=PAUSES)
    def wait(self, pause: timedelta) -> None:
        self.tick(pause)

    @rule()
    def expire(self) -> None:
        at = self.tick()
        ended = [
            pk
            for pk, offer in self.plain.offers.items()
            if offer.status == "open" and offer.ends_at <= at
        ]
        assert expire_offers(slot=self.slot(), at=at) == len(ended)
        for pk in ended:
            self.plain.end_offer(pk, "expired")

    @rule(of=st.integers(1, 4), twice=st.booleans(), backwards=st.booleans())
    def match(self, of: int, twice: bool = False, backwards: bool = False) -> None:
        at, slot = self.tick(), self.slot()
        filled = self.plain.match(at)
        division = shards(of)[::-1] if backwards else shards(of)
        reports = [match_offers(shard=shard, slot=slot, at=at) for shard in division]
        assert sum(report.deals for report in reports) == len(filled)
        made = Deal.objects.filter(kind="retail", sold_at=at)
        assert Counter(made.values_list("offer_id", "seller_id", "unit_price_cents")) == Counter(
            filled
        )
        if twice:
            assert match_offers(shard=WHOLE, slot=self.slot(), at=at).deals == 0

    @rule(twice=st.booleans())
    def restock(self, twice: bool = False) -> None:
        at = self.tick()
        known = len(self.plain.deals)
        self.plain.restock(at)
        report = restock_showrooms(shard=WHOLE, slot=self.slot(), at=at)
        assert (report.cars, report.failed) == (len(self.plain.deals) - known, 0)
        if twice:
            assert restock_showrooms(shard=WHOLE, slot=self.slot(), at=at).cars == 0

    @rule()
    def review(self) -> None:
        at = self.tick()
        self.plain.review(at)
        assert review_suppliers(shard=WHOLE, slot=self.slot(), at=at).failed == 0

    @rule()
    def find(self) -> None:
        at = self.tick()
        self.plain.find_assortments(at)
        find_assortments(shard=WHOLE, slot=self.slot(), at=at)

    @rule(
        wishes=st.lists(st.tuples(PLACES, PLACES, PRICES), min_size=1, max_size=8),
        of=st.integers(1, 4),
    )
    def trade_for_a_day(self, wishes: list[tuple[int, int, int]], of: int) -> None:
        self.post_many(wishes)
        self.match(of)
        self.tick(timedelta(days=1))
        self.find()
        self.review()
        self.restock()

    # Sellers

    def listing(self, place: int) -> tuple[Listing, PlainListing]:
        """Some listing, and what is known of it."""
        pairs = sorted(self.plain.listings)
        seller, model = pairs[place % len(pairs)]
        return (
            Listing.objects.get(seller=seller, car_model=model),
            self.plain.listings[seller, model],
        )

    @rule(place=st.integers(0, 20), cents=PRICES)
    def price(self, place: int, cents: int) -> None:
        listing, known = self.listing(place)
        try:
            set_price(listing=listing, price_cents=cents, at=self.tick())
        except MarketplaceError as refusal:
            assert (refusal.code, known.on_sale) == ("listing_inactive", False)
            return
        assert known.on_sale
        if cents != known.price:
            known.price, known.by_hand = cents, True

    @rule(place=st.integers(0, 20))
    def switch_listing(self, place: int) -> None:
        listing, known = self.listing(place)
        if known.on_sale:
            deactivate_listing(listing=listing, at=self.tick())
            known.on_sale = False
        elif listing.seller_id not in self.plain.inactive:
            reactivate_listing(listing=listing, at=self.tick())
            known.on_sale = True

    @rule(place=PLACES)
    def switch_party(self, place: int) -> None:
        parties = [*self.customers, *self.sellers]
        party = Party.objects.get(pk=parties[place % len(parties)].pk)
        if party.pk in self.plain.inactive:
            reactivate_party(party=party, at=self.tick())
            self.plain.inactive.discard(party.pk)
        elif len(self.plain.showrooms.keys() - self.plain.inactive - {party.pk}) > 0:
            deactivate_party(party=party, at=self.tick())
            self.plain.inactive.add(party.pk)

    @rule(
        place=PLACES,
        percent=PERCENTS,
        hours=st.sampled_from([-1, 0, 2]),
        lasts=st.sampled_from([3, 100]),
        models=st.sets(st.integers(0, 2), max_size=2),
    )
    def promote(
        self, place: int, percent: Decimal, hours: int, lasts: int, models: set[int]
    ) -> None:
        seller = Party.objects.get(pk=self.sellers[place % 4].pk)
        if not seller.is_active:
            return
        at = self.tick()
        starts_at = at + timedelta(hours=hours)
        ends_at = starts_at + timedelta(hours=lasts)
        covered: list[CarModel] | None = [self.models[one] for one in sorted(models)] or None
        promotion = publish_promotion(
            seller=seller, by=None, name="Sale", percent=percent, starts_at=starts_at,
            ends_at=ends_at, at=at, car_models=covered,
        )  # fmt: skip
        named = None if covered is None else frozenset(model.pk for model in covered)
        self.plain.promotions[promotion.pk] = PlainPromotion(
            seller.pk, percent, max(starts_at, at), ends_at, named
        )

    @precondition(lambda self: self.plain.promotions)
    @rule(place=PLACES)
    def end_promotion(self, place: int) -> None:
        pks = sorted(self.plain.promotions)
        known = self.plain.promotions[pks[place % len(pks)]]
        at = self.tick()
        end_promotion(promotion=Promotion.objects.get(pk=pks[place % len(pks)]), at=at)
        if at <= known.starts_at:
            known.active = False
        known.ends_at = min(known.ends_at, at)

    @rule(
        place=PLACES,
        thresholds=st.sets(st.sampled_from([1, 2, 3, 5, 8]), max_size=2),
        percents=st.sets(PERCENTS, min_size=2, max_size=2),
    )
    def reward(self, place: int, thresholds: set[int], percents: set[Decimal]) -> None:
        seller = Party.objects.get(pk=self.sellers[place % 4].pk)
        if seller.is_active:
            tiers = list(zip(sorted(thresholds), sorted(percents)))
            set_tiers(seller=seller, tiers=tiers, at=self.tick())
            self.plain.tiers[seller.pk] = dict(tiers)

    @rule(
        place=PLACES, percent=st.sampled_from([Decimal("0.00"), Decimal("7.77"), Decimal("15.00")])
    )
    def mark_up(self, place: int, percent: Decimal) -> None:
        showroom = Showroom.objects.get(pk=self.sellers[2 + place % 2].pk)
        change_policy(showroom=showroom, at=self.tick(), markup_percent=percent)
        self.plain.change_markup(showroom.pk, percent)

    # What has to be so after every step

    @invariant()
    def the_market_is_what_its_rules_say(self) -> None:
        if not self.plain.suppliers:
            return
        plain = self.plain
        assert self._money() == {
            **{f"party:{pk}:wallet": cents for pk, cents in plain.wallet.items()},
            **{f"party:{pk}:held": cents for pk, cents in plain.held.items()},
        }
        assert {
            (one.seller_id, one.car_model_id): (
                one.price_cents, one.quantity, one.stock_cost_cents, one.pricing == "manual",
                one.is_active,
            )
            for one in Listing.objects.all()
        } == {
            pair: (one.price, one.cars, one.cost, one.by_hand, one.on_sale)
            for pair, one in plain.listings.items()
        }  # fmt: skip
        assert dict(Offer.objects.values_list("pk", "status")) == {
            pk: one.status for pk, one in plain.offers.items()
        }
        cars, spent = Counter[Any](), Counter[Any]()
        for deal in plain.deals:
            cars[deal.seller, deal.buyer] += deal.cars
            spent[deal.seller, deal.buyer] += deal.cars * deal.price
        assert {
            (one.seller_id, one.buyer_id): (one.cars, one.spent_cents)
            for one in Patronage.objects.all()
        } == {pair: (cars[pair], spent[pair]) for pair in cars}
        lines = AssortmentLine.objects.filter(is_active=True)
        assert {(one.showroom_id, one.car_model_id): one.supplier_id for one in lines} == {
            (showroom, model): supplier
            for showroom, wants in plain.showrooms.items()
            for model, supplier in wants.assortment.items()
        }

    def _money(self) -> dict[str, int]:
        names = [f"party:{pk}:wallet" for pk in self.plain.wallet]
        return balances([*names, *(f"party:{pk}:held" for pk in self.plain.held)])


@pytest.mark.slow
@pytest.mark.django_db
def test_the_market_does_what_its_rules_say_whatever_happens() -> None:
    run_state_machine_as_test(
        MarketMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
