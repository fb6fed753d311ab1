"""A supplier's whole price list, replaced by one act."""

import pytest

from marketplace.parties.errors import PartyInactive
from marketplace.pricing.errors import HasNoPriceList, NotASeller, PriceListChanged
from marketplace.pricing.models import Listing
from marketplace.pricing.selectors.price_lists import price_list_of
from marketplace.pricing.services import replace_price_list, set_prices
from tests.marketplace.factories import (
    NOW,
    make_car_model,
    make_customer,
    make_listing,
    make_showroom,
    make_supplier,
)

pytestmark = pytest.mark.django_db


def test_a_showroom_does_not_lose_its_stock_to_a_price_list():
    listing = make_listing(seller=make_showroom())

    with pytest.raises(HasNoPriceList):
        replace_price_list(seller=listing.seller, prices={}, expected_version=None, at=NOW)
    assert Listing.objects.active().get() == listing


def test_who_can_not_sell_has_no_price_list():
    for party, refusal in (
        (make_customer(), NotASeller),
        (make_supplier(is_active=False), PartyInactive),
    ):
        with pytest.raises(refusal):
            replace_price_list(seller=party, prices={}, expected_version=None, at=NOW)


def test_a_replacement_returns_how_many_listings_it_changed():
    supplier = make_supplier()
    kept, dearer, _dropped = (make_listing(seller=supplier) for _ in range(3))
    prices = {kept.car_model.pk: 2_000_000, dearer.car_model.pk: 5, make_car_model().pk: 6}

    changed = replace_price_list(seller=supplier, prices=prices, expected_version=None, at=NOW)

    assert changed == 3
    assert price_list_of(supplier.pk).lines == tuple(sorted(prices.items()))


def test_prices_for_another_list_than_the_present_one_are_refused():
    listing = make_listing(seller=make_supplier())
    prices = {listing.car_model.pk: 5}
    version = price_list_of(listing.seller.pk).version

    for service in (set_prices, replace_price_list):
        with pytest.raises(PriceListChanged):
            service(seller=listing.seller, prices=prices, expected_version="old", at=NOW)
        assert Listing.objects.get().price_cents == 2_000_000
    assert set_prices(seller=listing.seller, prices=prices, expected_version=version, at=NOW) == 1
