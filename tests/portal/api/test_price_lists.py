"""A supplier's price list over the API: read whole, replaced whole, never half, never lost."""

from __future__ import annotations

import gzip
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.pricing.models import Listing, PriceChange
from marketplace.pricing.services import set_price
from tests.marketplace.factories import (
    NOW,
    make_car_model,
    make_listing,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)
from tests.portal.api.sellers import (
    AT_SUPPLIER,
    WHOLESALE,
    lines,
    make_cast,
    on_sale,
    path_of,
    replace,
)

pytestmark = pytest.mark.django_db

#: Who is refused before anybody asks which supplier's list it is, and who may only read.
READ_ONLY = {"showroom owner": 403, "other showroom": 403}


@pytest.fixture(name="cast")
def _cast():
    return make_cast()


@pytest.fixture(name="shop")
def _shop(ask):
    """A supplier with two listings, its owner's client, and the two car models."""
    owner = make_user()
    supplier = make_supplier(owner=owner)
    swift, falcon = make_car_model(name="Swift"), make_car_model(name="Falcon")
    make_listing(seller=supplier, car_model=swift, price_cents=1_000_000)
    make_listing(seller=supplier, car_model=falcon, price_cents=2_000_000)
    return supplier, ask(owner), swift, falcon


def test_the_list_is_for_those_who_buy_there_and_for_the_suppliers_own_members(ask, cast):
    listing = make_listing(seller=cast.supplier, price_cents=1_999_950)
    make_listing(seller=cast.supplier, is_active=False)
    make_listing(seller=cast.supplier, car_model=make_car_model(is_active=False))
    refused = {
        "anonymous": 401, "person": 403, "customer": 403, "staff": 403, "other supplier": 404,
    }  # fmt: skip

    for name, user in cast.people.items():
        answer = ask(user).get(path_of(cast.supplier))
        assert answer.status_code == refused.get(name, 200), name
        assert (answer.status_code == 200) == (name in WHOLESALE)
        if name in WHOLESALE:
            assert answer.json() == lines((listing.car_model, "19999.50"))


def test_only_an_active_supplier_has_a_price_list(ask, cast):
    client = ask(cast.people["showroom owner"])
    gone = make_supplier(is_active=False)

    for party_id in (gone.pk, cast.showroom.pk, cast.customer.pk, 999_999_999_999_999_999, "x", 0):
        assert client.get(f"/api/suppliers/{party_id}/price-list/").status_code == 404


def test_only_owners_and_managers_write_the_list(ask, problem, cast):
    listing = make_listing(seller=cast.supplier)
    content = lines((listing.car_model, "1.00"))

    for name, status in (AT_SUPPLIER | READ_ONLY).items():
        client = ask(cast.people[name])
        headers = {"If-Match": "*"}
        path = path_of(cast.supplier)
        assert problem(client.put(path, content, headers=headers))[0] == status, name
        assert problem(client.patch(path, content))[0] == status, name
    assert on_sale(cast.supplier) == {listing.car_model.pk: 2_000_000}
    for name in ("supplier owner", "supplier manager"):
        answer = replace(ask(cast.people[name]), cast.supplier, content)
        assert answer.status_code == 200, name
    assert on_sale(cast.supplier) == {listing.car_model.pk: 100}


def test_who_reads_for_a_showroom_and_writes_for_a_supplier_writes_only_there(ask, problem):
    user = make_user()
    make_showroom(owner=user)
    own, other = make_supplier(owner=user), make_supplier()
    client = ask(user)

    assert client.get(path_of(other)).status_code == 200
    assert problem(replace(client, other, {"lines": []}))[0] == 404
    assert replace(client, own, {"lines": []}).status_code == 200


def test_a_tag_names_the_content_whatever_became_of_it_in_between(shop):
    supplier, client, swift, falcon = shop
    before = client.get(path_of(supplier))

    changed = replace(client, supplier, lines((falcon, "1.00"), (swift, "2.00")))
    back = replace(client, supplier, lines((swift, "10000"), (falcon, "20000.0")))

    assert changed.json() == lines((swift, "2.00"), (falcon, "1.00"))
    assert changed["ETag"] not in (before["ETag"], None) and changed["ETag"][0] == '"'
    assert (back["ETag"], back.content) == (before["ETag"], before.content)
    assert before["Cache-Control"] == "private, no-cache"


