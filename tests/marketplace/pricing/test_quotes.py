"""A quote read from the tables is the rule's quote of what stands there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.pricing.rules.quoting import Outcome
from marketplace.pricing.selectors.quotes import quote
from tests.marketplace import factories

NOW = factories.NOW

pytestmark = pytest.mark.django_db


def test_a_quote_names_what_applied_and_what_did_not():
    listing = factories.make_listing(seller=factories.make_showroom(), price_cents=10_000)
    seller, buyer = listing.seller, factories.make_customer()
    factories.make_tier(seller=seller, threshold=2, percent=Decimal("5.00"))
    factories.make_patronage(seller=seller, buyer=buyer, cars=2)
    factories.make_promotion(
        seller=seller,
        percent=Decimal("50.00"),
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=1),
        car_models=[factories.make_car_model()],
    )

    found = quote(seller_id=seller.pk, buyer_id=buyer.pk, car_model_id=listing.car_model_id, at=NOW)
    stranger = quote(seller_id=seller.pk, buyer_id=None, car_model_id=listing.car_model_id, at=NOW)

    assert found is not None and stranger is not None
    assert (found.price_cents, found.cars_before) == (9_500, 2)
    assert [one.outcome for one in found.considered] == [Outcome.APPLIED, Outcome.NOT_COVERED]
    assert stranger.price_cents == 10_000


def test_there_is_no_quote_for_what_is_not_on_sale():
    listing = factories.make_listing(seller=factories.make_showroom(), price_cents=10_000)
    listing.seller.is_active = False
    listing.seller.save()

    assert (
        quote(seller_id=listing.seller_id, buyer_id=None, car_model_id=listing.car_model_id, at=NOW)
        is None
    )
