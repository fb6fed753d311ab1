"""Promotions: announcing and ending discounts."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.common.errors import Invalid
from marketplace.parties.errors import EmailNotConfirmed, PartyInactive
from marketplace.pricing.errors import CarModelInactive, NotASeller, NothingCovered
from marketplace.pricing.models import Promotion
from marketplace.pricing.services import deactivate_promotion, end_promotion, publish_promotion
from tests.marketplace.factories import (
    NOW,
    make_car_model,
    make_customer,
    make_promotion,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def publish(**given):
    values = {
        "by": None,
        "name": "Spring",
        "percent": Decimal("5.00"),
        "starts_at": NOW + DAY,
        "ends_at": NOW + 2 * DAY,
        "at": NOW,
    }
    seller = given.pop("seller", None) or make_supplier()
    return publish_promotion(seller=seller, **values | given)


def test_an_unconfirmed_person_publishes_no_promotion():
    with pytest.raises(EmailNotConfirmed):
        publish(by=make_user(confirmed=False))

    assert not Promotion.objects.exists()
    assert publish(by=make_user()).pk


def test_a_promotion_is_kept_as_it_was_announced():
    supplier, covered = make_supplier(), [make_car_model(), make_car_model()]

    promotion = publish(
        seller=supplier,
        name=" Spring ",
        percent=Decimal("7.5"),
        car_models=covered + covered[:1],
        description="Two\nlines",
    )

    stored = Promotion.objects.get(pk=promotion.pk)
    assert (stored.seller_id, stored.name, stored.description) == (
        supplier.pk,
        "Spring",
        "Two\nlines",
    )
    assert (stored.percent, stored.covers_all) == (Decimal("7.50"), False)
    assert (stored.starts_at, stored.ends_at) == (NOW + DAY, NOW + 2 * DAY)
    assert set(stored.car_models.all()) == set(covered)
    assert stored.created_at == NOW


def test_a_promotion_without_car_models_covers_all():
    promotion = Promotion.objects.get(pk=publish().pk)

    assert promotion.covers_all
    assert not promotion.car_models.exists()


def test_a_promotion_never_reaches_back():
    assert publish(starts_at=NOW - DAY).starts_at == NOW


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\ud800"}, "name"),
        ({"description": "x" * 2_001}, "description"),
        ({"description": "\x00"}, "description"),
        ({"percent": Decimal(0)}, "percent"),
        ({"percent": Decimal("-5")}, "percent"),
        ({"percent": Decimal("95.01")}, "percent"),
        ({"percent": Decimal("5.001")}, "percent"),
        ({"percent": Decimal("NaN")}, "percent"),
        ({"percent": Decimal("Infinity")}, "percent"),
        ({"percent": 5.0}, "percent"),
        ({"percent": "5"}, "percent"),
        ({"starts_at": NOW + 2 * DAY}, "ends_at"),
        ({"starts_at": NOW + 3 * DAY}, "ends_at"),
        ({"starts_at": NOW - DAY, "ends_at": NOW}, "ends_at"),
        ({"starts_at": datetime(2026, 3, 3)}, "starts_at"),
        ({"ends_at": datetime(2026, 4, 3)}, "ends_at"),
        ({"car_models": []}, "car_models"),
    ],
)
def test_a_senseless_promotion_is_refused_by_field(given, field):
    with pytest.raises(Invalid) as refusal:
        publish(**given)

    assert refusal.value.field == field
    assert str(refusal.value)
    assert not Promotion.objects.exists()


def test_a_promotion_covers_only_what_is_traded():
    with pytest.raises(CarModelInactive) as refusal:
        publish(car_models=[make_car_model(), make_car_model(is_active=False)])
    assert refusal.value.field == "car_models"
    with pytest.raises(NothingCovered):
        publish(car_models=[])


def test_who_can_not_sell_announces_nothing():
    with pytest.raises(NotASeller):
        publish(seller=make_customer())
    with pytest.raises(PartyInactive):
        publish(seller=make_supplier(is_active=False))
    assert not Promotion.objects.exists()


def test_a_running_promotion_ends_now_and_stays_on_record():
    promotion = make_promotion(seller=make_supplier())

    end_promotion(promotion=promotion, at=NOW)
    end_promotion(promotion=promotion, at=NOW + HOUR)

    stored = Promotion.objects.get()
    assert (stored.ends_at, stored.is_active) == (NOW, True)
    assert promotion.ends_at == NOW


@pytest.mark.parametrize("lead", [timedelta(0), HOUR])
def test_a_promotion_that_has_not_begun_is_withdrawn(lead):
    promotion = make_promotion(seller=make_supplier(), starts_at=NOW + lead)

    end_promotion(promotion=promotion, at=NOW)

    stored = Promotion.objects.get()
    assert not stored.is_active
    assert stored.ends_at == NOW + 30 * DAY


def test_a_promotion_that_is_over_keeps_its_end():
    promotion = make_promotion(seller=make_supplier(), ends_at=NOW - HOUR)

    end_promotion(promotion=promotion, at=NOW)

    assert Promotion.objects.get().ends_at == NOW - HOUR


def test_deactivating_a_running_promotion_says_until_when_it_ran():
    promotion = make_promotion(seller=make_supplier())

    deactivate_promotion(promotion=promotion, at=NOW)
    deactivate_promotion(promotion=promotion, at=NOW + HOUR)

    stored = Promotion.objects.get()
    assert (stored.is_active, stored.ends_at) == (False, NOW)


def test_only_a_showrooms_promotion_has_offers_matched(
    monkeypatch, django_capture_on_commit_callbacks
):
    names = []
    monkeypatch.setattr(
        "marketplace.common.nudges.current_app.send_task",
        lambda name, **options: names.append(name),
    )
    with django_capture_on_commit_callbacks(execute=True):
        publish()
    assert not names

    with django_capture_on_commit_callbacks(execute=True):
        publish(seller=make_showroom())
    assert names == ["match-offers"]
