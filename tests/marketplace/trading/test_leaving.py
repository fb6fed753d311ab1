"""Leaving the market: no money stays held, no party stays without an owner, nobody stays logged in."""

from __future__ import annotations

import pytest

from marketplace.common.shards import WHOLE
from marketplace.parties.errors import LastOwner, PartyInactive
from marketplace.parties.models import Customer, Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import customer_of, parties_of
from marketplace.trading.models import Deal, Offer
from marketplace.trading.services.leaving import leave_market
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import cancel_offer, post_offer
from tests.market import ENOUGH_CENTS, NOW, Market, money_of, small_market
from tests.marketplace.factories import make_membership, make_showroom, make_supplier, make_user


def _statuses(customer: Customer) -> list[str]:
    return list(
        Offer.objects.filter(customer=customer).order_by("pk").values_list("status", flat=True)
    )


def test_open_offers_are_cancelled_and_their_money_is_back(audit_clean: None) -> None:
    market, car_model, _showroom = small_market()
    ann, bob = market.customer("Ann"), market.customer("Bob")
    given_up = market.offer(ann, car_model, 100)
    cancel_offer(customer=ann, offer=given_up, at=NOW)
    for cents in (200, 300):
        market.offer(ann, car_model, cents)
    market.offer(bob, car_model, 400)

    leave_market(user=ann.user, at=NOW)

    assert _statuses(ann) == ["cancelled"] * 3 and _statuses(bob) == ["open"]
    assert money_of(ann) == (ENOUGH_CENTS, 0)
    assert money_of(bob) == (ENOUGH_CENTS - 400, 400)


def test_the_account_and_its_customer_are_closed(audit_clean: None) -> None:
    market = Market()
    ann = market.customer("Ann")

    leave_market(user=ann.user, at=NOW)

    assert not User.objects.get(pk=ann.user.pk).is_active
    assert not Customer.objects.get(pk=ann.pk).is_active
    assert customer_of(ann.user) is None


def test_who_has_left_meanwhile_can_post_nothing(audit_clean: None) -> None:
    market, car_model, _showroom = small_market()
    ann = market.customer("Ann")
    read_before = Customer.objects.get(pk=ann.pk)

    leave_market(user=ann.user, at=NOW)

    with pytest.raises(PartyInactive):
        post_offer(customer=read_before, car_model=car_model, max_price_cents=100, at=NOW)
    assert money_of(ann) == (ENOUGH_CENTS, 0)


def test_what_was_bought_stays_bought_and_nothing_is_bought_afterwards(audit_clean: None) -> None:
    market, car_model, _showroom = small_market(cars=2)
    ann = market.customer("Ann")
    market.offer(ann, car_model, 1_000_000)
    match_offers(shard=WHOLE, slot="t1", at=NOW)
    market.offer(ann, car_model, 1_000_000)

    leave_market(user=ann.user, at=NOW)
    match_offers(shard=WHOLE, slot="t2", at=NOW)

    assert _statuses(ann) == ["filled", "cancelled"]
    assert Deal.objects.filter(buyer=ann).count() == 1
    assert money_of(ann) == (ENOUGH_CENTS - 1_000_000, 0)
    with pytest.raises(PartyInactive):
        post_offer(
            customer=Customer.objects.get(pk=ann.pk), car_model=car_model, max_price_cents=1, at=NOW
        )


def test_memberships_end_where_somebody_else_owns(audit_clean: None) -> None:
    person = make_user()
    shared, served = make_showroom(owner=make_user()), make_supplier(owner=make_user())
    make_membership(user=person, party=shared)
    make_membership(user=person, party=served, role=MemberRole.ANALYST)

    leave_market(user=person, at=NOW)

    assert not parties_of(person).exists()
    assert Membership.objects.active().count() == 2


def test_a_last_owner_stays_and_nothing_changes(audit_clean: None) -> None:
    market, car_model, _showroom = small_market()
    ann = market.customer("Ann")
    market.offer(ann, car_model, 200)
    make_membership(user=ann.user, party=make_showroom(owner=make_user()))
    alone = make_supplier(owner=ann.user, name="Alone Works")
    make_membership(party=alone, role=MemberRole.MANAGER)
    make_membership(user=make_user(is_active=False), party=alone)

    with pytest.raises(LastOwner, match="last owner of Alone Works"):
        leave_market(user=ann.user, at=NOW)

    assert User.objects.get(pk=ann.user.pk).is_active
    assert _statuses(ann) == ["open"] and money_of(ann) == (ENOUGH_CENTS - 200, 200)
    assert parties_of(ann.user).count() == 2


def test_a_party_that_has_left_the_market_keeps_nobody(audit_clean: None) -> None:
    person = make_user()
    closed = make_showroom(owner=person)
    Party.objects.filter(pk=closed.pk).update(is_active=False)

    leave_market(user=person, at=NOW)

    assert not User.objects.get(pk=person.pk).is_active


def test_leaving_twice_is_harmless(audit_clean: None) -> None:
    market, car_model, _showroom = small_market()
    ann = market.customer("Ann")
    market.offer(ann, car_model, 200)
    again = User.objects.get(pk=ann.user.pk)

    leave_market(user=ann.user, at=NOW)
    leave_market(user=again, at=NOW)

    assert _statuses(ann) == ["cancelled"] and money_of(ann) == (ENOUGH_CENTS, 0)
