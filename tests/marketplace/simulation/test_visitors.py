"""A demo world lives on: customers come by themselves, once a slot, and only there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.common.shards import WHOLE
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.selectors import available
from marketplace.ledger.services import Move, post
from marketplace.parties.models import Customer
from marketplace.pricing.models import PriceChange, Promotion
from marketplace.simulation.rules import logins
from marketplace.simulation.services.visitors import let_customers_come
from marketplace.trading.models import Deal, JobRun, Offer
from marketplace.trading.selectors.auditing import audit
from marketplace.trading.services.matching import match_offers
from tests.marketplace import factories
from tests.marketplace.simulation.worlds import NOW, seed_tiny

pytestmark = pytest.mark.django_db(transaction=True)


def minutes(count: int):
    """The next minutes of the market, each with its slot."""
    for number in range(1, count + 1):
        at = NOW + timedelta(minutes=number)
        yield at, f"{at:%Y-%m-%dT%H:%M}"


def test_deals_go_on_minute_by_minute_and_the_books_stay_right():
    seed_tiny(days=6)
    deals, prices = Deal.objects.count(), PriceChange.objects.filter(changed_at__gt=NOW).count()

    for at, slot in minutes(40):
        let_customers_come(at=at, slot=slot)
        match_offers(shard=WHOLE, slot=slot, at=at)

    assert Offer.objects.filter(created_at__gt=NOW).count() > 40
    assert Deal.objects.count() > deals + 10
    assert PriceChange.objects.filter(changed_at__gt=NOW).count() > prices
    assert [result.id for result in audit() if result.violations] == []


def test_a_slot_brings_its_visitors_once():
    seed_tiny(days=2)
    at, slot = next(minutes(1))

    first = let_customers_come(at=at, slot=slot)
    again = let_customers_come(at=at, slot=slot)

    assert first.offers > 0 and again.offers == 0
    assert Offer.objects.filter(created_at=at).count() == first.offers


def test_a_market_that_is_no_demo_world_stays_as_it_is():
    customer = factories.make_customer()
    post(Move("opening:1", WORLD, wallet(customer.pk), 10_000_000, "opening"), at=NOW)
    factories.make_superuser(username="admin")

    for at, slot in minutes(20):
        let_customers_come(at=at, slot=slot)

    assert not (Offer.objects.exists() or JobRun.objects.exists())


def test_production_has_no_visitors_of_this_kind(settings):
    seed_tiny(days=1)
    settings.ENVIRONMENT = "production"
    at, slot = next(minutes(1))

    assert let_customers_come(at=at, slot=slot).offers == 0


def test_nobody_acts_for_those_who_log_in():
    seed_tiny(days=2)

    for at, slot in minutes(60):
        let_customers_come(at=at, slot=slot)

    ours = [login.email for login in logins.LOGINS]
    came = Offer.objects.filter(created_at__gt=NOW)
    assert came.exists() and not came.filter(customer__user__email__in=ours).exists()
    changed = PriceChange.objects.filter(changed_at__gt=NOW)
    assert changed.exists()
    assert not changed.filter(listing__seller__memberships__user__email__in=ours).exists()
    announced = Promotion.objects.filter(created_at__gt=NOW)
    assert not announced.filter(seller__memberships__user__email__in=ours).exists()


def test_a_real_person_in_a_demo_world_is_left_alone():
    seed_tiny(days=2)
    stranger = factories.make_customer(user=factories.make_user(email="ann@real.example"))
    Customer.objects.exclude(pk=stranger.pk).update(is_active=False)
    post(Move("opening:1", WORLD, wallet(stranger.pk), 10_000_000, "opening"), at=NOW)

    for at, slot in minutes(10):
        let_customers_come(at=at, slot=slot)

    assert not Offer.objects.filter(customer=stranger).exists()


def test_visitors_who_have_spent_everything_get_new_savings():
    seed_tiny(days=2)
    for customer in Customer.objects.all():
        left = available(customer.pk)
        if left:
            move = Move(
                f"opening:spent-{customer.pk}", wallet(customer.pk), WORLD, left, "correction"
            )
            post(move, at=NOW)

    offers = sum(let_customers_come(at=at, slot=slot).offers for at, slot in minutes(10))

    assert offers > 10
