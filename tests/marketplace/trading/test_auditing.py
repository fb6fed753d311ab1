"""Every invariant sees what was done past the services, and only that; honest trade is clean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from marketplace.catalog.models import CarModel
from marketplace.common.shards import WHOLE
from marketplace.ledger.selectors import TRANSFERS_SQL
from marketplace.ledger.services import credit
from marketplace.parties.models import Party, Showroom
from marketplace.pricing.models import Listing, Promotion
from marketplace.trading.models import Deal, JobRun, Offer
from marketplace.trading.selectors.auditing import EXAMPLES, INVARIANTS, audit
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import cancel_offer, expire_offers
from tests.market import Market
from tests.marketplace import factories

NOW = factories.NOW
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids() -> dict[str, object]:
    """An honest market and the numbers of its rows.

    Ann bought twice, first with a promotion, then as a patron. Bob bought without a discount and
    has an open offer, Cid cancelled one, Dan's expired.
    """
    market = Market()
    swift, tardy = market.car_model("Swift"), market.car_model("Tardy")
    supplier = market.supplier("Works", {swift: 800_000, tardy: 900_000})
    showroom = market.showroom("Corner", minimum_stock=6)
    market.stock_up()
    closed = market.showroom("Closed", minimum_stock=0)
    Showroom.objects.filter(pk=closed.pk).update(is_active=False)
    ann, bob, cid, dan = (market.customer(name) for name in ("Ann", "Bob", "Cid", "Dan"))
    promotion = factories.make_promotion(
        seller=showroom, percent="5.00", starts_at=NOW - timedelta(hours=1), car_models=[swift],
        ends_at=NOW + 5 * MINUTE,
    )  # fmt: skip
    tier = factories.make_tier(seller=showroom, threshold=1, percent="7.00")
    first = market.offer(ann, swift, 2_000_000)
    cancelled = market.offer(cid, swift, 700_000)
    cancel_offer(customer=cid, offer=cancelled, at=NOW)
    expired = market.offer(dan, swift, 600_000, expires_at=NOW + MINUTE)
    match_offers(shard=WHOLE, slot="m1", at=NOW + MINUTE)
    expire_offers(slot="e1", at=NOW + 2 * MINUTE)
    second = market.offer(ann, swift, 3_000_000, at=NOW + 10 * MINUTE)
    plain = market.offer(bob, swift, 4_000_000, at=NOW + 10 * MINUTE)
    still_open = market.offer(bob, swift, 500_000, at=NOW + 10 * MINUTE)
    match_offers(shard=WHOLE, slot="m2", at=NOW + 20 * MINUTE)
    listing = market.listing(showroom, swift)
    return {
        "swift": swift.pk, "tardy": tardy.pk, "supplier": supplier.pk, "showroom": showroom.pk,
        "closed": closed.pk, "ann": ann.pk, "bob": bob.pk, "cid": cid.pk, "actor": ann.user_id,
        "promotion": promotion.pk, "tier": tier.pk, "listing": listing.pk,
        "first": Deal.objects.get(offer=first).pk, "second": Deal.objects.get(offer=second).pk,
        "plain": Deal.objects.get(offer=plain).pk, "offer": first.pk, "cancelled": cancelled.pk,
        "expired": expired.pk, "open": still_open.pk,
        "wholesale": Deal.objects.get(kind="wholesale", car_model=swift).pk,
        "bought": Deal.objects.get(kind="wholesale", car_model=tardy).pk,
        "run": JobRun.objects.get(slot="m2").pk,
    }  # fmt: skip


def violated() -> dict[str, tuple[str, ...]]:
    return {one.id: one.examples for one in audit() if not one.holds}


def test_honest_trade_is_clean(ids):
    deals = {deal.pk: deal for deal in Deal.objects.all()}

    assert deals[ids["first"]].promotion_id == ids["promotion"]
    assert deals[ids["second"]].loyalty_tier_id == ids["tier"]
    assert deals[ids["plain"]].discount_percent == 0
    assert violated() == {}


def test_an_empty_market_is_clean():
    results = audit()

    assert [one.id for one in results] == [one.id for one in INVARIANTS]
    assert all(one.holds for one in results)
    assert {one.id for one in INVARIANTS} == {
        *(f"M{n}" for n in range(1, 8)), *(f"G{n}" for n in range(1, 8)), "J2",
    }  # fmt: skip


def test_only_the_invariants_asked_for_are_checked(ids):
    assert [one.id for one in audit(only=["M3", "G1"])] == ["M3", "G1"]


@contextmanager
def unguarded() -> Iterator[None]:
    """Past the triggers of the append-only tables; nothing else is switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tables = ("ledger_transfer", "trading_decision")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


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


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_is_seen_by_exactly_its_invariant(ids, damage):
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(damage.sql.format(**ids))

    found = violated()

    assert set(found) == damage.seen
    named = damage.names.format(**ids)
    assert any(
        example.startswith(named) for examples in found.values() for example in examples
    ), found


def test_every_invariant_is_damaged_by_some_test():
    separately = {"M5", "G5"}

    assert set().union(*(damage.seen for damage in DAMAGES)) | separately == {
        one.id for one in INVARIANTS
    }


@pytest.mark.parametrize(
    ("table", "named"), [("ledger_transfer", "transfers"), ("trading_decision", "decisions")]
)
def test_a_book_that_can_be_rewritten_is_seen(table, named):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    assert violated() == {"M5": (f"{named}: the guard is gone",)}


