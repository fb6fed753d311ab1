"""Counting money: balances and statements."""

from __future__ import annotations

from collections.abc import Iterable

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


def statement(address: str) -> QuerySet[Transfer]:
    """The transfers of an account, newest first.

    Each carries `signed_cents` (below zero: money went out), `balance_after_cents` and
    `counterpart`, the address at the other end.
    """
    account = Account.objects.filter(address=address).values("pk")[:1]
    signed = Case(
        When(source=account, then=-F("amount_cents")),
        default=F("amount_cents"),
        output_field=BigIntegerField(),
    )
    return (
        Transfer.objects.filter(Q(source=account) | Q(destination=account))
        .annotate(
            signed_cents=signed,
            balance_after_cents=Window(Sum(signed), order_by=F("pk").asc()),
            counterpart=Case(
                When(source=account, then=F("destination__address")),
                default=F("source__address"),
                output_field=CharField(),
            ),
        )
        .order_by("-pk")
    )
