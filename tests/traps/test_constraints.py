"""What the database itself refuses, whoever asks: every constraint of the rooms, violated once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from marketplace.accounts.models import Change, Device, Invitation
from marketplace.common.models import RecordsAreDeactivated
from marketplace.ledger.models import Account, Transfer
from marketplace.pricing.models import Listing
from marketplace.receipts.models import Receipt
from marketplace.trading.models import AssortmentLine, Deal, Decision, JobRun, Offer
from tests.marketplace import factories as make
from tests.marketplace.factories import NOW

pytestmark = pytest.mark.django_db


def twice(maker: Callable[..., object], **fields: Any) -> None:
    """Make the same thing two times."""
    maker(**fields)
    maker(**fields)


def an_offer(**fields: Any) -> Offer:
    """An open offer past the ledger."""
    return Offer.objects.create(
        **{
            "customer": make.make_customer(),
            "car_model": make.make_car_model(),
            "max_price_cents": 1_000,
            "expires_at": NOW,
        }
        | fields
    )


def a_deal(**fields: Any) -> Deal:
    """A retail deal past everything."""
    offer = an_offer()
    return Deal.objects.create(
        **{
            "kind": "retail",
            "seller": make.make_showroom(),
            "buyer": offer.customer,
            "car_model": offer.car_model,
            "quantity": 1,
            "unit_price_cents": 1_000,
            "list_price_cents": 1_000,
            "cost_cents": 0,
            "offer": offer,
            "sold_at": NOW,
        }
        | fields
    )


def a_transfer(**fields: Any) -> Transfer:
    """A transfer between two accounts."""
    source, _ = Account.objects.get_or_create(address="a")
    destination, _ = Account.objects.get_or_create(address="b")
    return Transfer.objects.create(
        **{"source": source, "destination": destination, "amount_cents": 1, "reference": "r"}
        | fields
    )


def a_transfer_to_itself() -> None:
    account = Account.objects.create(address="a")
    a_transfer(source=account, destination=account)


def a_deal_with_two_discounts() -> None:
    showroom = make.make_showroom()
    a_deal(
        promotion=make.make_promotion(seller=showroom), loyalty_tier=make.make_tier(seller=showroom)
    )


def two_lines_of_one_model() -> None:
    fields = {"showroom": make.make_showroom(), "car_model": make.make_car_model()}
    twice(AssortmentLine.objects.create, **fields, rank=1, fit=1)


def two_invitations_to_one_address() -> None:
    fields = {"party": make.make_showroom(), "invited_by": make.make_user(), "expires_at": NOW}
    Invitation.objects.create(**fields, email="ann@example.com", token_digest="1")
    Invitation.objects.create(**fields, email="Ann@Example.com", token_digest="2")


VIOLATIONS: Mapping[str, Callable[[], object]] = {
    "parties_one_confirmed_account_an_email": lambda: (
        make.make_user(email="ann@example.com"), make.make_user(email="Ann@Example.com"),
    ),
    "parties_one_account_a_username": lambda: (
        make.make_user(username="ann"), make.make_user(username="Ann", email="b@example.com"),
    ),
    "parties_policy_is_sane": lambda: make.make_showroom(assortment_size=0),
    "parties_one_active_membership_a_person_and_party": lambda: twice(
        make.make_membership, user=make.make_user(), party=make.make_showroom()
    ),
    "ledger_only_the_world_may_owe": lambda: Account.objects.create(address="a", balance_cents=-1),
    "ledger_one_account_an_address": lambda: twice(Account.objects.create, address="a"),
    "ledger_transfer_is_positive": lambda: a_transfer(amount_cents=0),
    "ledger_transfer_has_two_accounts": a_transfer_to_itself,
    "ledger_one_effect_a_reference": lambda: twice(a_transfer),
    "receipts_one_answer_a_key": lambda: twice(
        Receipt.objects.create, user=make.make_user(), key="k", status=201
    ),
    "accounts_one_waiting_change_a_kind": lambda: twice(
        Change.objects.create, user=make.make_user(), kind="email", expires_at=NOW, attempts_left=5
    ),
    "accounts_one_waiting_invitation_an_address": two_invitations_to_one_address,
    "accounts_one_record_a_device": lambda: twice(
        Device.objects.create, user=make.make_user(), digest="d", last_seen_at=NOW
    ),
    "catalog_one_active_car_model_a_name": lambda: twice(make.make_car_model, name="Swift"),
    "catalog_suggested_price_is_positive": lambda: make.make_car_model(suggested_price_cents=0),
    "pricing_one_active_listing_a_car_model": lambda: twice(
        make.make_listing, seller=make.make_supplier(), car_model=make.make_car_model()
    ),
    "pricing_price_is_positive": lambda: make.make_listing(
        seller=make.make_supplier(), price_cents=0
    ),
    "pricing_stock_cost_is_not_negative": lambda: make.make_listing(
        seller=make.make_showroom(), stock_cost_cents=-1
    ),
    "pricing_promotion_is_a_discount": lambda: make.make_promotion(
        seller=make.make_supplier(), percent="95.01"
    ),
    "pricing_promotion_starts_before_it_ends": lambda: make.make_promotion(
        seller=make.make_supplier(), starts_at=NOW, ends_at=NOW
    ),
    "pricing_tier_is_a_discount": lambda: make.make_tier(
        seller=make.make_supplier(), percent="0.00"
    ),
    "pricing_tier_needs_a_car": lambda: make.make_tier(seller=make.make_supplier(), threshold=0),
    "pricing_one_active_tier_a_threshold": lambda: twice(
        make.make_tier, seller=make.make_supplier(), threshold=5
    ),
    "pricing_one_patronage_a_pair": lambda: twice(
        make.make_patronage, seller=make.make_showroom(), buyer=make.make_customer(), cars=1
    ),
    "trading_one_run_a_slot_and_shard": lambda: twice(
        JobRun.objects.create, job="match-offers", slot="s", at=NOW
    ),
    "trading_one_active_line_a_car_model": two_lines_of_one_model,
    "trading_offer_is_positive": lambda: an_offer(max_price_cents=0),
    "trading_closed_offer_says_when": lambda: an_offer(status="cancelled"),
    "trading_deal_has_a_price": lambda: a_deal(unit_price_cents=1_001),
    "trading_retail_deal_fills_an_offer": lambda: a_deal(offer=None),
    "trading_discounts_never_add_up": a_deal_with_two_discounts,
}  # fmt: skip

#: Every count of cars has a check of its column, and this one says the same again.
SAID_TWICE = {"pricing_quantity_is_not_negative"}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses(name: str) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        VIOLATIONS[name]()
    assert refused.value.__cause__.diag.constraint_name == name


def test_every_constraint_of_the_rooms_is_violated_here() -> None:
    rooms = [model for model in apps.get_models() if model.__module__.startswith("marketplace.")]
    named: list[models.BaseConstraint] = [one for model in rooms for one in model._meta.constraints]
    assert {one.name for one in named} == VIOLATIONS.keys() | SAID_TWICE


def test_a_listing_never_has_less_than_no_cars() -> None:
    listing = make.make_listing(seller=make.make_showroom())
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(quantity=-1)


def test_an_offer_has_one_deal_ever() -> None:
    deal = a_deal()
    with pytest.raises(IntegrityError, match="offer_id"), transaction.atomic():
        a_deal(offer=deal.offer)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trading_decision SET body = '{}'",
        "DELETE FROM trading_decision",
        "SET LOCAL forecourt.may_truncate = off; TRUNCATE trading_decision CASCADE",
        "UPDATE ledger_transfer SET amount_cents = 2",
        "DELETE FROM ledger_transfer",
        "SET LOCAL forecourt.may_truncate = off; TRUNCATE ledger_transfer",
    ],
)
def test_what_happened_is_not_changed_or_forgotten(change: str) -> None:
    a_transfer()
    run = JobRun.objects.create(job="match-offers", slot="s", at=NOW - timedelta(days=1))
    Decision.objects.create(kind="match", run=run, body={"percent": str(Decimal("1"))})

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(change)


def test_a_record_is_not_deleted() -> None:
    listing = make.make_listing(seller=make.make_showroom())
    for delete in (listing.delete, Listing.objects.all().delete):
        with pytest.raises(RecordsAreDeactivated):
            delete()