@pytest.fixture
def passed_over(ids) -> int:
    """An offer that the second run left open although a showroom could have served it.

    The showroom had been closed; nothing says that it was opened since.
    """
    market = Market()
    open_offer = Offer.objects.get(pk=ids["open"])
    with unguarded(), connection.cursor() as cursor:
        for sql in (
            "UPDATE parties_party SET updated_at = created_at",
            "UPDATE catalog_carmodel SET updated_at = created_at",
            "UPDATE pricing_promotion SET updated_at = created_at",
            "UPDATE trading_offer SET updated_at = created_at",
            "UPDATE pricing_listing SET seller_id = {closed}, created_at = '2026-01-01',"
            " updated_at = '2026-01-01' WHERE car_model_id = {tardy} AND seller_id = {showroom}",
            "UPDATE trading_deal SET buyer_id = {closed} WHERE id = {bought}",
            "UPDATE pricing_pricechange SET changed_at = '2026-01-01'",
        ):
            cursor.execute(sql.format(**ids))
    waiting = market.offer(
        open_offer.customer, Listing.objects.get(seller=ids["closed"]).car_model, 2_000_000, at=NOW
    )
    Offer.objects.filter(pk=waiting.pk).update(updated_at=NOW)
    assert "G5" not in violated()
    Showroom.objects.filter(pk=ids["closed"]).update(is_active=True)
    return waiting.pk


def test_an_offer_that_was_passed_over_is_seen(ids, passed_over):
    assert [example.partition(":")[0] for example in violated()["G5"]] == [f"offer {passed_over}"]


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("showroom", "UPDATE parties_party SET updated_at = now() WHERE id = {closed}"),
        ("customer", "UPDATE parties_party SET updated_at = now() WHERE id = {bob}"),
        ("car model", "UPDATE catalog_carmodel SET updated_at = now() WHERE id = {tardy}"),
        ("listing", "UPDATE pricing_listing SET updated_at = now() WHERE seller_id = {closed}"),
        ("offer", "UPDATE trading_offer SET updated_at = now() WHERE status = 'open'"),
        (
            "price",
            "INSERT INTO pricing_pricechange (listing_id, price_cents, changed_at)"
            " SELECT id, price_cents, '2026-03-02 12:19:00+00' FROM pricing_listing"
            " WHERE seller_id = {closed}",
        ),
        (
            "stock",
            "UPDATE trading_deal SET sold_at = '2026-03-02 12:19:00+00' WHERE id = {bought}",
        ),
        ("run", "UPDATE trading_jobrun SET status = 'failed' WHERE job = 'match-offers'"),
    ],
)
def test_an_offer_that_a_change_since_could_fill_is_no_violation(ids, passed_over, what, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**ids))

    assert "G5" not in violated(), what


def test_an_offer_is_passed_over_by_stock_that_the_run_itself_sold_from(ids):
    market = Market()
    swift = Listing.objects.get(pk=ids["listing"]).car_model
    eve, fay = market.customer("Eve"), market.customer("Fay")
    waiting = market.offer(eve, swift, 3_000_000, at=NOW + 30 * MINUTE)
    market.offer(fay, swift, 3_000_000, at=NOW + 30 * MINUTE)
    Party.objects.filter(pk=eve.pk).update(is_active=False)
    match_offers(shard=WHOLE, slot="m3", at=NOW + 40 * MINUTE)
    Offer.objects.update(updated_at=NOW)
    CarModel.objects.update(updated_at=NOW)
    Party.objects.update(updated_at=NOW)
    assert "G5" not in violated()

    Party.objects.filter(pk=eve.pk).update(is_active=True)

    assert [example.partition(":")[0] for example in violated()["G5"]] == [f"offer {waiting.pk}"]


def test_a_promotion_counts_for_what_a_run_passed_over(ids, passed_over):
    Listing.objects.filter(seller=ids["closed"]).update(
        price_cents=2_100_000, updated_at="2026-01-01T00:00Z"
    )
    assert "G5" not in violated()

    factories.make_promotion(
        seller=Showroom.objects.get(pk=ids["closed"]), percent=Decimal("10.00")
    )
    assert "G5" not in violated()

    Promotion.objects.update(updated_at=NOW - timedelta(days=2), created_at=NOW - timedelta(days=2))
    assert "G5" in violated()


def test_a_correction_by_an_administrator_has_its_cause(ids):
    credit(
        party_id=ids["ann"], amount_cents=5, reason="a gift", actor=factories.make_superuser(),
        at=NOW, key="once",
    )  # fmt: skip

    assert violated() == {}


def test_all_offenders_are_counted_and_the_first_are_named(ids):
    with unguarded(), connection.cursor() as cursor:
        for number in range(EXAMPLES + 5):
            sql = transfer(f"gift:{number}", "world", ANN, 5, "gift")
            cursor.execute(sql.format(**ids))

    (result,) = (one for one in audit() if not one.holds)

    assert (result.id, result.violations, len(result.examples)) == ("M6", EXAMPLES + 5, EXAMPLES)


@pytest.mark.django_db(transaction=True)
def test_the_audit_reads_one_snapshot_and_writes_nothing():
    with connection.execute_wrapper(_spy := _Statements()):
        assert all(one.holds for one in audit())

    assert _spy.seen[0] == "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({TRANSFERS_SQL}) t")
        assert cursor.fetchone() == (0,)


class _Statements:
    """Remembers what goes to the database."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        self.seen.append(sql)
        return execute(sql, params, many, context)
