"""M1 to M7: no money appears, vanishes or is promised twice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.ledger.addresses import WORLD
from marketplace.ledger.selectors import ACCOUNTS_SQL, GUARDS_SQL, TRANSFERS_SQL
from marketplace.trading.selectors.auditing.causes import (
    DECISIONS,
    HOLDS,
    PRICES,
    unexplained,
    unpaid_or_uncaused,
)
from marketplace.trading.selectors.auditing.invariant import Invariant

MONEY = (
    Invariant(
        "M1",
        _("Every transfer has a positive amount and two different accounts."),
        f"""
        SELECT reference AS id, amount_cents || ' cents from account ' || source_id || ' to '
               || destination_id AS detail
        FROM ({TRANSFERS_SQL}) t WHERE amount_cents <= 0 OR source_id = destination_id
        """,
    ),
    Invariant(
        "M2",
        _("All accounts, the world included, sum to zero."),
        f"""
        SELECT 'all accounts' AS id, 'sum to ' || sum(balance_cents) || ' cents' AS detail
        FROM ({ACCOUNTS_SQL}) a HAVING sum(balance_cents) <> 0
        """,
    ),
    Invariant(
        "M3",
        _("Each stored balance equals its transfers."),
        f"""
        WITH moved AS (
            SELECT account_id, sum(cents) AS cents FROM (
                SELECT destination_id AS account_id, sum(amount_cents) AS cents
                FROM ({TRANSFERS_SQL}) t GROUP BY destination_id
                UNION ALL
                SELECT source_id, -sum(amount_cents) FROM ({TRANSFERS_SQL}) t GROUP BY source_id
            ) legs GROUP BY account_id
        )
        SELECT a.address AS id, 'has ' || a.balance_cents || ' cents, its transfers come to '
               || coalesce(m.cents, 0) AS detail
        FROM ({ACCOUNTS_SQL}) a LEFT JOIN moved m ON m.account_id = a.id
        WHERE a.balance_cents <> coalesce(m.cents, 0)
        """,
    ),
    Invariant(
        "M4",
        _("No account but the world is below zero."),
        f"""
        SELECT address AS id, balance_cents || ' cents' AS detail
        FROM ({ACCOUNTS_SQL}) a WHERE balance_cents < 0 AND address <> '{WORLD}'
        """,
    ),
    Invariant(
        "M5",
        _(
            "Transfers and decisions are append-only: the database refuses to change or delete them."
        ),
        f"""
        SELECT 'transfers' AS id, 'the guard is gone' AS detail
        WHERE NOT EXISTS (SELECT FROM ({GUARDS_SQL}) g WHERE guard = 'append-only')
        UNION ALL
        SELECT 'decisions', 'the guard is gone' WHERE NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = 'trading_decision'::regclass
              AND tgname = 'trading_decisions_are_append_only'
              AND tgenabled IN ('O', 'A') AND tgtype & 56 = 56
        )
        """,
    ),
    Invariant(
        "M6",
        _("One effect per reference; every deal has its payment, and no transfer lacks its cause."),
        f"""
        SELECT id, detail FROM ({unpaid_or_uncaused(PRICES)}) prices
        UNION ALL
        SELECT id, detail FROM ({unexplained(DECISIONS, HOLDS + PRICES)}) others
        UNION ALL
        SELECT reference, 'stands in the book ' || count(*) || ' times' FROM ({TRANSFERS_SQL}) t
        WHERE NOT EXISTS (SELECT FROM ({GUARDS_SQL}) g WHERE guard = 'one effect a reference')
        GROUP BY reference HAVING count(*) > 1
        """,
    ),
    Invariant(
        "M7",
        _(
            "A customer's held money equals the maximum prices of its open offers; each hold ends"
            " exactly once."
        ),
        f"""
        WITH promised AS (
            SELECT 'party:' || customer_id || ':held' AS address, sum(max_price_cents) AS cents
            FROM trading_offer WHERE status = 'open' GROUP BY customer_id
        ), held AS (
            SELECT address, balance_cents FROM ({ACCOUNTS_SQL}) a WHERE address LIKE 'party:_%:held'
        )
        SELECT coalesce(h.address, p.address) AS id, 'holds ' || coalesce(h.balance_cents, 0)
               || ' cents, open offers promise ' || coalesce(p.cents, 0) AS detail
        FROM held h FULL JOIN promised p ON p.address = h.address
        WHERE coalesce(h.balance_cents, 0) <> coalesce(p.cents, 0)
        UNION ALL
        SELECT id, detail FROM ({unpaid_or_uncaused(HOLDS)}) holds
        """,
    ),
)
