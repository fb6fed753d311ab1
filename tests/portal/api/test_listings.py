"""Listings over the API: who sees which, who sees what of them, and who may change them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from marketplace.pricing.models import Listing, PriceChange
from tests.marketplace.factories import (
    make_car_model,
    make_listing,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)
from tests.portal.api.sellers import AT_SHOWROOM, AT_SUPPLIER, WHOLESALE, make_cast

pytestmark = pytest.mark.django_db

PATH = "/api/listings/"


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.fixture(name="cast")
def _cast():
    return make_cast()


def test_stock_is_public_and_a_price_list_is_shown_to_those_who_buy_there(ask, cast):
    stock = make_listing(seller=cast.showroom)
    wholesale = make_listing(seller=cast.supplier)

    for name, user in cast.people.items():
        client = ask(user)
        sees = [stock.pk, wholesale.pk] if name in WHOLESALE else [stock.pk]
        assert sorted(ids(client.get(PATH))) == sees, name
        assert client.get(f"{PATH}{stock.pk}/").status_code == 200, name
        found = client.get(f"{PATH}{wholesale.pk}/").status_code
        assert found == (200 if name in WHOLESALE else 404), name


def test_what_is_out_of_the_market_is_shown_to_nobody(ask, cast):
    gone = [
        make_listing(seller=cast.showroom, is_active=False),
        make_listing(seller=cast.showroom, car_model=make_car_model(is_active=False)),
        make_listing(seller=make_showroom(is_active=False)),
    ]

    for name in ("showroom owner", "anonymous"):
        client = ask(cast.people[name])
        assert ids(client.get(PATH)) == []
        assert {client.get(f"{PATH}{one.pk}/").status_code for one in gone} == {404}


def test_cost_and_pricing_are_told_to_those_who_act_for_the_seller(ask, cast):
    listing = make_listing(
        seller=cast.showroom, price_cents=2_500_050, quantity=2, stock_cost_cents=4_000_000
    )
    public = {
        "id": listing.pk,
        "seller": {"id": cast.showroom.pk, "kind": "showroom", "name": cast.showroom.name},
        "car_model": {
            "id": listing.car_model.pk,
            "make": "Aurora",
            "name": listing.car_model.name,
            "variant": "",
            "model_year": 2026,
        },
        "price": "25000.50",
        "quantity": 2,
        "pricing": None,
        "stock_cost": None,
    }

    for name, user in cast.people.items():
        shown = ask(user).get(f"{PATH}{listing.pk}/").json()
        is_own = name in ("showroom owner", "showroom manager", "showroom analyst")
        inside = {"pricing": "manual", "stock_cost": "40000.00"} if is_own else {}
        assert shown.pop("created_at").endswith("Z") and shown.pop("updated_at").endswith("Z")
        assert shown == public | inside, name


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=falcon", ["falcon"]),
        ("q=boreas+FALCON", ["falcon"]),
        ("q=boreas+swift", []),
        ("make=boreas", ["falcon"]),
        ("seller_kind=supplier", ["wholesale"]),
        ("price_min=15000", ["falcon", "wholesale"]),
        ("price_max=15000.00", ["swift", "sold out"]),
        ("price_min=10000.01&price_max=20000", ["falcon"]),
        ("in_stock=true", ["swift", "falcon", "wholesale"]),
        ("in_stock=false", ["sold out"]),
        ("ordering=price", ["sold out", "swift", "falcon", "wholesale"]),
        ("ordering=-price", ["wholesale", "falcon", "swift", "sold out"]),
        ("ordering=-created_at", ["wholesale", "sold out", "falcon", "swift"]),
        ("ordering=price&page_size=2&page=2", ["falcon", "wholesale"]),
    ],
)
def test_listings_are_narrowed_and_ordered(ask, query, found):
    showroom, supplier = make_showroom(), make_supplier()
    day = timezone.now().replace(hour=0)
    rows = {
        "swift": make_listing(
            seller=showroom, car_model=make_car_model(name="Swift"), price_cents=1_000_000
        ),
        "falcon": make_listing(
            seller=showroom,
            car_model=make_car_model(make="Boreas", name="Falcon"),
            price_cents=2_000_000,
        ),
        "sold out": make_listing(seller=showroom, price_cents=900_000, quantity=0),
        "wholesale": make_listing(seller=supplier, price_cents=3_000_000),
    }
    for minute, row in enumerate(rows.values()):
        Listing.objects.filter(pk=row.pk).update(created_at=day.replace(minute=minute))
    client = ask(make_membership(party=showroom).user)

    got = ids(client.get(f"{PATH}?{query}"))

    wanted = [rows[name].pk for name in found]
    assert got == wanted if "ordering" in query else sorted(got) == sorted(wanted)


def test_listings_of_one_seller_or_of_one_car_model(ask):
    one = make_listing(seller=make_showroom())
    make_listing(seller=make_showroom())

    assert ids(ask().get(f"{PATH}?seller={one.seller.pk}")) == [one.pk]
    assert ids(ask().get(f"{PATH}?car_model={one.car_model.pk}")) == [one.pk]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("seller=x", "seller"),
        ("seller=1.5", "seller"),
        ("seller=-1", "seller"),
        ("seller=99999999999999999999999", "seller"),
        ("car_model=%00", "car_model"),
        ("q=%00", "q"),
        ("make=%00", "make"),
        ("seller_kind=customer", "seller_kind"),
        ("price_min=1e3", "price_min"),
        ("in_stock=maybe", "in_stock"),
        ("ordering=stock_cost", "ordering"),
        ("colour=red", "colour"),
        ("page_size=101", "page_size"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_its_name(ask, problem, query, field):
    status, _code, fields = problem(ask().get(f"{PATH}?{query}"))

    assert (status, fields) == (400, [field])


def test_a_list_costs_the_same_queries_however_long_it_is(ask, same_queries, cast):
    same_queries(
        ask(cast.people["showroom owner"]), PATH, lambda: make_listing(seller=make_supplier())
    )


@pytest.mark.parametrize("wrong", ["x", "0", "999999999999999999", "9" * 19, "1%00", "-1", "1.5"])
def test_no_other_id_finds_a_listing(ask, wrong):
    make_listing(seller=make_showroom())

    assert ask().get(f"{PATH}{wrong}/").status_code == 404


def test_a_supplier_lists_a_car_model_and_a_showroom_gets_its_stock_by_deals(ask, problem, cast):
    car_model = make_car_model()
    asked = {"car_model": car_model.pk, "price": "19990.00"}
    refused = {
        "anonymous": 401, "person": 403, "customer": 403, "staff": 403, "showroom owner": 403,
        "showroom analyst": 403, "supplier analyst": 403, "other supplier": 400,
    }  # fmt: skip

    for name, status in refused.items():
        answer = ask(cast.people[name]).post(PATH, asked | {"seller": cast.supplier.pk})
        assert problem(answer)[0] == status, name
        answer = ask(cast.people[name]).post(PATH, asked | {"seller": cast.showroom.pk})
        assert answer.status_code == (400 if name == "other supplier" else status), name
    assert not Listing.objects.exists()

    answer = ask(cast.people["supplier manager"]).post(PATH, asked | {"seller": cast.supplier.pk})

    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["price"], shown["quantity"], shown["pricing"]) == ("19990.00", None, "manual")
    row = Listing.objects.get()
    assert (row.seller_id, row.car_model_id, row.price_cents) == (
        cast.supplier.pk,
        car_model.pk,
        1_999_000,
    )


def test_who_acts_for_both_kinds_lists_for_the_supplier_only(ask, problem):
    user = make_user()
    showroom, supplier = make_showroom(owner=user), make_supplier(owner=user)
    asked = {"car_model": make_car_model().pk, "price": "1.00"}

    assert problem(ask(user).post(PATH, asked | {"seller": showroom.pk})) == (
        400,
        "invalid",
        ["seller"],
    )
    assert ask(user).post(PATH, asked | {"seller": supplier.pk}).status_code == 201


def test_a_car_model_is_listed_once(ask, problem, cast):
    listing = make_listing(seller=cast.supplier)

    answer = ask(cast.people["supplier owner"]).post(
        PATH, {"seller": cast.supplier.pk, "car_model": listing.car_model.pk, "price": "1.00"}
    )

    assert problem(answer)[1:] == ("already_listed", ["car_model"])
    assert Listing.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": 19990}, "price"),
        ({"price": "0.00"}, "price"),
        ({"price": "-1.00"}, "price"),
        ({"price": "1.005"}, "price"),
        ({"price": "٣.00"}, "price"),
        ({"price": "1\x00"}, "price"),
        ({"price": "99999999999999"}, "price"),
        ({"price": None}, "price"),
        ({"car_model": 1.5}, "car_model"),
        ({"car_model": True}, "car_model"),
        ({"car_model": 10**30}, "car_model"),
        ({"car_model": "x\x00"}, "car_model"),
        ({"car_model": 0}, "car_model"),
        ({"car_model": [1]}, "car_model"),
        ({"seller": 10**30}, "seller"),
        ({"seller": "x"}, "seller"),
        ({"seller": None}, "seller"),
        ({"quantity": 5}, "quantity"),
        ({"цена": "1"}, "цена"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_name(ask, problem, cast, change, field):
    asked = {"seller": cast.supplier.pk, "car_model": make_car_model().pk, "price": "1.00"}

    status, _code, fields = problem(ask(cast.people["supplier owner"]).post(PATH, asked | change))

    assert (status, fields) == (400, [field])
    assert not Listing.objects.exists()


def test_a_body_that_is_no_object_is_refused(ask, problem, cast):
    client = ask(cast.people["supplier owner"])
    path = f"{PATH}{make_listing(seller=cast.supplier).pk}/"

    for body in (
        "[]",
        '"text"',
        "5",
        "null",
        "{",
        '{"price": "1.00", "price": "2.00"}',
        '"\\ud800"',
    ):
        for send, where in ((client.post, PATH), (client.patch, path)):
            assert problem(send(where, body, content_type="application/json"))[0] == 400, body
    assert Listing.objects.get().price_cents == 2_000_000


def test_only_owners_and_managers_change_or_take_away_what_is_theirs(ask, problem, cast):
    refusals = {cast.showroom.pk: AT_SHOWROOM, cast.supplier.pk: AT_SUPPLIER}
    for seller in (cast.showroom, cast.supplier):
        listing = make_listing(seller=seller)
        path = f"{PATH}{listing.pk}/"
        for name, status in refusals[seller.pk].items():
            client = ask(cast.people[name])
            assert problem(client.patch(path, {"price": "1.00"}))[0] == status, name
            assert problem(client.delete(path))[0] == status, name
        listing.refresh_from_db()
        assert (listing.price_cents, listing.is_active) == (2_000_000, True)

        manager = ask(cast.people[f"{seller.kind} manager"])
        assert manager.patch(path, {"price": "21000.00"}).json()["price"] == "21000.00"
        assert manager.delete(path).status_code == 204
        assert manager.delete(path).status_code == 404
        listing.refresh_from_db()
        assert (listing.price_cents, listing.is_active) == (2_100_000, False)
        assert PriceChange.objects.filter(listing=listing).count() == 2


def test_a_price_is_set_by_hand_or_follows_the_cost(ask, cast):
    listing = make_listing(seller=cast.showroom, pricing="automatic")
    client, path = ask(cast.people["showroom owner"]), f"{PATH}{listing.pk}/"

    def changed(**asked):
        shown = client.patch(path, asked).json()
        return shown["price"], shown["pricing"]

    assert changed(price="21000.00") == ("21000.00", "manual")
    assert changed(pricing="automatic") == ("21000.00", "automatic")
    assert changed(price="22000.00", pricing="automatic") == ("22000.00", "automatic")
    assert changed(price="22000.00", pricing="manual") == ("22000.00", "manual")
    assert changed() == ("22000.00", "manual")
    assert client.get(path).json() == client.patch(path, {}).json()


def test_of_a_change_that_is_refused_nothing_happens(ask, problem, cast):
    listing = make_listing(seller=cast.supplier)
    client, path = ask(cast.people["supplier owner"]), f"{PATH}{listing.pk}/"

    answer = client.patch(path, {"price": "1.00", "pricing": "automatic"})

    assert problem(answer) == (422, "invalid_pricing", ["pricing"])
    assert problem(client.patch(path, {"pricing": "magic"})) == (400, "invalid", ["pricing"])
    assert Listing.objects.get().price_cents == 2_000_000
    assert PriceChange.objects.count() == 1