def test_whoever_has_the_list_is_not_sent_it_again(shop):
    supplier, client, swift, _falcon = shop
    tag = client.get(path_of(supplier))["ETag"]

    for named in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = client.get(path_of(supplier), headers={"If-None-Match": named})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    set_price(listing=Listing.objects.get(car_model=swift), price_cents=1, at=NOW)
    for named in (tag, '"other"', tag[1:-1], "\x00"):
        answer = client.get(path_of(supplier), headers={"If-None-Match": named})
        assert answer.status_code == 200


def test_a_tag_survives_being_compressed_on_the_way(shop):
    supplier, client, *_ = shop
    content = lines(*((make_car_model(), "5.00") for _ in range(20)))
    replace(client, supplier, content)

    packed = client.get(path_of(supplier), headers={"Accept-Encoding": "gzip"})

    assert json.loads(gzip.decompress(packed.content)) == content
    assert packed["ETag"].startswith("W/")
    assert replace(client, supplier, {"lines": []}, packed["ETag"]).status_code == 200


def test_a_replacement_keeps_changes_begins_ends_and_brings_back_listings(shop):
    supplier, client, swift, falcon = shop
    gone = make_listing(seller=supplier, is_active=False)
    fresh, dropped = make_car_model(), make_listing(seller=supplier)
    elsewhere = make_listing(seller=make_supplier())

    answer = replace(
        client,
        supplier,
        lines((fresh, "4.00"), (swift, "10000.00"), (falcon, "3.00"), (gone.car_model, "5.00")),
    )

    assert answer.status_code == 200
    assert on_sale(supplier) == {
        swift.pk: 1_000_000,
        falcon.pk: 300,
        fresh.pk: 400,
        gone.car_model.pk: 500,
    }
    dropped.refresh_from_db()
    assert (dropped.is_active, dropped.price_cents) == (False, 2_000_000)
    assert Listing.objects.get(car_model=gone.car_model).pk == gone.pk
    assert PriceChange.objects.filter(listing__car_model=falcon).count() == 2
    assert PriceChange.objects.filter(listing__car_model=swift).count() == 1
    assert PriceChange.objects.filter(listing=dropped).count() == 1
    elsewhere.refresh_from_db()
    assert elsewhere.is_active


def test_the_same_list_again_changes_nothing(shop):
    supplier, client, swift, falcon = shop
    content = lines((swift, "3.00"), (falcon, "4.00"))

    first = replace(client, supplier, content)
    rows = list(Listing.objects.order_by("pk").values())
    again = replace(client, supplier, content, first["ETag"])

    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, first["ETag"])
    assert list(Listing.objects.order_by("pk").values()) == rows
    assert PriceChange.objects.count() == 4


def test_an_empty_list_ends_all_listings(shop):
    supplier, client, *_ = shop

    assert replace(client, supplier, {"lines": []}).json() == {"lines": []}
    assert not on_sale(supplier)


def test_a_replacement_says_what_it_replaces(shop, problem):
    supplier, client, swift, _falcon = shop
    path, content = path_of(supplier), lines((swift, "1.00"))
    before = on_sale(supplier)

    assert problem(client.put(path, content)) == (428, "precondition_required", [])
    for tag in ('"old"', 'W/"old"'):
        answer = client.put(path, content, headers={"If-Match": tag})
        assert problem(answer) == (412, "precondition_failed", [])
        answer = client.patch(path, content, headers={"If-Match": tag})
        assert problem(answer) == (412, "precondition_failed", [])
    for header in ("", "old", "\x00", '"a", "b"'):
        answer = client.put(path, content, headers={"If-Match": header})
        assert problem(answer) == (400, "if_match_invalid", []), header
    assert on_sale(supplier) == before
    assert client.put(path, content, headers={"If-Match": "*"}).status_code == 200
    assert on_sale(supplier) == {swift.pk: 100}


def test_some_prices_change_and_the_others_stay(shop):
    supplier, client, swift, falcon = shop
    path, fresh = path_of(supplier), make_car_model()
    tag = client.get(path)["ETag"]

    first = client.patch(path, lines((swift, "1.00")))
    second = client.patch(path, lines((fresh, "2.00")), headers={"If-Match": first["ETag"]})

    assert first["ETag"] != tag
    assert second.json() == lines((swift, "1.00"), (falcon, "20000.00"), (fresh, "2.00"))
    assert on_sale(supplier) == {swift.pk: 100, falcon.pk: 2_000_000, fresh.pk: 200}
    assert client.patch(path, {}).json() == client.patch(path, {"lines": []}).json()


