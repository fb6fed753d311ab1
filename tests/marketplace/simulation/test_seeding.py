"""A demo world has a real past, is the same for a seed, and stands alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from marketplace.common.errors import Busy
from marketplace.ledger.selectors import available, held
from marketplace.notices.models import Email
from marketplace.parties.models import Customer, Membership, Party, Showroom, Supplier, User
from marketplace.pricing.models import Listing, Patronage, PriceChange, Promotion
from marketplace.simulation.errors import NoDemoInProduction, WorldNotEmpty, WorldUnfinished
from marketplace.simulation.rules import logins
from marketplace.simulation.selectors import standing_logins
from marketplace.simulation.services import seeding
from marketplace.trading.models import AssortmentLine, Deal, JobRun, Offer
from marketplace.trading.selectors.auditing import audit
from tests.marketplace import factories
from tests.marketplace.simulation.worlds import NOW, TINY, seed_tiny

pytestmark = pytest.mark.django_db(transaction=True)


def traces() -> dict[str, list[object]]:
    """What a world came to, told without the numbers of rows."""
    deals = Deal.objects.order_by("pk").select_related("seller", "buyer", "car_model")
    listings = Listing.objects.order_by("pk").select_related("seller", "car_model")
    return {
        "deals": [
            (deal.sold_at, deal.seller.name, deal.buyer.name, str(deal.car_model), deal.quantity,
             deal.unit_price_cents, deal.discount_percent)
            for deal in deals
        ],
        "prices": [
            (row.seller.name, str(row.car_model), row.price_cents, row.quantity, row.stock_cost_cents)
            for row in listings
        ],
        "balances": [
            (party.name, available(party.pk), held(party.pk)) for party in Party.objects.order_by("pk")
        ],
        "offers": list(
            Offer.objects.order_by("pk").values_list("created_at", "max_price_cents", "status")
        ),
    }  # fmt: skip


def test_one_seed_makes_one_world_and_another_seed_another():
    seed_tiny(seed=1)
    first = traces()
    call_command("flush", interactive=False)
    seed_tiny(seed=1)
    again = traces()
    call_command("flush", interactive=False)
    seed_tiny(seed=2)
    other = traces()

    assert first["deals"] and first == again
    assert all(first[name] != other[name] for name in first)


def test_the_history_is_real_trade_and_passes_the_audit():
    seed_tiny()

    assert [result.id for result in audit() if result.violations] == []
    assert not JobRun.objects.exclude(status=JobRun.Status.FINISHED).exists()
    deals = Deal.objects.filter(kind=Deal.Kind.RETAIL)
    assert deals.count() > TINY.offers_a_day
    assert {deal.sold_at.date() for deal in deals} >= {
        (NOW - timedelta(days=days)).date() for days in range(1, 9)
    }
    assert not Deal.objects.filter(sold_at__gt=NOW).exists()
    assert Deal.objects.filter(loyalty_tier__isnull=False).exists()
    assert Deal.objects.filter(promotion__isnull=False).exists()
    assert not AssortmentLine.objects.active().filter(supplier=None).exists()
    assert PriceChange.objects.exclude(old_price_cents=None).exists()
    assert Customer.objects.filter(deals_count__gt=0).exclude(favourite_make="").exists()


def test_suppliers_are_reviewed_on_the_last_day_whatever_the_rhythm():
    seed_tiny(days=TINY.days_between_reviews + 2)

    reviews = JobRun.objects.filter(job="review-suppliers").order_by("at")
    assert [(NOW - run.at).days for run in reviews] == [4, 1, 0]


def test_every_listing_begins_its_price_history_with_its_first_price():
    seed_tiny(days=2)

    first_prices = PriceChange.objects.filter(old_price_cents=None)
    assert first_prices.count() == Listing.objects.count()


def test_the_world_goes_on_with_offers_that_nobody_has_matched_yet():
    seed_tiny()

    waiting = Offer.objects.filter(status=Offer.Status.OPEN)
    assert waiting.filter(created_at=NOW).count() > 2
    assert waiting.filter(created_at__lt=NOW).exists()


def test_nobody_gets_the_mail_of_the_past():
    seed_tiny()

    assert Email.objects.exists()
    assert not Email.objects.exclude(status=Email.Status.SENT).exists()
    assert not Email.objects.filter(sent_at__gt=NOW).exists()


def test_each_demo_login_plays_its_part():
    seed_tiny()

    users = {
        user.email: user
        for user in User.objects.filter(email__in=[one.email for one in logins.LOGINS])
    }
    assert standing_logins() == list(logins.LOGINS)
    assert all(user.check_password(logins.DEMO_PASSWORD) for user in users.values())
    assert users["admin@example.com"].is_superuser
    assert sum(user.is_staff for user in users.values()) == 1
    roles = set(
        Membership.objects.filter(user__in=users.values()).values_list(
            "user__email", "role", "party__kind"
        )
    )
    assert roles == {
        ("showroom@example.com", "owner", "showroom"),
        ("manager@example.com", "manager", "showroom"),
        ("manager@example.com", "analyst", "supplier"),
        ("analyst@example.com", "analyst", "showroom"),
        ("supplier@example.com", "owner", "supplier"),
    }
    assert Showroom.objects.filter(memberships__user__in=users.values()).distinct().count() == 1
    customer = Customer.objects.get(user=users["customer@example.com"])
    assert customer.deals_count > 0
    assert customer.offers.filter(status=Offer.Status.OPEN).count() == 2
    assert available(customer.pk) > 0
    assert Patronage.objects.filter(buyer=customer).exists()


def test_everybody_has_an_owner_a_place_and_an_address_that_no_mail_reaches():
    seed_tiny(days=1)

    assert (Supplier.objects.count(), Showroom.objects.count(), Customer.objects.count()) == (
        3,
        4,
        30,
    )
    owners = Membership.objects.filter(role="owner")
    assert {owner.party_id for owner in owners} == {
        *Showroom.objects.values_list("pk", flat=True), *Supplier.objects.values_list("pk", flat=True)
    }  # fmt: skip
    assert not Party.objects.filter(latitude=None).exists()
    assert not User.objects.exclude(email__endswith="@example.com").exists()
    assert not User.objects.filter(email_confirmed_at=None).exists()


def test_the_shown_sellers_have_promotions_past_present_and_coming():
    seed_tiny(days=20)

    for email in ("showroom@example.com", "supplier@example.com"):
        own = Promotion.objects.active().filter(seller__memberships__user__email=email)
        assert own.filter(ends_at__lte=NOW).exists()
        assert own.filter(starts_at__lte=NOW, ends_at__gt=NOW).exists()
        assert own.filter(starts_at__gt=NOW).exists()


def test_a_demo_world_does_not_mix_with_real_people():
    factories.make_user()

    with pytest.raises(WorldNotEmpty):
        seed_tiny(days=1)

    assert not Party.objects.exists()


def test_a_seeding_that_died_leaves_a_world_that_is_refused_from_then_on(monkeypatch):
    def die(**_values):
        raise KeyboardInterrupt

    monkeypatch.setattr(seeding, "settle_emails", die)
    with pytest.raises(KeyboardInterrupt):
        seed_tiny(days=1)
    monkeypatch.undo()

    with pytest.raises(WorldUnfinished):
        seed_tiny(days=1)
    with pytest.raises(CommandError, match="never finished"):
        call_command("seed_demo", "--if-empty")
    assert logins.ADMIN not in standing_logins()


def test_a_world_that_dies_at_its_beginning_leaves_nothing(monkeypatch):
    def die(*_values, **_names):
        raise KeyboardInterrupt

    monkeypatch.setattr("marketplace.simulation.services.world._shoppers", die)
    with pytest.raises(KeyboardInterrupt):
        seed_tiny(days=1)

    assert not (User.objects.exists() or Party.objects.exists() or Listing.objects.exists())


def test_production_refuses_a_world_whose_passwords_everybody_knows(settings):
    settings.ENVIRONMENT = "production"

    with pytest.raises(NoDemoInProduction):
        seed_tiny(days=1)

    assert not User.objects.exists()


def test_of_two_seedings_at_once_the_second_is_refused():
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [seeding.LOCK])
        with pytest.raises(Busy):
            seed_tiny(days=1)
    finally:
        other.close()

    assert not User.objects.exists()


def test_the_command_is_silent_if_somebody_is_here_and_asked_to_be(capsys):
    factories.make_user()

    call_command("seed_demo", "--if-empty")

    assert capsys.readouterr().out == ""
    with pytest.raises(CommandError, match="needs an empty one"):
        call_command("seed_demo")
    with pytest.raises(CommandError, match="--days"):
        call_command("seed_demo", "--days", "0")


def test_the_log_ins_are_printed_only_where_they_exist(capsys):
    call_command("demo_logins")
    assert capsys.readouterr().out == ""
    seed_tiny(days=1)

    call_command("demo_logins")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(logins.LOGINS)
    assert lines[0].split()[:2] == ["admin@example.com", "forecourt-demo"]


def test_progress_is_told_phase_by_phase_to_its_end():
    told: list[tuple[str, int, int]] = []
    seeding.seed_demo(
        size=TINY, seed=1, days=2, at=NOW,
        on_progress=lambda phase, done, total: told.append((str(phase), done, total)),
    )  # fmt: skip

    ends = {phase: (done, total) for phase, done, total in told}
    assert list(ends) == ["Car models", "Suppliers", "Customers", "Showrooms", "Days of trading"]
    assert all(done == total for done, total in ends.values())
