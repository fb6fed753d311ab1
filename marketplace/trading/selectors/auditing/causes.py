"""Why money moves: for each kind of transfer the rows that had to cause it, in SQL.

Most kinds are *owed*: their transfers follow from offers and deals one to one, and can be worked out
again. The others are *free*: somebody decided on them, and their shape shows who. A kind that stands
in neither list has no cause.
"""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.ledger.addresses import WORLD
from marketplace.ledger.selectors import ACCOUNTS_SQL, TRANSFERS_SQL


@dataclass(frozen=True, slots=True)
class Owed:
    """A kind whose transfers follow from other rows.

    The SQL gives (reference, source_id, destination_id, amount_cents) of every transfer that there
    has to be; it can read `purse` (party_id, wallet_id, held_id).
    """

    kind: str
    sql: str


@dataclass(frozen=True, slots=True)
class Free:
    """A kind that somebody decided on; `condition` says what one of its transfers `t` looks like.

    It can read `t.source` and `t.destination`, the addresses.
    """

    kind: str
    condition: str


#: M7: a customer's money is held, and each hold ends exactly once.
HOLDS = (
    Owed(
        "hold",
        "SELECT 'offer:' || o.id || ':hold', wallet_id, held_id, o.max_price_cents"
        " FROM trading_offer o LEFT JOIN purse ON party_id = o.customer_id",
    ),
    Owed(
        "release",
        "SELECT 'offer:' || o.id || ':release', held_id, wallet_id, o.max_price_cents"
        " FROM trading_offer o LEFT JOIN purse ON party_id = o.customer_id"
        " WHERE o.status IN ('cancelled', 'expired')",
    ),
    Owed(
        "change",
        "SELECT 'deal:' || d.id || ':change', held_id, wallet_id, o.max_price_cents - d.unit_price_cents"
        " FROM trading_deal d JOIN trading_offer o ON o.id = d.offer_id"
        " LEFT JOIN purse ON party_id = d.buyer_id WHERE o.max_price_cents > d.unit_price_cents",
    ),
)

#: M6: a customer pays out of what was held, a showroom out of its wallet.
PRICES = (
    Owed(
        "price",
        "SELECT 'deal:' || d.id || ':price',"
        " CASE d.kind WHEN 'retail' THEN buyer.held_id ELSE buyer.wallet_id END, seller.wallet_id,"
        " d.quantity * d.unit_price_cents"
        " FROM trading_deal d LEFT JOIN purse buyer ON buyer.party_id = d.buyer_id"
        " LEFT JOIN purse seller ON seller.party_id = d.seller_id",
    ),
)

DECISIONS = (
    Free(
        "correction",
        "t.reference LIKE 'correction:_%' AND t.reason <> '' AND t.actor_id IS NOT NULL"
        f" AND '{WORLD}' IN (t.source, t.destination)",
    ),
    Free("opening", f"t.reference LIKE 'opening:_%' AND t.source = '{WORLD}'"),
)

#: OFFSET 0 has the accounts looked up once a party, not once an offer.
_PURSE = f"""
    purse AS NOT MATERIALIZED (
        SELECT party.id AS party_id, wallet.id AS wallet_id, held.id AS held_id
        FROM parties_party party
        LEFT JOIN ({ACCOUNTS_SQL}) wallet ON wallet.address = 'party:' || party.id || ':wallet'
        LEFT JOIN ({ACCOUNTS_SQL}) held ON held.address = 'party:' || party.id || ':held'
        OFFSET 0
    )
"""

_COLUMNS = "(reference, source_id, destination_id, amount_cents)"
_FINGERPRINT = """count(*) AS rows, sum(hashtextextended(reference, hashint8extended(
    amount_cents, hashint8extended(source_id, destination_id)
))) AS hashes"""


def unpaid_or_uncaused(owed: tuple[Owed, ...]) -> str:
    """SQL for what is wrong with the transfers of some kinds: missing, without cause, or different.

    The two sets are compared by their sizes and sums of 64-bit hashes, which is quick; only if those
    differ are the rows laid side by side.
    """
    kinds = ", ".join(f"'{one.kind}'" for one in owed)
    causes = " UNION ALL ".join(f"({one.sql})" for one in owed)
    # Each kind is summed by itself: several processors can share that, but not a union.
    fingerprints = " UNION ALL ".join(
        f"SELECT {_FINGERPRINT} FROM ({one.sql}) {one.kind} {_COLUMNS}" for one in owed
    )
    return f"""
        WITH {_PURSE},
        booked AS NOT MATERIALIZED (
            SELECT reference, source_id, destination_id, amount_cents FROM ({TRANSFERS_SQL}) t
            WHERE kind IN ({kinds})
        ),
        owed {_COLUMNS} AS NOT MATERIALIZED ({causes})
        SELECT coalesce(b.reference, o.reference) AS id,
               CASE WHEN b.reference IS NULL THEN 'has no transfer'
                    WHEN o.reference IS NULL THEN 'has no cause'
                    ELSE 'moves ' || b.amount_cents || ' cents from account ' || b.source_id || ' to '
                         || b.destination_id || ' instead of ' || o.amount_cents || ' from '
                         || coalesce(o.source_id::text, 'none') || ' to '
                         || coalesce(o.destination_id::text, 'none')
               END AS detail
        FROM booked b FULL JOIN owed o ON o.reference = b.reference
        WHERE ROW(b.source_id, b.destination_id, b.amount_cents)
              IS DISTINCT FROM ROW(o.source_id, o.destination_id, o.amount_cents)
          AND (SELECT ROW(rows, hashes) FROM (SELECT {_FINGERPRINT} FROM booked) one)
              IS DISTINCT FROM
              (SELECT ROW(sum(rows)::bigint, sum(hashes)) FROM ({fingerprints}) all_kinds)
    """


def unexplained(free: tuple[Free, ...], owed: tuple[Owed, ...]) -> str:
    """SQL for the transfers of all kinds that are not owed: those that don't look as they have to."""
    known = ", ".join(f"'{one.kind}'" for one in owed)
    shapes = " ".join(f"WHEN '{one.kind}' THEN {one.condition}" for one in free)
    return f"""
        SELECT t.reference AS id, 'is of kind ' || t.kind || ' and has no cause' AS detail
        FROM (
            SELECT moved.*, source.address AS source, destination.address AS destination
            FROM ({TRANSFERS_SQL}) moved
            JOIN ({ACCOUNTS_SQL}) source ON source.id = moved.source_id
            JOIN ({ACCOUNTS_SQL}) destination ON destination.id = moved.destination_id
            WHERE moved.kind NOT IN ({known})
        ) t
        WHERE (CASE t.kind {shapes} ELSE false END) IS NOT TRUE
    """