def test_bad_values_are_named_by_line_and_nothing_changes(shop, problem):
    supplier, client, swift, _falcon = shop
    good = {"car_model": swift.pk, "price": "1.00"}
    bad = {
        "price": ["x", 5, "0.00", "-1.00", "1.001", "", None, True, "1\x00", "٣", "9" * 20, []],
        "car_model": ["x", 1.5, True, 0, -1, 10**30, None, {}, "1\x00"],
    }
    before = on_sale(supplier)

    for field, values in bad.items():
        for value in values:
            answer = replace(client, supplier, {"lines": [good, good | {field: value}]})
            assert problem(answer)[::2] == (400, [f"lines.1.{field}"]), value
    for line, fields in (
        ({"car_model": swift.pk}, ["lines.1.price"]),
        ({}, ["lines.1.car_model", "lines.1.price"]),
        (good | {"colour": "red"}, ["lines.1.colour"]),
        ("text", ["lines.1"]),
        (None, ["lines.1"]),
    ):
        answer = replace(client, supplier, {"lines": [good, line]})
        assert problem(answer)[::2] == (400, fields), line
    for content in ({}, {"lines": None}, {"lines": {}}, {"lines": "x"}, {"lines": 1}):
        answer = replace(client, supplier, content)
        assert problem(answer)[::2] == (400, ["lines"]), content
    assert on_sale(supplier) == before


def test_lines_that_the_market_refuses_are_named_and_nothing_changes(shop, problem):
    supplier, client, swift, falcon = shop
    gone = make_car_model(is_active=False)
    before = on_sale(supplier)

    for content, fields in (
        (lines((swift, "1.00"), (falcon, "1.00"), (swift, "2.00")), ["lines.2.car_model"]),
        (lines((swift, "1.00"), (gone, "1.00")), ["lines.1.car_model"]),
        ({"lines": [{"car_model": 10**12, "price": "1.00"}]}, ["lines.0.car_model"]),
    ):
        for answer in (
            replace(client, supplier, content),
            client.patch(path_of(supplier), content),
        ):
            assert problem(answer) == (422, "price_list_refused", fields)
    assert on_sale(supplier) == before


def test_at_most_a_hundred_bad_lines_are_told(shop, problem):
    supplier, client, swift, _falcon = shop
    nonsense = {"lines": [{"car_model": swift.pk, "price": "x"}] * 500}
    twice = {"lines": [{"car_model": swift.pk, "price": "1.00"}] * 500}

    _status, _code, invalid = problem(replace(client, supplier, nonsense))
    _status, _code, refused = problem(replace(client, supplier, twice))

    assert invalid == [f"lines.{number}.price" for number in range(100)]
    assert refused == [f"lines.{number}.car_model" for number in range(1, 101)]


def test_a_list_has_at_most_ten_thousand_lines(shop, problem):
    supplier, client, swift, _falcon = shop
    line = {"car_model": swift.pk, "price": "1.00"}

    answer = replace(client, supplier, {"lines": [line] * 10_001})

    assert problem(answer)[::2] == (400, ["lines"])
    assert answer.json()["errors"][0]["code"] == "max_length"
    # One line less is looked into.
    assert problem(replace(client, supplier, {"lines": [line] * 10_000}))[0] == 422


def test_a_body_that_is_too_large_is_not_read(shop, problem):
    supplier, client, *_ = shop
    huge = '{"lines": [' + " " * (11 * 1024 * 1024) + "]}"

    answer = client.put(
        path_of(supplier), huge, content_type="application/json", headers={"If-Match": "*"}
    )

    assert problem(answer)[0] == 413
    assert len(on_sale(supplier)) == 2


def test_the_number_of_statements_does_not_depend_on_the_number_of_lines(ask):
    counts = []
    for size in (1, 60):
        owner = make_user()
        supplier = make_supplier(owner=owner)
        client = ask(owner)
        kept, dropped, fresh = ([make_car_model() for _ in range(size)] for _ in range(3))
        replace(client, supplier, lines(*((car, "1.00") for car in kept + dropped)))
        tag = client.get(path_of(supplier))["ETag"]
        content = lines(*((car, "2.00") for car in kept + fresh))
        with CaptureQueriesContext(connection) as queries:
            answer = replace(client, supplier, content, tag)
        assert answer.status_code == 200 and len(on_sale(supplier)) == 2 * size
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            client.get(path_of(supplier))
        counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_an_analyst_of_two_parties_reads_both_and_writes_neither(ask, problem):
    user = make_user()
    suppliers = [make_supplier(), make_supplier()]
    for supplier in suppliers:
        make_membership(user=user, party=supplier, role="analyst")

    for supplier in suppliers:
        assert ask(user).get(path_of(supplier)).status_code == 200
        assert problem(replace(ask(user), supplier, {"lines": []}))[0] == 403
