"""Listings and price lists: what sellers sell, for how much."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from marketplace.common.errors import Invalid, MarketplaceError
from marketplace.common.money import MAX_CENTS
from marketplace.parties.errors import PartyInactive
from marketplace.pricing.errors import (
    AlreadyListed,
    CarModelInactive,
    ListingInactive,
    NotASeller,
    PriceInvalid,
    PriceListRefused,
    PricingInvalid,
)
from marketplace.pricing.models import Listing, PriceChange
from marketplace.pricing.services import (
    deactivate_listing,
    list_car_model,
    reactivate_listing,
    set_price,
    set_prices,
    set_pricing,
)
from tests.marketplace.factories import (
    LONG_AGO,
    NOW,
    make_car_model,
    make_customer,
    make_listing,
    make_showroom,
    make_supplier,
)

pytestmark = pytest.mark.django_db

MATCH = ["match-offers"]


@pytest.fixture(name="rung")
def rung_(monkeypatch, django_capture_on_commit_callbacks):
    """Call something as if it committed, and see which jobs it rang for."""

    def rung(call):
        names = []
        monkeypatch.setattr(
            "marketplace.common.nudges.current_app.send_task",
            lambda name, **options: names.append(name),
        )
        with django_capture_on_commit_callbacks(execute=True):
            call()
        return names

    return rung


def history(listing):
    return list(
        PriceChange.objects.filter(listing=listing)
        .order_by("pk")
        .values_list("old_price_cents", "price_cents", "changed_at")
    )


def test_a_supplier_lists_without_limit_and_a_showroom_what_it_has():
    car_model = make_car_model()

    at_supplier = list_car_model(
        seller=make_supplier(), car_model=car_model, price_cents=MAX_CENTS, at=NOW
    )
    at_showroom = list_car_model(
        seller=make_showroom(), car_model=car_model, price_cents=1, at=NOW,
        pricing=Listing.Pricing.AUTOMATIC,
    )  # fmt: skip
    empty = list_car_model(seller=make_showroom(), car_model=car_model, price_cents=5, at=NOW)

    stored = {row.pk: row for row in Listing.objects.all()}
    assert (stored[at_supplier.pk].quantity, stored[at_supplier.pk].price_cents) == (None, 10**12)
    assert (stored[at_showroom.pk].quantity, stored[at_showroom.pk].pricing) == (0, "automatic")
    assert stored[empty.pk].quantity == 0
    assert stored[empty.pk].created_at == NOW
    assert history(at_supplier) == [(None, MAX_CENTS, NOW)]


@pytest.mark.parametrize("price_cents", [0, -1, MAX_CENTS + 1, 1.5, "100", None, True])
def test_a_price_is_whole_cents_within_bounds(price_cents):
    listing = make_listing(seller=make_supplier())

    with pytest.raises(PriceInvalid) as refusal:
        list_car_model(
            seller=make_supplier(), car_model=make_car_model(), price_cents=price_cents, at=NOW
        )
    assert refusal.value.field == "price"
    with pytest.raises(PriceInvalid):
        set_price(listing=listing, price_cents=price_cents, at=NOW)
    with pytest.raises(PriceListRefused):
        set_prices(seller=listing.seller, prices={listing.car_model.pk: price_cents}, at=NOW)
    assert list(Listing.objects.values_list("price_cents", flat=True)) == [2_000_000]


def test_a_supplier_has_no_cost_to_price_by():
    supplier, car_model = make_supplier(), make_car_model()

    with pytest.raises(PricingInvalid):
        list_car_model(
            seller=supplier, car_model=car_model, price_cents=1, at=NOW, pricing="automatic"
        )
    with pytest.raises(PricingInvalid):
        set_pricing(listing=make_listing(seller=supplier), pricing="automatic", at=NOW)
    with pytest.raises(PricingInvalid):
        set_pricing(listing=make_listing(seller=make_showroom()), pricing="dearer", at=NOW)


def test_who_can_not_sell_lists_nothing():
    car_model = make_car_model()

    with pytest.raises(NotASeller):
        list_car_model(seller=make_customer(), car_model=car_model, price_cents=1, at=NOW)
    with pytest.raises(PartyInactive):
        list_car_model(
            seller=make_supplier(is_active=False), car_model=car_model, price_cents=1, at=NOW
        )
    with pytest.raises(CarModelInactive):
        list_car_model(
            seller=make_supplier(), car_model=make_car_model(is_active=False), price_cents=1, at=NOW
        )
    with pytest.raises(PartyInactive):
        set_prices(seller=make_supplier(is_active=False), prices={car_model.pk: 1}, at=NOW)
    assert not Listing.objects.exists()


def test_a_seller_lists_a_car_model_once():
    listing = make_listing(seller=make_supplier())

    with pytest.raises(AlreadyListed):
        list_car_model(seller=listing.seller, car_model=listing.car_model, price_cents=1, at=NOW)
    assert Listing.objects.get().price_cents == listing.price_cents


def test_relisting_brings_back_the_listing_with_its_cars_and_history():
    listing = make_listing(seller=make_showroom(), quantity=4, stock_cost_cents=7_000_000)
    deactivate_listing(listing=listing, at=NOW)

    again = list_car_model(
        seller=listing.seller, car_model=listing.car_model, price_cents=1_900_000, at=NOW
    )

    stored = Listing.objects.get()
    assert again.pk == stored.pk == listing.pk and stored.is_active
    assert (stored.quantity, stored.stock_cost_cents) == (4, 7_000_000)
    assert history(listing) == [(None, 2_000_000, LONG_AGO), (2_000_000, 1_900_000, NOW)]


def test_a_price_that_changes_is_remembered_and_from_then_on_set_by_hand():
    listing = make_listing(seller=make_showroom(), pricing=Listing.Pricing.AUTOMATIC)

    set_price(listing=listing, price_cents=1_800_000, at=NOW)

    stored = Listing.objects.get()
    assert (stored.price_cents, stored.pricing) == (1_800_000, Listing.Pricing.MANUAL)
    assert listing.price_cents == 1_800_000
    assert history(listing)[1:] == [(2_000_000, 1_800_000, NOW)]


def test_a_price_that_stays_writes_nothing():
    listing = make_listing(seller=make_showroom(), pricing=Listing.Pricing.AUTOMATIC)
    before = Listing.objects.get().updated_at

    set_price(listing=listing, price_cents=listing.price_cents, at=NOW)
    set_prices(seller=listing.seller, prices={listing.car_model.pk: 2_000_000}, at=NOW)

    stored = Listing.objects.get()
    assert (stored.updated_at, stored.pricing) == (before, Listing.Pricing.AUTOMATIC)
    assert len(history(listing)) == 1


def test_a_price_is_compared_with_the_stored_one_not_with_a_stale_one():
    listing = make_listing(seller=make_supplier())
    stale = Listing.objects.get()
    set_price(listing=listing, price_cents=5, at=NOW)

    set_price(listing=stale, price_cents=2_000_000, at=NOW)

    assert Listing.objects.get().price_cents == 2_000_000
    assert history(listing)[-1] == (5, 2_000_000, NOW)


def test_a_deactivated_listing_has_no_price_to_change():
    listing = make_listing(seller=make_showroom())
    deactivate_listing(listing=listing, at=NOW)
    deactivate_listing(listing=listing, at=NOW)

    with pytest.raises(ListingInactive):
        set_price(listing=listing, price_cents=5, at=NOW)
    with pytest.raises(ListingInactive):
        set_pricing(listing=listing, pricing="automatic", at=NOW)
    with pytest.raises(PriceListRefused):
        set_prices(seller=listing.seller, prices={listing.car_model.pk: 5}, at=NOW)
    assert len(history(listing)) == 1


def test_a_listing_comes_back_unless_another_took_its_place():
    listing = make_listing(seller=make_showroom(), is_active=False)
    reactivate_listing(listing=listing, at=NOW)
    reactivate_listing(listing=listing, at=NOW)
    assert Listing.objects.get().is_active

    deactivate_listing(listing=listing, at=NOW)
    make_listing(seller=listing.seller, car_model=listing.car_model)
    with pytest.raises(AlreadyListed):
        reactivate_listing(listing=listing, at=NOW)


def test_a_listing_of_who_has_left_does_not_come_back():
    gone = make_listing(seller=make_showroom(is_active=False), is_active=False)
    untraded = make_listing(
        seller=make_showroom(), car_model=make_car_model(is_active=False), is_active=False
    )

    with pytest.raises(PartyInactive):
        reactivate_listing(listing=gone, at=NOW)
    with pytest.raises(CarModelInactive):
        reactivate_listing(listing=untraded, at=NOW)
    assert not Listing.objects.active().exists()


def test_the_pricing_can_change_and_leaves_the_price():
    listing = make_listing(seller=make_showroom())

    set_pricing(listing=listing, pricing=Listing.Pricing.AUTOMATIC, at=NOW)

    stored = Listing.objects.get()
    assert (stored.pricing, stored.price_cents) == ("automatic", 2_000_000)


def test_a_price_list_begins_brings_back_and_reprices_listings_of_a_supplier():
    supplier = make_supplier()
    kept, dearer = make_listing(seller=supplier), make_listing(seller=supplier)
    gone = make_listing(seller=supplier, is_active=False)
    fresh, other = make_car_model(), make_listing(seller=make_supplier())
    prices = {
        fresh.pk: 1_000,
        kept.car_model.pk: 2_000_000,
        dearer.car_model.pk: 2_000_001,
        gone.car_model.pk: 5_000,
    }

    assert set_prices(seller=supplier, prices=prices, at=NOW) == 3

    rows = Listing.objects.active().filter(seller=supplier)
    assert {row.car_model_id: row.price_cents for row in rows} == prices
    new = rows.get(car_model=fresh)
    assert (new.quantity, new.stock_cost_cents, new.created_at) == (None, 0, NOW)
    assert rows.get(car_model=gone.car_model).pk == gone.pk
    assert history(new) == [(None, 1_000, NOW)]
    assert history(dearer)[1:] == [(2_000_000, 2_000_001, NOW)]
    assert history(gone)[1:] == [(2_000_000, 5_000, NOW)]
    assert len(history(kept)) == 1
    assert Listing.objects.get(pk=other.pk).price_cents == 2_000_000


def test_a_price_list_takes_the_active_one_of_several_rows():
    supplier = make_supplier()
    active = make_listing(seller=supplier)
    old = make_listing(seller=supplier, car_model=active.car_model, is_active=False)

    set_prices(seller=supplier, prices={active.car_model.pk: 5}, at=NOW)

    assert Listing.objects.get(pk=active.pk).price_cents == 5
    assert not Listing.objects.get(pk=old.pk).is_active


def test_a_price_list_is_applied_whole_or_not_at_all_and_names_its_bad_lines():
    supplier = make_supplier()
    listing = make_listing(seller=supplier)
    known, gone = listing.car_model.pk, make_car_model(is_active=False).pk

    with pytest.raises(PriceListRefused) as refusal:
        set_prices(seller=supplier, prices=[(known, 5), (gone, 5), (0, 5)], at=NOW)
    assert [line.line for line in refusal.value.lines] == [2, 3]
    assert refusal.value.field == "prices"
    assert str(refusal.value).startswith("Line 2: ")

    with pytest.raises(PriceListRefused) as refusal:
        set_prices(seller=supplier, prices=[(known, 5), (known, 6), (gone, 0), ("x", 1)], at=NOW)
    assert [line.line for line in refusal.value.lines] == [2, 3, 4]
    assert Listing.objects.get().price_cents == 2_000_000
    assert len(history(listing)) == 1


def test_a_showroom_can_not_price_what_it_does_not_have():
    showroom = make_showroom()
    make_listing(seller=showroom)

    with pytest.raises(PriceListRefused):
        set_prices(seller=showroom, prices={make_car_model().pk: 5}, at=NOW)
    assert Listing.objects.count() == 1


def test_the_number_of_statements_does_not_depend_on_the_length_of_the_list(
    django_assert_num_queries,
):
    for size in (1, 40):
        supplier = make_supplier()
        fresh = {make_car_model().pk: 10 for _ in range(size)}
        known = {make_listing(seller=supplier).car_model.pk: 20 for _ in range(size)}
        with django_assert_num_queries(8):
            set_prices(seller=supplier, prices=fresh | known, at=NOW)


def test_an_empty_price_list_changes_nothing():
    assert set_prices(seller=make_supplier(), prices={}, at=NOW) == 0


def test_offers_are_matched_when_cars_of_a_showroom_become_cheaper_or_come_back(rung):
    showroom = make_showroom()
    listing = make_listing(seller=showroom, quantity=1)
    car_model = listing.car_model.pk

    def price(cents):
        return lambda: set_price(listing=listing, price_cents=cents, at=NOW)

    assert rung(price(2_000_001)) == []
    assert rung(price(1_900_000)) == MATCH
    assert rung(lambda: set_prices(seller=showroom, prices={car_model: 1_900_001}, at=NOW)) == []
    assert rung(lambda: set_prices(seller=showroom, prices={car_model: 1}, at=NOW)) == MATCH
    assert rung(lambda: deactivate_listing(listing=listing, at=NOW)) == []
    assert rung(lambda: reactivate_listing(listing=listing, at=NOW)) == MATCH
    assert rung(lambda: reactivate_listing(listing=listing, at=NOW)) == []
    deactivate_listing(listing=listing, at=NOW)
    assert (
        rung(
            lambda: list_car_model(
                seller=showroom, car_model=listing.car_model, price_cents=1, at=NOW
            )
        )
        == MATCH
    )


def test_nobody_is_woken_by_a_supplier_or_by_a_listing_without_cars(rung):
    supplier = make_supplier()
    listing = make_listing(seller=supplier)
    empty = make_listing(seller=make_showroom(), quantity=0)

    assert rung(lambda: set_price(listing=listing, price_cents=1, at=NOW)) == []
    assert rung(lambda: set_price(listing=empty, price_cents=1, at=NOW)) == []
    assert rung(lambda: set_prices(seller=supplier, prices={make_car_model().pk: 1}, at=NOW)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begins_with_an_old_listing", [False, True])
def test_of_two_who_list_a_car_model_at_once_one_is_refused(begins_with_an_old_listing):
    supplier, car_model = make_supplier(), make_car_model()
    if begins_with_an_old_listing:
        make_listing(seller=supplier, car_model=car_model, is_active=False)
    barrier, results = Barrier(2), []

    def come(price_cents):
        try:
            barrier.wait(5)
            list_car_model(seller=supplier, car_model=car_model, price_cents=price_cents, at=NOW)
            results.append("listed")
        except MarketplaceError as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=come, args=[cents]) for cents in (100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(results) == ["AlreadyListed", "listed"]
    assert Listing.objects.active().count() == 1


def test_a_refused_price_list_is_invalid_input():
    assert issubclass(PriceListRefused, Invalid)
