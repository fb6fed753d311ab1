"""Moving money: every verb of the ledger comes down to `post`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from marketplace.common.acts import act, part_of_an_act
from marketplace.common.bulk import array, copy_lines, instant, run, text
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.errors import (
    AmountInvalid,
    InsufficientFunds,
    ReasonMissing,
    ReferenceTaken,
)
from marketplace.ledger.models import Transfer

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class Move(NamedTuple):
    """Money to move between two addresses, once for its reference."""

    reference: str
    source: str
    destination: str
    amount_cents: int
    kind: str
    reason: str = ""
    actor_id: int | None = None


class _AccountMissing(Exception):
    """An address has no account yet."""


class _Locked(NamedTuple):
    """An account whose row is locked until the transaction ends."""

    pk: int
    balance_cents: int


@act
def post(*moves: Move, at: datetime) -> list[Transfer]:
    """Write transfers and move their money, each once per reference, all or none.

    Takes a constant number of statements. A reference that is in the book already with the same
    accounts and amount is returned as it stands.

    Raises:
        ReferenceTaken: the reference is in the book with other accounts or another amount.
        InsufficientFunds: an account other than the world would end below zero.
        AmountInvalid: an amount is not above zero.
    """
    if not moves:
        return []
    _check(moves)
    accounts = _lock_accounts(moves)
    once = {move.reference: move for move in moves}
    new = _insert_missing(list(once.values()), accounts, at)
    _move_money([once[reference] for reference in new], accounts, at)
    booked = {
        transfer.reference: transfer
        for transfer in Transfer.objects.filter(reference__in=list(once))
    }
    for move in moves:
        _check_same(move, booked[move.reference], accounts)
    return [booked[move.reference] for move in moves]


@part_of_an_act
def post_new(moves: Sequence[Move], *, at: datetime) -> None:
    """Post many moves whose references stem from rows made in this very transaction.

    The same as `post` at any size in the time of one COPY, but a reference that is already in the
    book is a bug and an IntegrityError.

    Raises:
        InsufficientFunds: an account other than the world would end below zero.
        AmountInvalid: an amount is not above zero.
    """
    if not moves:
        return
    _check(moves)
    accounts = _lock_accounts(moves)
    _move_money(moves, accounts, at)
    moved = instant(at)
    copy_lines(
        Transfer._meta.db_table,
        [
            "reference",
            "source_id",
            "destination_id",
            "amount_cents",
            "kind",
            "reason",
            "created_at",
        ],
        (
            f"{reference}\t{accounts[source].pk}\t{accounts[destination].pk}\t{amount}\t{kind}"
            f"\t{text(reason)}\t{moved}\n"
            for reference, source, destination, amount, kind, reason, _ in moves
        ),
    )


@act
def credit(
    *,
    party_id: int,
    amount_cents: int,
    reason: str,
    actor: AbstractBaseUser,
    at: datetime,
    key: str,
) -> Transfer:
    """Give a party money from outside, by an administrator's hand. The same key has one effect.

    Raises:
        ReasonMissing: a correction needs a reason.
        AmountInvalid: the amount is not above zero.
    """
    move = Move(
        f"correction:{key}",
        WORLD,
        wallet(party_id),
        amount_cents,
        "correction",
        _checked(reason),
        actor.pk,
    )
    return post(move, at=at)[0]


@act
def debit(
    *,
    party_id: int,
    amount_cents: int,
    reason: str,
    actor: AbstractBaseUser,
    at: datetime,
    key: str,
) -> Transfer:
    """Take available money from a party, by an administrator's hand. The same key has one effect.

    Raises:
        ReasonMissing: a correction needs a reason.
        AmountInvalid: the amount is not above zero.
        InsufficientFunds: less is available.
    """
    move = Move(
        f"correction:{key}",
        wallet(party_id),
        WORLD,
        amount_cents,
        "correction",
        _checked(reason),
        actor.pk,
    )
    return post(move, at=at)[0]


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason or "\x00" in reason or len(reason) > 200:
        raise ReasonMissing()
    return reason


def _check(moves: Iterable[Move]) -> None:
    for move in moves:
        if move.amount_cents <= 0:
            raise AmountInvalid()


def _check_same(move: Move, transfer: Transfer, accounts: Mapping[str, _Locked]) -> None:
    there = (transfer.source_id, transfer.destination_id, transfer.amount_cents)
    if there != (accounts[move.source].pk, accounts[move.destination].pk, move.amount_cents):
        raise ReferenceTaken()


def _lock_accounts(moves: Sequence[Move]) -> dict[str, _Locked]:
    """Every account of the moves, opened if need be, then locked in order of its primary key."""
    addresses = sorted({move.source for move in moves} | {move.destination for move in moves})
    try:
        with transaction.atomic():
            return _locked(addresses)
    except _AccountMissing:
        # The locks fell with the savepoint: waiting for another opener must block nobody.
        _open_missing(addresses)
        return _locked(addresses)


def _locked(addresses: list[str]) -> dict[str, _Locked]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address, id, balance_cents FROM ledger_account WHERE address = ANY(%s)"
            " ORDER BY id FOR UPDATE",
            [array(addresses)],
        )
        found = {address: _Locked(pk, balance) for address, pk, balance in cursor.fetchall()}
    if len(found) < len(addresses):
        raise _AccountMissing
    return found


def _open_missing(addresses: list[str]) -> None:
    """Open accounts at zero; whoever opens the same at the same time is waited for."""
    run(
        "INSERT INTO ledger_account (address, balance_cents, is_active, created_at, updated_at)"
        " SELECT address, 0, true, now(), now() FROM unnest(%s::text[]) AS wanted(address)"
        " WHERE NOT EXISTS (SELECT FROM ledger_account known WHERE known.address = wanted.address)"
        " ORDER BY address ON CONFLICT (address) DO NOTHING",
        [addresses],
    )


def _insert_missing(
    moves: Sequence[Move], accounts: Mapping[str, _Locked], at: datetime
) -> list[str]:
    """Write the transfers whose reference is not in the book yet; returns those references."""
    columns = list(
        zip(
            *(
                (
                    move.reference,
                    accounts[move.source].pk,
                    accounts[move.destination].pk,
                    move.amount_cents,
                    move.kind,
                    move.reason,
                    move.actor_id,
                )
                for move in moves
            ),
            strict=True,
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer (reference, source_id, destination_id, amount_cents, kind,"
            " reason, actor_id, created_at) SELECT *, %s FROM unnest(%s::text[], %s::bigint[],"
            " %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])"
            " ON CONFLICT (reference) DO NOTHING RETURNING reference",
            [at, *map(list, columns)],
        )
        return [reference for (reference,) in cursor.fetchall()]


def _move_money(moves: Iterable[Move], accounts: Mapping[str, _Locked], at: datetime) -> None:
    """Change the balances by what the moves come to for each account."""
    net: dict[str, int] = defaultdict(int)
    for move in moves:
        net[move.source] -= move.amount_cents
        net[move.destination] += move.amount_cents
    changed = {address: change for address, change in net.items() if change}
    for address, change in changed.items():
        if address != WORLD and accounts[address].balance_cents + change < 0:
            raise InsufficientFunds()
    if changed:
        run(
            "UPDATE ledger_account SET balance_cents = balance_cents + change, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS net(account_id, change)"
            " WHERE id = account_id",
            [at, [accounts[address].pk for address in changed], list(changed.values())],
        )
