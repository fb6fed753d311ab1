"""Loyalty tiers: a seller's set, and that it rises."""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from marketplace.common.errors import Invalid, MarketplaceError
from marketplace.common.percents import InvalidPercent
from marketplace.parties.errors import PartyInactive
from marketplace.pricing.errors import NotASeller, TierInvalid, TiersMustRise, TooManyTiers
from marketplace.pricing.models import LoyaltyTier
from marketplace.pricing.services import deactivate_tier, set_tiers
from tests.marketplace.factories import (
    NOW,
    make_customer,
    make_showroom,
    make_supplier,
    make_tier,
    make_tiers,
)

pytestmark = pytest.mark.django_db


def tiers(*pairs):
    return [(threshold, Decimal(percent)) for threshold, percent in pairs]


def tiers_of(seller):
    return list(
        LoyaltyTier.objects.active()
        .filter(seller=seller)
        .order_by("threshold")
        .values_list("threshold", "percent")
    )


def test_tiers_are_kept_rising_whatever_their_order():
    supplier = make_supplier()

    made = set_tiers(seller=supplier, tiers=tiers((50, "7.5"), (1, "0.01"), (10, "5")), at=NOW)

    assert tiers_of(supplier) == tiers((1, "0.01"), (10, "5.00"), (50, "7.50"))
    assert [tier.threshold for tier in made] == [1, 10, 50]
    assert {tier.created_at for tier in LoyaltyTier.objects.all()} == {NOW}


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (tiers((10, "5"), (20, "5")), TiersMustRise),
        (tiers((10, "5"), (20, "4")), TiersMustRise),
        (tiers((20, "4"), (10, "5")), TiersMustRise),
        (tiers((10, "5"), (10, "6")), TierInvalid),
        (tiers((0, "5")), TierInvalid),
        (tiers((-1, "5")), TierInvalid),
        (tiers((1_000_001, "5")), TierInvalid),
        ([("10", Decimal(5))], TierInvalid),
        ([(1.5, Decimal(5))], TierInvalid),
        ([(True, Decimal(5))], TierInvalid),
        (tiers((10, "0")), InvalidPercent),
        (tiers((10, "95.01")), InvalidPercent),
        (tiers((10, "5.001")), InvalidPercent),
        (tiers((10, "NaN")), InvalidPercent),
        ([(10, 5.0)], InvalidPercent),
        (tiers(*((step, f"{step}.00") for step in range(1, 22))), TooManyTiers),
    ],
)
def test_senseless_tiers_are_refused_and_change_nothing(given, refusal):
    supplier = make_supplier()
    make_tier(seller=supplier)

    with pytest.raises(refusal) as raised:
        set_tiers(seller=supplier, tiers=given, at=NOW)

    assert isinstance(raised.value, Invalid)
    assert raised.value.field.partition(".")[0] == "tiers"
    assert tiers_of(supplier) == tiers((10, "5.00"))


def test_twenty_tiers_are_fine():
    supplier = make_supplier()
    twenty = tiers(*((step, f"{step}.00") for step in range(1, 21)))

    set_tiers(seller=supplier, tiers=twenty, at=NOW)

    assert tiers_of(supplier) == twenty


def test_a_tier_that_stays_keeps_its_row_and_a_changed_one_gets_a_new_one():
    supplier = make_supplier()
    kept, changed, gone = make_tiers(seller=supplier, tiers={10: "5", 20: "6", 30: "7"})

    made = set_tiers(seller=supplier, tiers=tiers((10, "5"), (20, "6.5")), at=NOW)

    assert made[0].pk == kept.pk and made[1].pk not in (changed.pk, gone.pk)
    assert tiers_of(supplier) == tiers((10, "5.00"), (20, "6.50"))
    assert LoyaltyTier.objects.get(pk=kept.pk).created_at == kept.created_at
    old = LoyaltyTier.objects.get(pk=changed.pk)
    assert (old.is_active, old.percent, old.threshold) == (False, Decimal("6.00"), 20)


def test_tiers_can_be_withdrawn_one_by_one_or_all():
    supplier = make_supplier()
    first, _second = make_tiers(seller=supplier, tiers={10: "5", 20: "6"})

    deactivate_tier(tier=first, at=NOW)
    deactivate_tier(tier=first, at=NOW)
    assert tiers_of(supplier) == tiers((20, "6.00"))

    assert set_tiers(seller=supplier, tiers=[], at=NOW) == []
    assert not tiers_of(supplier)


def test_the_tiers_of_another_seller_stay():
    supplier, other = make_supplier(), make_supplier()
    make_tier(seller=other)

    set_tiers(seller=supplier, tiers=tiers((5, "1")), at=NOW)

    assert tiers_of(other) == tiers((10, "5.00"))


def test_who_can_not_sell_has_no_tiers():
    with pytest.raises(NotASeller):
        set_tiers(seller=make_customer(), tiers=tiers((5, "1")), at=NOW)
    with pytest.raises(PartyInactive):
        set_tiers(seller=make_supplier(is_active=False), tiers=tiers((5, "1")), at=NOW)
    assert not LoyaltyTier.objects.exists()


def test_only_a_showrooms_new_tiers_have_offers_matched(
    monkeypatch, django_capture_on_commit_callbacks
):
    names = []
    monkeypatch.setattr(
        "marketplace.common.nudges.current_app.send_task",
        lambda name, **options: names.append(name),
    )
    showroom = make_showroom()
    with django_capture_on_commit_callbacks(execute=True):
        set_tiers(seller=make_supplier(), tiers=tiers((5, "1")), at=NOW)
    assert not names

    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            set_tiers(seller=showroom, tiers=tiers((5, "1")), at=NOW)
    assert names == ["match-offers"]


@pytest.mark.django_db(transaction=True)
def test_of_two_sets_of_tiers_at_once_one_is_in_force_whole():
    one, other = tiers((10, "5"), (20, "10")), tiers((15, "1"), (25, "2"))
    for _round in range(5):
        supplier = make_supplier()
        barrier, refusals = Barrier(2), []

        def come(wanted, supplier, barrier, refusals):
            try:
                barrier.wait(5)
                set_tiers(seller=supplier, tiers=wanted, at=NOW)
            except MarketplaceError as error:
                refusals.append(error)
            finally:
                connection.close()

        threads = [
            Thread(target=come, args=[wanted, supplier, barrier, refusals])
            for wanted in (one, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert not refusals
        assert tiers_of(supplier) in (one, other)
