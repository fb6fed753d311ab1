"""Customers who keep coming to a demo world after its seeding, for those who watch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings
from django.db import transaction

from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE
from marketplace.ledger.services import credit
from marketplace.parties.models import Party, Supplier, User
from marketplace.parties.selectors import active_showrooms, active_suppliers
from marketplace.simulation.rules import logins
from marketplace.simulation.rules.chance import chance_of
from marketplace.simulation.rules.promotions import PromotionPlan, promotion_name
from marketplace.simulation.rules.shopping import Shopper
from marketplace.simulation.selectors import (
    customer_ids,
    demo_admin,
    funds_of,
    shoppers_of,
    window_now,
)
from marketplace.simulation.services.history import announce, change_some_prices, offers_wanted
from marketplace.trading.services.offers import post_offers
from marketplace.trading.services.runs import claimed_run

_FEWEST, _MOST = 2, 5

#: Of so many minutes about one sees a supplier change prices, or a seller announce a promotion.
_MINUTES_BETWEEN_PRICES = 12
_MINUTES_BETWEEN_PROMOTIONS = 240

#: A shopper with less than this has its savings topped up, or one day nobody could buy anything.
_POOR_CENTS = 3_000_000
_SAVINGS_CENTS = 9_000_000


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What happened in one minute of a demo world."""

    offers: int = 0
    prices: int = 0


@transaction.atomic(durable=True)
def let_customers_come(*, at: datetime, slot: str) -> VisitReport:
    """Let a handful of the demo world's customers post offers, and now and then prices move.

    What happens is drawn by the slot: the same slot has one effect. In a market that is no demo
    world, finished and outside production, nothing happens, ever. The accounts that people log in
    by are left alone, and so is what they own.
    """
    admin = demo_admin()
    if admin is None or settings.ENVIRONMENT == "production":
        return VisitReport()
    with claimed_run(Job.BRING_VISITORS, WHOLE, slot, at) as run:
        if run is None:
            return VisitReport()
        rng = chance_of("visitors", slot)
        prices = 0
        if rng.random() < 1 / _MINUTES_BETWEEN_PRICES:
            prices = _change_prices(rng, at)
        if rng.random() < 1 / _MINUTES_BETWEEN_PROMOTIONS:
            _announce(rng, at)
        report = VisitReport(_post_offers(rng, slot, admin, at), prices)
        run.handled = report.offers
        run.report = {"prices": report.prices}
        return report


def _post_offers(rng: Random, slot: str, admin: User, at: datetime) -> int:
    everybody = customer_ids()
    comers = shoppers_of(rng.sample(everybody, min(len(everybody), rng.randint(_FEWEST, _MOST))))
    _top_up(comers, slot, admin, at)
    offers = offers_wanted(rng, comers, window_now(), at)
    if offers:
        post_offers(offers=offers, at=at)
    return len(offers)


def _top_up(comers: Iterable[Shopper], slot: str, admin: User, at: datetime) -> None:
    for customer, cents in funds_of(shopper.customer_id for shopper in comers).items():
        if cents < _POOR_CENTS:
            credit(
                party_id=customer,
                amount_cents=_SAVINGS_CENTS,
                reason="Demo world: savings",
                actor=admin,
                at=at,
                key=f"visit:{slot}:{customer}",
            )


def _change_prices(rng: Random, at: datetime) -> int:
    """One supplier moves some of its prices."""
    owned_by_visitor = {"memberships__user__username": logins.SUPPLIER.username}
    suppliers: list[Supplier] = list(active_suppliers().exclude(**owned_by_visitor).order_by("pk"))
    return change_some_prices(rng, rng.choice(suppliers), at) if suppliers else 0


def _announce(rng: Random, at: datetime) -> None:
    """One seller announces a promotion that begins within the hour."""
    visitors = [logins.SUPPLIER.username, logins.SHOWROOM.username]
    sellers: list[Party] = [
        *active_suppliers().exclude(memberships__user__username__in=visitors).order_by("pk"),
        *active_showrooms().exclude(memberships__user__username__in=visitors).order_by("pk"),
    ]
    if sellers:
        starts_at = at + timedelta(minutes=rng.randint(1, 60))
        plan = PromotionPlan(
            seller=rng.randrange(len(sellers)),
            announced_at=at,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=rng.randint(1, 7)),
            percent=Decimal(rng.randint(4, 20)) / 4,
            name=promotion_name(rng),
            share=rng.uniform(0.15, 0.5),
        )
        announce(rng, plan, sellers, at)
