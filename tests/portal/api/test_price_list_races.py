"""Several who write one price list at the same moment: nobody's change is lost."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.pricing.models import Listing
from marketplace.pricing.services import list_car_model, set_price
from tests.marketplace.factories import (
    NOW,
    make_car_model,
    make_listing,
    make_supplier,
    make_user,
)
from tests.portal.api.sellers import lines, on_sale, path_of, replace
from tests.races.together import at_once, holding, turns, undecided

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="shop")
def _shop(ask):
    """A supplier with two listings, its owner's client, and the two car models."""
    owner = make_user()
    supplier = make_supplier(owner=owner)
    swift, falcon = make_car_model(name="Swift"), make_car_model(name="Falcon")
    make_listing(seller=supplier, car_model=swift, price_cents=1_000_000)
    make_listing(seller=supplier, car_model=falcon, price_cents=2_000_000)
    return supplier, ask(owner), swift, falcon


def test_of_two_replacements_of_one_list_at_once_one_is_told_that_it_comes_too_late(shop):
    supplier, client, swift, falcon = shop
    for number in range(1, 4):
        tag = client.get(path_of(supplier))["ETag"]
        wanted = [lines((swift, f"{number}.01")), lines((falcon, f"{number}.02"))]

        answers = at_once(*(partial(replace, client, supplier, one, tag) for one in wanted))

        assert sorted(answer.status_code for answer in answers) == [200, 412]
        won = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
        assert client.get(path_of(supplier)).json() == wanted[won]


def test_of_two_who_fill_an_empty_list_at_once_one_comes_too_late(ask):
    owner = make_user()
    supplier = make_supplier(owner=owner)
    client, cars = ask(owner), [make_car_model(), make_car_model()]
    tag = client.get(path_of(supplier))["ETag"]
    fill = [partial(replace, client, supplier, lines((car, "1.00")), tag) for car in cars]

    with (
        turns() as act,
        holding("SELECT FROM parties_party WHERE id = %s FOR NO KEY UPDATE", supplier.pk),
    ):
        answers = [act.send(fill[0], waiting=1), act.send(fill[1], waiting=2)]

    assert sorted(answer.result().status_code for answer in answers) == [200, 412]
    assert len(on_sale(supplier)) == 1


def test_a_price_that_somebody_is_just_setting_is_not_overwritten(shop):
    supplier, client, swift, falcon = shop
    tag = client.get(path_of(supplier))["ETag"]
    listing = Listing.objects.get(car_model=swift)
    content = lines((swift, "1.00"), (falcon, "1.00"))

    for send in (client.put, client.patch):
        with turns() as act:
            with undecided(partial(set_price, listing=listing, price_cents=777, at=NOW)):
                late = act.send(
                    partial(send, path_of(supplier), content, headers={"If-Match": tag}), waiting=1
                )
            answer = late.result()
        assert answer.status_code == 412
        assert on_sale(supplier) == {swift.pk: 777, falcon.pk: 2_000_000}
        set_price(listing=listing, price_cents=1_000_000, at=NOW)


def test_a_car_model_that_is_listed_during_a_replacement_stays(shop):
    supplier, client, swift, _falcon = shop
    tag = client.get(path_of(supplier))["ETag"]

    for named, status in ((tag, 412), ("*", 200)):
        fresh = make_car_model()
        with (
            turns() as act,
            holding("SELECT FROM pricing_listing WHERE seller_id = %s FOR UPDATE", supplier.pk),
        ):
            late = act.send(
                partial(replace, client, supplier, lines((swift, "1.00")), named), waiting=1
            )
            list_car_model(seller=supplier, car_model=fresh, price_cents=5, at=NOW)
        assert late.result().status_code == status
        assert on_sale(supplier)[fresh.pk] == 5

    assert on_sale(supplier) == {swift.pk: 100, fresh.pk: 5}
