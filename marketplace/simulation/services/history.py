"""The market run forward in virtual time: people come, and the jobs do what they always do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.common.shards import WHOLE
from marketplace.parties.models import Party, Supplier
from marketplace.pricing.models import Listing
from marketplace.pricing.services import publish_promotion, set_prices
from marketplace.simulation.rules.chance import chance_of
from marketplace.simulation.rules.promotions import PromotionPlan, promotions
from marketplace.simulation.rules.shopping import Shopper, Window, wish
from marketplace.simulation.rules.sizes import WorldSize
from marketplace.simulation.rules.suppliers import new_price
from marketplace.simulation.selectors import funds_of, open_offers_before, window_now
from marketplace.simulation.services.world import Progress, World
from marketplace.trading.models import Offer
from marketplace.trading.services.assortments import find_assortments
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import (
    DEFAULT_LIFE,
    NewOffer,
    cancel_offer,
    expire_offers,
    post_offers,
)
from marketplace.trading.services.profiles import derive_profiles
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers

_DAY = timedelta(days=1)

#: Within a step of a day the market is restocked, then people come, then their offers are matched.
_UNTIL_MATCH = timedelta(minutes=5)
_UNTIL_OFFERS = timedelta(minutes=10)

_LIVES = (timedelta(days=7), timedelta(days=14), DEFAULT_LIFE, DEFAULT_LIFE, DEFAULT_LIFE)

#: Of the offers of a moment, so many are made by the few who come again and again.
_SHARE_OF_REGULARS = 0.08
_DAYS_BETWEEN_PRICES = 7
_DAYS_BETWEEN_DEMO_OFFERS = 4


class History:
    """The days of a demo world from its beginning to its present. Repeatable by the seed."""

    def __init__(
        self, world: World, *, size: WorldSize, seed: int, start: datetime, days: int
    ) -> None:
        self._world = world
        self._size = size
        self._rng = chance_of("history", seed)
        self._start = start
        self._days = days
        self._end = start + days * _DAY
        self._promotions = promotions(
            chance_of("promotions", seed),
            sellers=len(world.sellers),
            shown=(0, len(world.suppliers)),
            start=start,
            end=self._end,
        )

    def live(self, on_progress: Progress) -> None:
        """Let every day pass, and leave the market with people waiting to be served."""
        for day in range(self._days):
            on_progress(_("Days of trading"), day, self._days)
            self._live_day(day)
        self._announce(self._end)
        derive_profiles(slot=_slot(self._end), at=self._end)
        self._come_last()
        on_progress(_("Days of trading"), self._days, self._days)

    def _live_day(self, day: int) -> None:
        steps = self._size.matches_a_day
        for step in range(steps):
            ends_at = self._start + day * _DAY + _DAY * (step + 1) / steps
            at = ends_at - _UNTIL_OFFERS - _UNTIL_MATCH
            self._announce(at)
            if step == 0:
                self._begin_day(day, at)
            if step % (steps // self._size.restocks_a_day) == 0:
                restock_showrooms(shard=WHOLE, slot=_slot(at), at=at)
            self._come(day, step, at + _UNTIL_OFFERS)
            match_offers(shard=WHOLE, slot=_slot(ends_at), at=ends_at)

    def _begin_day(self, day: int, at: datetime) -> None:
        expire_offers(slot=_slot(at), at=at)
        self._change_prices(at)
        self._cancel(at)
        find_assortments(shard=WHOLE, slot=_slot(at), at=at)
        if day % self._size.days_between_reviews == 0 or day == self._days - 1:
            review_suppliers(shard=WHOLE, slot=_slot(at), at=at)

    def _come(self, day: int, step: int, at: datetime) -> None:
        """Some customers look around and post what they would pay."""
        count = self._share_of_day(step)
        regulars = min(len(self._world.regulars), round(count * _SHARE_OF_REGULARS))
        comers = {
            shopper.customer_id: shopper
            for shopper in (
                *self._rng.sample(self._world.regulars, regulars),
                *self._rng.sample(self._world.shoppers, min(count, len(self._world.shoppers))),
            )
        }
        if step == 0 and day % _DAYS_BETWEEN_DEMO_OFFERS == 0:
            first = self._world.shoppers[0]
            comers[first.customer_id] = first
        self._post(comers.values(), at)

    def _share_of_day(self, step: int) -> int:
        """How many offers come in this step of the day: the total of a day is that of the size."""
        total, steps = self._size.offers_a_day, self._size.matches_a_day
        return total * (step + 1) // steps - total * step // steps

    def _come_last(self) -> None:
        """Leave offers that nobody has matched yet, and a few of the demo's customer that will wait."""
        last = self._rng.sample(
            self._world.shoppers[1:], min(self._size.offers_a_day, len(self._world.shoppers) - 1)
        )
        self._post(last, self._end)
        post_offers(offers=self._patient_offers(self._world.shoppers[0]), at=self._end)

    def _post(self, comers: Iterable[Shopper], at: datetime) -> None:
        offers = offers_wanted(self._rng, list(comers), window_now(self._world.cars), at)
        if offers:
            post_offers(offers=offers, at=at)

    def _patient_offers(self, shopper: Shopper) -> list[NewOffer]:
        """Two offers too low for the showroom that the shopper knows, as far as its money goes."""
        funds = funds_of([shopper.customer_id])[shopper.customer_id]
        offers = []
        shelves = window_now(self._world.cars).shelves_of(shopper.showroom_id or 0)
        for shelf, percent in zip(shelves, (85, 90)):
            cents = shelf.price_cents * percent // 100
            if cents <= funds:
                funds -= cents
                offers.append(
                    NewOffer(
                        shopper.customer_id, shelf.car_model_id, cents, self._end + DEFAULT_LIFE
                    )
                )
        return offers

    def _announce(self, at: datetime) -> None:
        while self._promotions and self._promotions[0].announced_at <= at:
            announce(self._rng, self._promotions.pop(0), self._world.sellers, at)

    def _change_prices(self, at: datetime) -> None:
        for supplier in self._world.suppliers:
            if self._rng.random() < 1 / _DAYS_BETWEEN_PRICES:
                change_some_prices(self._rng, supplier, at)

    def _cancel(self, at: datetime) -> None:
        """A few who have waited long enough change their minds."""
        waiting = open_offers_before(at - 3 * _DAY)
        tired = self._rng.sample(waiting, min(len(waiting), self._size.offers_a_day // 50))
        for offer in Offer.objects.filter(pk__in=tired).select_related("customer").order_by("pk"):
            cancel_offer(customer=offer.customer, offer=offer, at=at)


def offers_wanted(
    rng: Random, comers: Sequence[Shopper], window: Window, at: datetime
) -> list[NewOffer]:
    """What each of the comers offers, if there is anything for it within its funds."""
    funds = funds_of(shopper.customer_id for shopper in comers)
    offers = []
    for shopper in comers:
        hope = wish(rng, shopper, window, funds[shopper.customer_id])
        if hope is not None:
            offers.append(NewOffer(shopper.customer_id, *hope, expires_at=at + rng.choice(_LIVES)))
    return offers


def announce(rng: Random, plan: PromotionPlan, sellers: Sequence[Party], at: datetime) -> None:
    """Publish a planned promotion; one on some car models chooses them among those listed now."""
    seller = sellers[plan.seller]
    chosen = None
    if plan.share is not None:
        listed = list(
            CarModel.objects.active()
            .filter(listings__seller=seller.pk, listings__is_active=True)
            .order_by("make", "name", "variant", "model_year")
        )
        chosen = rng.sample(listed, round(len(listed) * plan.share)) or None
    publish_promotion(
        seller=seller,
        by=None,
        name=plan.name,
        percent=plan.percent,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        at=at,
        car_models=chosen,
    )


def change_some_prices(rng: Random, supplier: Supplier, at: datetime) -> int:
    """Move some of a supplier's prices a little; returns how many changed."""
    listed = (
        Listing.objects.active()
        .filter(seller=supplier.pk, car_model__is_active=True)
        .order_by("car_model")
        .values_list("car_model_id", "price_cents", "car_model__suggested_price_cents")
    )
    moved = [row for row in listed if rng.random() < _SHARE_OF_PRICES]
    prices = {pk: new_price(rng, cents, suggested) for pk, cents, suggested in moved}
    return set_prices(seller=supplier, prices=prices, at=at) if prices else 0


_SHARE_OF_PRICES = 0.15


def _slot(at: datetime) -> str:
    return f"history {at:%Y-%m-%dT%H:%M}"
