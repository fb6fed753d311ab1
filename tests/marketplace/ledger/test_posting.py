"""Money moves once for its reference, all or none, and never out of nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.ledger.addresses import WORLD, held, wallet
from marketplace.ledger.errors import (
    AmountInvalid,
    InsufficientFunds,
    ReasonMissing,
    ReferenceTaken,
)
from marketplace.ledger.models import Account, Transfer
from marketplace.ledger.selectors import available, balances, statement
from marketplace.ledger.services import Move, credit, debit, post, post_new
from marketplace.parties.models import User

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def give(party_id: int, cents: int, reference: str = "start") -> None:
    post(Move(f"{reference}:{party_id}", WORLD, wallet(party_id), cents, "opening"), at=AT)


def test_a_move_takes_from_one_and_gives_to_the_other():
    give(1, 1_000)

    post(Move("a", wallet(1), wallet(2), 300, "test"), at=AT)

    assert balances([WORLD, wallet(1), wallet(2)]) == {
        WORLD: -1_000,
        wallet(1): 700,
        wallet(2): 300,
    }


def test_the_same_reference_twice_has_one_effect():
    give(1, 1_000)
    move = Move("a", wallet(1), wallet(2), 300, "test")

    first = post(move, at=AT)
    again = post(move, move, at=AT)

    assert available(2) == 300
    assert [transfer.pk for transfer in again] == [first[0].pk, first[0].pk]


@pytest.mark.parametrize(
    "other",
    [
        Move("a", wallet(1), wallet(2), 301, "test"),
        Move("a", wallet(1), wallet(3), 300, "test"),
        Move("a", wallet(3), wallet(2), 300, "test"),
    ],
)
def test_the_same_reference_with_something_else_is_refused(other):
    give(1, 1_000)
    give(3, 1_000)
    post(Move("a", wallet(1), wallet(2), 300, "test"), at=AT)

    with pytest.raises(ReferenceTaken):
        post(other, at=AT)

    assert (available(1), available(2), available(3)) == (700, 300, 1_000)


def test_two_different_moves_of_one_reference_in_one_call_are_refused():
    give(1, 1_000)

    with pytest.raises(ReferenceTaken):
        post(
            Move("a", wallet(1), wallet(2), 300, "test"),
            Move("a", wallet(1), wallet(2), 301, "test"),
            at=AT,
        )

    assert (available(1), available(2)) == (1_000, 0)


def test_what_is_not_there_cannot_be_spent_and_nothing_is_half_done():
    give(1, 1_000)

    with pytest.raises(InsufficientFunds):
        post(
            Move("a", wallet(1), wallet(2), 600, "test"),
            Move("b", wallet(1), wallet(2), 600, "test"),
            at=AT,
        )

    assert (available(1), available(2)) == (1_000, 0)
    assert not Transfer.objects.filter(kind="test").exists()


def test_moves_of_one_call_are_netted():
    give(1, 1_000)

    post(
        Move("b", wallet(2), wallet(3), 400, "test"),
        Move("a", wallet(1), wallet(2), 400, "test"),
        at=AT,
    )

    assert (available(1), available(2), available(3)) == (600, 0, 400)


@pytest.mark.parametrize("amount", [0, -5])
def test_only_a_positive_amount_moves(amount):
    give(1, 1_000)

    with pytest.raises(AmountInvalid):
        post(Move("a", wallet(1), wallet(2), amount, "test"), at=AT)
    with pytest.raises(AmountInvalid):
        post_new([Move("a", wallet(1), wallet(2), amount, "test")], at=AT)


def test_many_new_moves_are_posted_like_single_ones():
    give(1, 10_000)

    post_new(
        [
            Move(f"n:{n}", wallet(1), held(1) if n % 2 else wallet(2), n, "test", "why\tso")
            for n in range(1, 101)
        ],
        at=AT,
    )

    assert (available(1), available(2)) == (10_000 - 5_050, 2_550)
    assert Transfer.objects.get(reference="n:7").reason == "why\tso"


def test_many_new_moves_cannot_overdraw():
    give(1, 100)

    with pytest.raises(InsufficientFunds):
        post_new([Move(f"n:{n}", wallet(1), wallet(2), 60, "test") for n in range(2)], at=AT)

    assert (available(1), available(2)) == (100, 0)


def test_posting_takes_a_constant_number_of_statements():
    give(1, 1_000)
    statements = []

    for name, count in (("few", 1), ("many", 50)):
        moves = [Move(f"{name}:{n}", wallet(1), wallet(2 + n), 1, "test") for n in range(count)]
        with CaptureQueriesContext(connection) as posted:
            post(*moves, at=AT)
        statements.append(len(posted))
        with CaptureQueriesContext(connection) as posted_again:
            post(*moves, at=AT)
        statements.append(len(posted_again))

    # Accounts that have to be opened first cost three more.
    assert statements == [11, 7, 11, 7]


def test_the_database_refuses_to_change_or_forget_a_transfer():
    give(1, 1_000)

    for statement_ in (
        "UPDATE ledger_transfer SET amount_cents = 1",
        "DELETE FROM ledger_transfer",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement_)


def test_the_database_refuses_an_account_below_zero_but_the_world():
    give(1, 1_000)

    with pytest.raises(DatabaseError, match="ledger_only_the_world_may_owe"), transaction.atomic():
        Account.objects.filter(address=wallet(1)).update(balance_cents=-1)


def test_the_database_refuses_a_transfer_to_the_same_account_or_of_nothing():
    give(1, 1_000)
    account = Account.objects.get(address=wallet(1))
    world = Account.objects.get(address=WORLD)

    with pytest.raises(DatabaseError, match="has_two_accounts"), transaction.atomic():
        Transfer.objects.create(source=account, destination=account, amount_cents=1, reference="x")
    with pytest.raises(DatabaseError, match="is_positive"), transaction.atomic():
        Transfer.objects.create(source=world, destination=account, amount_cents=0, reference="y")


def test_an_administrator_credits_and_debits_once_a_key_with_a_reason():
    actor = User.objects.create(username="root", email="root@example.com")

    for _ in range(2):
        credit(party_id=5, amount_cents=900, reason="gift", actor=actor, at=AT, key="k1")
        debit(party_id=5, amount_cents=200, reason="slip", actor=actor, at=AT, key="k2")

    assert available(5) == 700
    assert Transfer.objects.get(reference="correction:k2").actor_id == actor.pk
    with pytest.raises(ReasonMissing):
        credit(party_id=5, amount_cents=900, reason="  ", actor=actor, at=AT, key="k3")
    with pytest.raises(InsufficientFunds):
        debit(party_id=5, amount_cents=701, reason="slip", actor=actor, at=AT, key="k4")


def test_a_statement_shows_signed_amounts_and_the_balance_after_each():
    give(1, 1_000)
    post(Move("a", wallet(1), wallet(2), 300, "test"), at=AT)
    post(Move("b", wallet(2), wallet(1), 50, "test"), at=AT)

    lines = [
        (line.reference, line.signed_cents, line.balance_after_cents, line.counterpart)
        for line in statement(wallet(1))
    ]

    assert lines == [
        ("b", 50, 750, wallet(2)),
        ("a", -300, 700, wallet(2)),
        ("start:1", 1_000, 1_000, WORLD),
    ]
