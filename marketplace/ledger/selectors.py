"""Counting money: balances and statements."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import BigIntegerField, Case, CharField, F, Q, QuerySet, Sum, When, Window

from marketplace.ledger import addresses
from marketplace.ledger.models import Account, Transfer

#: For the audit, which proves across rooms in SQL what has to hold: the accounts, the transfers, and
#: the names of those of the database's own guards that stand.
ACCOUNTS_SQL = "SELECT id, address, balance_cents FROM ledger_account"
TRANSFERS_SQL = (
    "SELECT id, reference, source_id, destination_id, amount_cents, kind, reason, actor_id, created_at"
    " FROM ledger_transfer"
)
GUARDS_SQL = """
    SELECT 'append-only' AS guard FROM pg_trigger
    WHERE tgrelid = 'ledger_transfer'::regclass AND tgname = 'ledger_transfers_are_append_only'
      AND tgenabled IN ('O', 'A') AND tgtype & 56 = 56
    UNION ALL
    SELECT 'one effect a reference' FROM pg_constraint c JOIN pg_index i ON i.indexrelid = c.conindid
    WHERE c.conrelid = 'ledger_transfer'::regclass AND c.conname = 'ledger_one_effect_a_reference'
      AND i.indisunique AND i.indisvalid
"""

_BALANCES_AFTER = """
    WITH account AS (SELECT id, balance_cents FROM ledger_account WHERE address = %(address)s),
    moves AS (
        SELECT t.id, -t.amount_cents AS signed FROM ledger_transfer t
        WHERE t.source_id = (SELECT id FROM account) AND t.id >= %(oldest)s
        UNION ALL
        SELECT t.id, t.amount_cents FROM ledger_transfer t
        WHERE t.destination_id = (SELECT id FROM account) AND t.id >= %(oldest)s
    ),
    counted AS (
        SELECT id, (SELECT balance_cents FROM account) - coalesce(
            sum(signed) OVER (ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
        ) AS balance
        FROM moves
    )
    SELECT id, balance FROM counted WHERE id = ANY(%(ids)s)
"""

_PARTY = re.compile(r"party:(?P<party>[0-9]+):(?:wallet|held)", re.ASCII)


def balances(of: Iterable[str]) -> dict[str, int]:
    """The balance in cents of each address; an account that was never opened has 0."""
    wanted = list(of)
    found = dict(Account.objects.filter(address__in=wanted).values_list("address", "balance_cents"))
    return {address: found.get(address, 0) for address in wanted}


def available(party_id: int) -> int:
    """The cents that a party can spend."""
    address = addresses.wallet(party_id)
    return balances([address])[address]


def held(party_id: int) -> int:
    """The cents that a party has promised."""
    address = addresses.held(party_id)
    return balances([address])[address]


def transfers_of(address: str) -> QuerySet[Transfer]:
    """The transfers of an account, newest first.

    Each carries `signed_cents` (below zero: money went out) and `counterpart`, the address at the
    other end.
    """
    account = Account.objects.filter(address=address).values("pk")[:1]
    return (
        Transfer.objects.filter(Q(source=account) | Q(destination=account))
        .annotate(
            signed_cents=Case(
                When(source=account, then=-F("amount_cents")),
                default=F("amount_cents"),
                output_field=BigIntegerField(),
            ),
            counterpart=Case(
                When(source=account, then=F("destination__address")),
                default=F("source__address"),
                output_field=CharField(),
            ),
        )
        .order_by("-pk")
    )


def statement(address: str) -> QuerySet[Transfer]:
    """The same, and `balance_after_cents`, which takes reading all of the account's transfers."""
    return transfers_of(address).annotate(
        balance_after_cents=Window(Sum("signed_cents"), order_by=F("pk").asc())
    )


def balances_after(address: str, transfer_ids: Collection[int]) -> dict[int, int]:
    """The account's balance after each of these transfers of it, by transfer.

    Counted back from today's balance in one statement, so it costs as much as there are transfers
    since the oldest of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BALANCES_AFTER,
            {"address": address, "oldest": min(transfer_ids, default=0), "ids": list(transfer_ids)},
        )
        return {pk: int(balance) for pk, balance in cursor.fetchall()}


def parties_behind(of: Iterable[str]) -> dict[str, int]:
    """The party of each address that belongs to one."""
    found = ((address, _PARTY.fullmatch(address)) for address in of)
    return {address: int(match["party"]) for address, match in found if match}
