"""Every invariant sees what was done past the services, and only that; honest trade is clean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.marketplace.trading.damages import ANN, DAMAGES, transfer

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
