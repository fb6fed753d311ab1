"""What could be done to the rows past the services, and which invariants see it.

The SQL holds {names} for the numbers of the rows of the market that is damaged.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Damage:
    """What is done to the rows, which invariants see it, and whom the first of them names."""

    what: str
    sql: str
    names: str
    seen: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return self.what


def shift(source: str, destination: str, cents: int) -> str:
    """Balances as if so many cents had moved between two addresses."""
    return (
        f"UPDATE ledger_account SET balance_cents = balance_cents - ({cents})"
        f" WHERE address = '{source}';"
        f"UPDATE ledger_account SET balance_cents = balance_cents + ({cents})"
        f" WHERE address = '{destination}';"
    )


def transfer(
    reference: str, source: str, destination: str, cents: int, kind: str, reason: str = "why",
    actor: str = "{actor}",
) -> str:  # fmt: skip
    """A transfer and its balances, written by hand."""
    return (
        "INSERT INTO ledger_transfer (reference, source_id, destination_id, amount_cents, kind, reason,"
        f" actor_id, created_at) SELECT '{reference}', s.id, d.id, {cents}, '{kind}', '{reason}',"
        f" {actor}, now() FROM ledger_account s, ledger_account d"
        f" WHERE s.address = '{source}' AND d.address = '{destination}';"
    ) + shift(source, destination, cents)


ANN, ANN_HELD = "party:{ann}:wallet", "party:{ann}:held"
BOB, BOB_HELD = "party:{bob}:wallet", "party:{bob}:held"
PAID = "SELECT quantity * unit_price_cents FROM trading_deal WHERE id = {bought}"

DAMAGES = [
    Damage(
        "a transfer of less than nothing",
        "ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_is_positive;"
        + transfer("correction:x", "world", ANN, -5, "correction"),
        "correction:x",
        {"M1"},
    ),
    Damage(
        "a transfer from an account to itself",
        "ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_has_two_accounts;"
        + transfer("correction:x", "world", "world", 5, "correction"),
        "correction:x",
        {"M1"},
    ),
    Damage(
        "money from nowhere",
        "UPDATE ledger_account SET balance_cents = balance_cents + 5 WHERE address = '" + ANN + "'",
        "all accounts: sum to 5 cents",
        {"M2", "M3"},
    ),
    Damage("a balance without a transfer", shift("world", ANN, 5), ANN, {"M3"}),
    Damage(
        "a debt",
        "ALTER TABLE ledger_account DROP CONSTRAINT ledger_only_the_world_may_owe;"
        + transfer("correction:x", ANN, "world", 900_000_000, "correction"),
        ANN,
        {"M4"},
    ),
    Damage(
        "a deal that was not paid",
        "DELETE FROM ledger_transfer WHERE reference = 'deal:{bought}:price';"
        + shift("party:{supplier}:wallet", "party:{showroom}:wallet", f"({PAID})"),
        "deal:{bought}:price: has no transfer",
        {"M6"},
    ),
    Damage(
        "a deal paid to somebody else",
        "UPDATE ledger_transfer SET destination_id ="
        " (SELECT id FROM ledger_account WHERE address = '" + ANN + "')"
        " WHERE reference = 'deal:{bought}:price';"
        + shift("party:{supplier}:wallet", ANN, f"({PAID})"),
        "deal:{bought}:price: moves",
        {"M6"},
    ),
    Damage(
        "a payment for no deal",
        transfer("deal:999999:price", ANN, "party:{showroom}:wallet", 5, "price"),
        "deal:999999:price: has no cause",
        {"M6"},
    ),
    Damage(
        "a transfer of an unknown kind",
        transfer("gift:1", "world", ANN, 5, "gift"),
        "gift:1: is of kind gift",
        {"M6"},
    ),
    Damage(
        "a correction by nobody",
        transfer("correction:x", "world", ANN, 5, "correction", actor="NULL"),
        "correction:x",
        {"M6"},
    ),
    Damage(
        "a correction without a reason",
        transfer("correction:x", "world", ANN, 5, "correction", reason=""),
        "correction:x",
        {"M6"},
    ),
    Damage(
        "a correction between two parties",
        transfer("correction:x", BOB, ANN, 5, "correction"),
        "correction:x",
        {"M6"},
    ),
    Damage(
        "two effects of one reference",
        "ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_one_effect_a_reference;"
        + 2 * transfer("correction:x", "world", ANN, 5, "correction"),
        "correction:x: stands in the book 2 times",
        {"M6"},
    ),
    Damage(
        "an open offer that promises more than is held",
        "UPDATE trading_offer SET max_price_cents = max_price_cents + 5 WHERE id = {open}",
        BOB_HELD,
        {"M7"},
    ),
    Damage(
        "a hold that ended twice",
        transfer("offer:{offer}:release", BOB_HELD, ANN, 500_000, "release"),
        "offer:{offer}:release: has no cause",
        {"M7"},
    ),
    Damage(
        "a hold that did not end",
        "DELETE FROM ledger_transfer WHERE reference = 'offer:{cancelled}:release';"
        + shift("party:{cid}:wallet", "party:{cid}:held", 700_000),
        "offer:{cancelled}:release: has no transfer",
        {"M7"},
    ),
    Damage(
        "change that was kept",
        "DELETE FROM ledger_transfer WHERE reference = 'deal:{plain}:change';"
        + shift(
            BOB,
            BOB_HELD,
            "(SELECT 4000000 - unit_price_cents FROM trading_deal WHERE id = {plain})",
        ),
        "deal:{plain}:change: has no transfer",
        {"M7"},
    ),
    Damage(
        "a car from nowhere",
        "UPDATE pricing_listing SET quantity = quantity + 1 WHERE id = {listing}",
        "showroom {showroom}, car model {swift}",
        {"G1"},
    ),
    Damage(
        "less than no cars",
        "ALTER TABLE pricing_listing DROP CONSTRAINT pricing_quantity_is_not_negative;"
        "ALTER TABLE pricing_listing DROP CONSTRAINT pricing_listing_quantity_check;"
        "UPDATE pricing_listing SET quantity = -1 WHERE id = {listing}",
        "listing {listing}",
        {"G1", "G2"},
    ),
    Damage(
        "an offer filled by another car",
        "UPDATE trading_offer SET car_model_id = {tardy} WHERE id = {offer}",
        "deal {first}: is for another customer or car model",
        {"G3"},
    ),
    Damage(
        "an offer filled by nothing",
        "UPDATE trading_offer SET status = 'filled' WHERE id = {expired}",
        "offer {expired}: is filled without a deal",
        {"G3", "M7"},
    ),
    Damage(
        "a deal for a cancelled offer",
        "UPDATE trading_offer SET status = 'cancelled' WHERE id = {offer}",
        "deal {first}: is for an offer that is not filled",
        {"G3", "M7"},
    ),
    Damage(
        "a price that is not the quote's",
        "UPDATE trading_deal SET discount_percent = discount_percent - 1 WHERE id = {second}",
        "deal {second}: costs",
        {"G4"},
    ),
    Damage(
        "a discount from nowhere",
        "UPDATE trading_deal SET promotion_id = NULL WHERE id = {first}",
        "deal {first}: had no right to 5.00",
        {"G4"},
    ),
    Damage(
        "a promotion of another percent",
        "UPDATE pricing_promotion SET percent = 4 WHERE id = {promotion}",
        "deal {first}: had no right",
        {"G4"},
    ),
    Damage(
        "somebody else's promotion",
        "UPDATE pricing_promotion SET seller_id = {closed} WHERE id = {promotion}",
        "deal {first}: had no right",
        {"G4"},
    ),
    Damage(
        "a promotion that had not begun",
        "UPDATE pricing_promotion SET starts_at = ends_at - interval '1 s' WHERE id = {promotion}",
        "deal {first}: had no right",
        {"G4"},
    ),
    Damage(
        "a promotion that was over",
        "UPDATE pricing_promotion SET ends_at = starts_at + interval '1 s' WHERE id = {promotion}",
        "deal {first}: had no right",
        {"G4"},
    ),
    Damage(
        "a promotion on other car models",
        "UPDATE pricing_promotion_car_models SET carmodel_id = {tardy}",
        "deal {first}: is of a car model that promotion {promotion} does not cover",
        {"G4"},
    ),
    Damage(
        "a tier that was not reached",
        "UPDATE pricing_loyaltytier SET threshold = 9 WHERE id = {tier}",
        "deal {second}: had no right",
        {"G4"},
    ),
    Damage(
        "somebody else's tier",
        "UPDATE pricing_loyaltytier SET seller_id = {closed} WHERE id = {tier}",
        "deal {second}: had no right",
        {"G4"},
    ),
    Damage(
        "loyalty that was not earned",
        "UPDATE trading_deal SET cars_before = 2 WHERE id = {second}",
        "deal {second}: counts 2 cars bought before, there were 1",
        {"G4"},
    ),
    Damage(
        "a better promotion that was passed over",
        "UPDATE pricing_promotion SET ends_at = '2030-01-01'",
        "deal {plain}: got 0.00 % while promotion {promotion} gave 5.00 %",
        {"G4"},
    ),
    Damage(
        "a list price that never was",
        "UPDATE pricing_pricechange SET price_cents = price_cents + 5 WHERE listing_id = {listing}",
        "deal {first}: began at",
        {"G4"},
    ),
    Damage(
        "a price above the maximum",
        "UPDATE trading_offer SET max_price_cents = 5 WHERE id = {offer}",
        "deal {first}: costs",
        {"G4", "M7"},
    ),
    Damage(
        "a patron with a car too many",
        "UPDATE pricing_patronage SET cars = cars + 1 WHERE buyer_id = {ann}",
        "seller {showroom}, buyer {ann}",
        {"G6"},
    ),
    Damage(
        "a patron who spent something else",
        "UPDATE pricing_patronage SET spent_cents = 5 WHERE buyer_id = {ann}",
        "seller {showroom}, buyer {ann}",
        {"G6"},
    ),
    Damage(
        "a patron who never bought",
        "UPDATE pricing_patronage SET buyer_id = {cid} WHERE buyer_id = {ann}",
        "seller {showroom}, buyer {ann}",
        {"G6"},
    ),
    Damage(
        "stock that cost something else",
        "UPDATE pricing_listing SET stock_cost_cents = stock_cost_cents + 5 WHERE id = {listing}",
        "showroom {showroom}, car model {swift}",
        {"G7"},
    ),
    Damage(
        "a car sold at less than no cost",
        "UPDATE trading_deal SET cost_cents = cost_cents - 10000000 WHERE id = {first};"
        "UPDATE trading_deal SET cost_cents = cost_cents + 10000000 WHERE id = {second}",
        "deal {first}: its car had cost",
        {"G7"},
    ),
    Damage(
        "a run that says it did more",
        "UPDATE trading_jobrun SET handled = handled + 1 WHERE id = {run}",
        "run {run}: says 3 cars, sold 2",
        {"J2"},
    ),
    Damage(
        "deals of a run that never ended",
        "UPDATE trading_jobrun SET status = 'started', finished_at = NULL WHERE id = {run}",
        "run {run}: 2 retail deals",
        {"J2"},
    ),
    Damage(
        "a deal of no run",
        "UPDATE trading_deal SET run_id = NULL WHERE id = {wholesale}",
        "run none: 1 wholesale deals made by no run",
        {"J2"},
    ),
    Damage(
        "two runs of one slot",
        "ALTER TABLE trading_jobrun DROP CONSTRAINT trading_one_run_a_slot_and_shard;"
        "INSERT INTO trading_jobrun (job, slot, shard, shards, status, at, started_at, handled, failed,"
        " report) SELECT job, slot, shard, shards, 'started', at, at, 0, 0, report"
        " FROM trading_jobrun WHERE id = {run}",
        "run {run}: 2 runs of match-offers at m2",
        {"J2"},
    ),
]
