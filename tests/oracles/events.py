"""What happens in a random market: people and sellers act, and the jobs run, in both worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal

from marketplace.catalog.models import CarModel
from marketplace.catalog.services import deactivate_car_model, reactivate_car_model
from marketplace.common.shards import WHOLE, shards
from marketplace.parties.models import Customer, Party, Showroom
from marketplace.parties.services import deactivate_party, reactivate_party
from marketplace.pricing.models import Listing, Promotion
from marketplace.pricing.services import (
    deactivate_listing,
    deactivate_promotion,
    end_promotion,
    list_car_model,
    reactivate_listing,
    set_price,
    set_pricing,
)
from marketplace.trading.models import Offer
from marketplace.trading.services.assortments import find_assortments, set_preference
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import (
    NewOffer,
    cancel_offer,
    expire_offers,
    post_offer,
    post_offers,
)
from marketplace.trading.services.policies import change_policy
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.oracles import things
from tests.oracles.market_oracle import DAY
from tests.oracles.random_markets import RandomMarket, as_data
from tests.oracles.review_oracle import review

JOBS = ("find", "review", "restock", "match", "expire")


class Events:
    """Random acts on a market; each is possible when it is done."""

    def __init__(self, market: RandomMarket) -> None:
        self.market = market
        self.world = market.world
        self.random = market.random
        self._slots = 0
        self._acts: tuple[Callable[[], None], ...] = (
            self._cancel,
            self._change_price,
            self._change_price,
            self._change_pricing,
            self._list,
            self._switch_listing,
            self._switch_party,
            self._switch_car_model,
            self._end_promotion,
            self._change_policy,
            self._change_preference,
            self._announce,
            self._announce,
            self._fund,
        )

    def a_while_passes(self) -> None:
        """The clock goes on by minutes, hours or days, often to the instant at which something ends."""
        minutes = self.random.choice((1, 60, 700, 1_440, 3_000))
        self.market.now += timedelta(minutes=minutes, seconds=self.random.choice((0, 0, 0, 41)))

    def people_act(self) -> None:
        """Customers post offers, and everybody does something else."""
        self._post(self.random.randint(1, 12))
        for _ in range(self.random.randint(0, 3)):
            self.random.choice(self._acts)()

    def run(self, job: str) -> None:
        """Run a job over a random number of shards, in any order."""
        self._slots += 1
        slot, at = f"slot {self._slots}", self.market.now
        shares = shards(self.random.choice((1, 1, 2, 3, 4)))
        self.random.shuffle(shares)
        if job == "expire":
            expire_offers(slot=slot, at=at)
            self.world.expire(at)
        elif job == "find":
            for share in shares:
                find_assortments(shard=share, slot=slot, at=at)
            self.world.find_assortments(at)
        elif job == "review":
            assert not sum(review_suppliers(shard=s, slot=slot, at=at).failed for s in shares)
            review(self.world, at)
        elif job == "restock":
            assert not sum(restock_showrooms(shard=s, slot=slot, at=at).failed for s in shares)
            self.world.restock(at)
        else:
            for share in shares:
                match_offers(shard=share, slot=slot, at=at)
            self.world.match(at)
            match_offers(shard=WHOLE, slot=f"{slot} again", at=at)

    # Customers ----------------------------------------------------------------------------

    def _post(self, wanted: int) -> None:
        """So many customers name a price; one that can't pay it is heard by nobody."""
        offers = [one for _ in range(wanted) if (one := self._new_offer())]
        if len(offers) == 1:
            ids = [self._post_alone(offers[0])]
        else:
            ids = post_offers(offers=offers, at=self.market.now)
        for number, one in zip(ids, offers, strict=True):
            self.world.offers[number] = things.Offer(
                number, one.customer_id, one.car_model_id, one.max_price_cents, self.market.now,
                one.expires_at,
            )  # fmt: skip

    def _new_offer(self) -> NewOffer | None:
        model = self._one_of(self.market.models())
        customer = self._one_of(self.market.ids("customer"))
        if model is None or customer is None:
            return None
        maximum = self.market.price_near(self.market.typical_price(model), 0.8, 1.5)
        if not self.world.hold(customer, maximum):
            return None
        life = self.random.choice((1, 3, 30)) * DAY
        return NewOffer(customer, model, maximum, self.market.now + life)

    def _post_alone(self, one: NewOffer) -> int:
        offer = post_offer(
            customer=Customer.objects.get(pk=one.customer_id),
            car_model=CarModel.objects.get(pk=one.car_model_id),
            max_price_cents=one.max_price_cents,
            at=self.market.now,
            expires_at=one.expires_at,
        )
        return offer.pk

    def _cancel(self) -> None:
        offer = self._one_of(one.id for one in self.world.offers.values() if one.status == "open")
        if offer is not None:
            row = Offer.objects.get(pk=offer)
            cancel_offer(customer=row.customer, offer=row, at=self.market.now)
            self.world.cancel(offer, self.market.now)

    # Sellers ------------------------------------------------------------------------------

    def _change_price(self) -> None:
        listing = self._listing()
        if listing is not None:
            low, high = (0.75, 0.95) if listing.quantity is None else (0.8, 1.2)
            cents = self.market.price_near(self.market.typical_price(listing.model), low, high)
            set_price(listing=_row(listing), price_cents=cents, at=self.market.now)
            listing.automatic = listing.automatic and listing.price == cents
            self.world.reprice(listing, cents, self.market.now)

    def _change_pricing(self) -> None:
        """Left free: a listing that is priced by its cost again is priced when cars come in."""
        listing = self._listing()
        if listing is not None and listing.quantity is not None:
            set_pricing(
                listing=_row(listing), pricing=Listing.Pricing.AUTOMATIC, at=self.market.now
            )
            listing.automatic = True

    def _list(self) -> None:
        seller, model = self._one_of(self.market.sellers()), self._one_of(self.market.models())
        if seller is None or model is None:
            return
        known = self.world.listings.get((seller, model))
        if known is not None and known.active:
            return
        cents = self.market.price_near(self.market.typical_price(model), 0.8, 1.0)
        list_car_model(
            seller=Party.objects.get(pk=seller),
            car_model=CarModel.objects.get(pk=model),
            price_cents=cents,
            at=self.market.now,
        )
        if known is None:
            quantity = 0 if self.world.parties[seller].kind == "showroom" else None
            self.world.begin_to_sell(
                things.Listing(seller, model, cents, quantity), self.market.now
            )
        else:
            known.active, known.automatic = True, False
            self.world.reprice(known, cents, self.market.now)

    def _switch_listing(self) -> None:
        active = self.random.random() < 0.4
        listing = self._listing(active=active)
        if listing is not None:
            switch = deactivate_listing if active else reactivate_listing
            switch(listing=_row(listing), at=self.market.now)
            listing.active = not active

    def _switch_party(self) -> None:
        active = self.random.random() < 0.4
        kinds = ("customer", "showroom", "supplier")
        party = self._one_of(one for kind in kinds for one in self.market.ids(kind, active=active))
        if party is not None:
            switch = deactivate_party if active else reactivate_party
            switch(party=Party.objects.get(pk=party), at=self.market.now)
            self.world.parties[party].active = not active

    def _switch_car_model(self) -> None:
        active = self.random.random() < 0.4
        model = self._one_of(self.market.models(active=active))
        if model is not None and (not active or len(self.market.models()) > 3):
            switch = deactivate_car_model if active else reactivate_car_model
            switch(car_model=CarModel.objects.get(pk=model), at=self.market.now)
            self.world.models[model].active = not active

    def _announce(self) -> None:
        seller = self._one_of(self.market.sellers())
        if seller is not None:
            announce = self.random.choice((self.market.set_tiers, self.market.publish_promotion))
            announce(seller)

    def _end_promotion(self) -> None:
        known = self._one_of(one.id for one in self.world.promotions.values() if one.active)
        if known is None:
            return
        promotion, at = self.world.promotions[known], self.market.now
        withdrawn = self.random.random() < 0.5
        end = deactivate_promotion if withdrawn else end_promotion
        end(promotion=Promotion.objects.get(pk=known), at=at)
        if withdrawn or at <= promotion.starts_at:
            promotion.active = False
        else:
            promotion.ends_at = min(promotion.ends_at, at)

    def _change_policy(self) -> None:
        showroom = self._one_of(self.market.ids("showroom"))
        if showroom is None:
            return
        policy, at = self.world.parties[showroom].policy, self.market.now
        assert policy is not None
        row = Showroom.objects.get(pk=showroom)
        if self.random.random() < 0.5:
            policy.markup = self.random.choice((Decimal("1.11"), Decimal("20.00")))
            change_policy(showroom=row, at=at, markup_percent=policy.markup)
            self.world.mark_up(showroom, at)
        else:
            policy.assortment_size = self.random.choice((2, 4, 6))
            change_policy(showroom=row, at=at, assortment_size=policy.assortment_size)
            self.world.find_assortment(showroom, at)

    def _change_preference(self) -> None:
        showroom = self._one_of(self.market.ids("showroom"))
        if showroom is not None:
            criteria = self.market.random_criteria()
            self.world.parties[showroom].preference = criteria
            data = [as_data(one) for one in criteria]
            row = Showroom.objects.get(pk=showroom)
            set_preference(showroom=row, criteria=data, at=self.market.now)
            self.world.find_assortment(showroom, self.market.now)

    def _fund(self) -> None:
        party = self._one_of(self.market.ids("customer") + self.market.ids("showroom"))
        if party is not None:
            self.market.fund(party, self.random.choice((1_234_567, 10_000_000)))

    def _listing(self, *, active: bool = True) -> things.Listing | None:
        """A random listing whose seller and car model take part in the market."""
        found = [
            one
            for one in self.world.listings.values()
            if one.active is active
            and self.world.parties[one.seller].active
            and self.world.models[one.model].active
        ]
        return self.random.choice(found) if found else None

    def _one_of(self, ids: Iterable[int]) -> int | None:
        found = list(ids)
        return self.random.choice(found) if found else None


def _row(listing: things.Listing) -> Listing:
    row: Listing = Listing.objects.get(seller=listing.seller, car_model=listing.model)
    return row
