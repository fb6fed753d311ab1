"""Promotions over the API: who sees which, who publishes, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.pricing.models import Promotion
from tests.marketplace.factories import (
    make_car_model,
    make_membership,
    make_promotion,
    make_showroom,
    make_supplier,
    make_user,
)
from tests.portal.api.sellers import AT_SHOWROOM, AT_SUPPLIER, WHOLESALE, make_cast

pytestmark = pytest.mark.django_db

PATH = "/api/promotions/"
DAY = timedelta(days=1)


@pytest.fixture(name="cast")
def _cast():
    return make_cast()


def running(seller, **fields):
    return promotion(seller, -1, 1, **fields)


def promotion(seller, starts, ends, **fields):
    """A promotion that starts and ends so many days from now."""
    now = timezone.now()
    return make_promotion(
        seller=seller, starts_at=now + starts * DAY, ends_at=now + ends * DAY, **fields
    )


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def asked(seller, **changes):
    now = timezone.now()
    return {
        "seller": seller.pk,
        "name": "Spring",
        "percent": "5.00",
        "ends_at": (now + DAY).isoformat(),
        "car_models": None,
    } | changes


def test_others_see_what_runs_or_comes_and_the_seller_also_what_is_over(ask, cast):
    at_showroom = {
        name: promotion(cast.showroom, *days).pk
        for name, days in (("over", (-2, -1)), ("running", (-1, 1)), ("coming", (1, 2)))
    }
    wholesale, over = running(cast.supplier).pk, promotion(cast.supplier, -2, -1).pk
    running(cast.showroom, is_active=False)
    running(make_showroom(is_active=False))

    for name, user in cast.people.items():
        sees = {at_showroom["running"], at_showroom["coming"]}
        sees |= {wholesale} if name in WHOLESALE else set()
        sees |= {at_showroom["over"]} if name.startswith("showroom") else set()
        sees |= {over} if name.startswith("supplier") else set()
        client = ask(user)
        assert set(ids(client.get(PATH))) == sees, name
        for pk in (*at_showroom.values(), wholesale, over):
            found = client.get(f"{PATH}{pk}/").status_code
            assert found == (200 if pk in sees else 404), name


def test_a_promotion_tells_what_it_covers_and_where_it_stands(ask):
    swift, falcon = make_car_model(), make_car_model()
    some = running(make_showroom(), car_models=[falcon, swift], name="Весна ✿", percent="2.5")
    on_all = promotion(make_showroom(), 1, 2)

    shown = ask().get(f"{PATH}{some.pk}/").json()
    assert shown.pop("starts_at").endswith("Z") and shown.pop("ends_at").endswith("Z")
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "id": some.pk,
        "seller": {"id": some.seller.pk, "kind": "showroom", "name": some.seller.name},
        "name": "Весна ✿",
        "description": "",
        "percent": "2.50",
        "state": "running",
        "covers_all": False,
        "car_models": [swift.pk, falcon.pk],
    }
    shown = ask().get(f"{PATH}{on_all.pk}/").json()
    assert (shown["state"], shown["covers_all"], shown["car_models"]) == ("coming", True, [])


def test_promotions_are_narrowed_and_ordered(ask):
    car_model = make_car_model()
    showroom, supplier = make_showroom(), make_supplier()
    client = ask(make_membership(party=showroom).user)
    names = {
        running(showroom, name="Spring", percent="5", car_models=[car_model]).pk: "spring",
        promotion(showroom, 1, 9, name="Summer", percent="3").pk: "summer",
        promotion(showroom, -9, -2, name="Old", description="of spring", percent="7").pk: "old",
        promotion(
            supplier, -3, 5, name="Bulk", percent="9", car_models=[make_car_model()]
        ).pk: "bulk",
    }

    def found(query):
        return [names[pk] for pk in ids(client.get(f"{PATH}?{query}"))]

    assert found("") == ["summer", "spring", "bulk", "old"]
    assert found("ordering=percent") == ["summer", "spring", "old", "bulk"]
    assert found("ordering=-ends_at") == ["summer", "bulk", "spring", "old"]
    assert found("q=SPRING") == ["spring", "old"]
    assert found("state=coming") == ["summer"]
    assert found("state=running") == ["spring", "bulk"]
    assert found("state=ended") == ["old"]
    assert found("seller_kind=supplier") == found(f"seller={supplier.pk}") == ["bulk"]
    assert found(f"car_model={car_model.pk}") == ["summer", "spring", "old"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("seller=x", "seller"),
        ("car_model=99999999999999999999999", "car_model"),
        ("q=%00", "q"),
        ("state=withdrawn", "state"),
        ("ordering=name", "ordering"),
        ("colour=red", "colour"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_its_name(ask, problem, query, field):
    assert problem(ask().get(f"{PATH}?{query}"))[::2] == (400, [field])


def test_a_list_costs_the_same_queries_however_long_it_is(ask, same_queries, cast):
    car_models = [make_car_model(), make_car_model()]
    same_queries(
        ask(cast.people["showroom owner"]),
        PATH,
        lambda: running(make_supplier(), car_models=car_models),
    )


def test_owners_and_managers_publish_for_their_own_party_only(ask, problem, cast):
    for seller, other in ((cast.showroom, "supplier"), (cast.supplier, "showroom")):
        kind = seller.kind
        refused = {
            "anonymous": 401, "person": 403, "customer": 403, "staff": 403,
            f"{kind} analyst": 403, f"{other} owner": 400, f"other {kind}": 400,
        }  # fmt: skip
        for name, status in refused.items():
            answer = ask(cast.people[name]).post(PATH, asked(seller))
            assert problem(answer)[0] == status, name
        assert not Promotion.objects.filter(seller=seller).exists()
        for role in ("owner", "manager"):
            answer = ask(cast.people[f"{kind} {role}"]).post(PATH, asked(seller))
            assert answer.status_code == 201
        assert Promotion.objects.filter(seller=seller).count() == 2


def test_a_promotion_is_published_as_it_was_said(ask, cast):
    car_model = make_car_model()
    now = timezone.now()
    client = ask(cast.people["showroom owner"])

    shown = client.post(
        PATH,
        asked(
            cast.showroom,
            name=" Весна ✿ ",
            description="Line one\nline two",
            percent="12.5",
            starts_at="2999-01-01T03:00:00+03:00",
            ends_at="2999-02-01T00:00:00Z",
            car_models=[car_model.pk, car_model.pk],
        ),
    ).json()

    assert (shown["name"], shown["percent"], shown["state"]) == ("Весна ✿", "12.50", "coming")
    assert (shown["starts_at"], shown["ends_at"]) == (
        "2999-01-01T00:00:00Z",
        "2999-02-01T00:00:00Z",
    )
    assert (shown["covers_all"], shown["car_models"]) == (False, [car_model.pk])
    assert client.get(f"{PATH}{shown['id']}/").json() == shown
    for changes in ({}, {"starts_at": "2000-01-01T00:00:00Z"}):
        made = client.post(PATH, asked(cast.showroom, **changes)).json()
        row = Promotion.objects.get(pk=made["id"])
        assert now <= row.starts_at <= timezone.now() and made["state"] == "running"
        assert made["covers_all"] is True


def test_who_has_not_confirmed_an_address_publishes_nothing(ask, problem):
    user = make_user(confirmed=False)
    showroom = make_showroom(owner=user)

    answer = ask(user).post(PATH, asked(showroom))

    assert problem(answer) == (403, "email_not_confirmed", [])
    assert not Promotion.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"percent": "0.00"}, 422, "percent"),
        ({"percent": "95.01"}, 422, "percent"),
        ({"percent": "5.001"}, 400, "percent"),
        ({"percent": "NaN"}, 400, "percent"),
        ({"percent": "x"}, 400, "percent"),
        ({"percent": [5]}, 400, "percent"),
        ({"percent": None}, 400, "percent"),
        ({"name": ""}, 400, "name"),
        ({"name": " \n"}, 400, "name"),
        ({"name": "x" * 121}, 400, "name"),
        ({"name": "a\x00b"}, 400, "name"),
        ({"name": "a\x01b"}, 422, "name"),
        ({"name": {}}, 400, "name"),
        ({"description": "x" * 2001}, 400, "description"),
        ({"starts_at": "yesterday"}, 400, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, 400, "starts_at"),
        ({"starts_at": "2999-01-02T00:00:00Z"}, 422, "ends_at"),
        ({"ends_at": "2000-01-01T00:00:00Z"}, 422, "ends_at"),
        ({"ends_at": "9999-12-31T23:59:59-14:00"}, 400, "ends_at"),
        ({"ends_at": 5}, 400, "ends_at"),
        ({"car_models": []}, 400, "car_models"),
        ({"car_models": 5}, 400, "car_models"),
        ({"car_models": {}}, 400, "car_models"),
        ({"car_models": [0]}, 400, "car_models.0"),
        ({"car_models": ["x\x00"]}, 400, "car_models.0"),
        ({"car_models": [10**30]}, 400, "car_models.0"),
        ({"car_models": [10**15]}, 400, "car_models.0"),
        ({"car_models": [None]}, 400, "car_models.0"),
        ({"car_models": [1] * 501}, 400, "car_models"),
        ({"seller": "x"}, 400, "seller"),
        ({"seller": 10**30}, 400, "seller"),
        ({"covers_all": True}, 400, "covers_all"),
    ],
)
def test_a_senseless_promotion_is_refused_by_field(ask, problem, cast, change, status, field):
    answer = ask(cast.people["supplier owner"]).post(PATH, asked(cast.supplier) | change)

    assert problem(answer)[::2] == (status, [field])
    assert not Promotion.objects.exists()


def test_what_a_promotion_covers_has_to_be_said(ask, problem, cast):
    content = asked(cast.showroom)
    del content["car_models"]

    answer = ask(cast.people["showroom owner"]).post(PATH, content)

    assert problem(answer)[::2] == (400, ["car_models"])


def test_car_models_that_are_not_traded_are_told_by_their_place(ask, problem, cast):
    good, gone = make_car_model(), make_car_model(is_active=False)

    answer = ask(cast.people["showroom owner"]).post(
        PATH, asked(cast.showroom, car_models=[gone.pk, good.pk, 10**12])
    )

    assert problem(answer)[::2] == (400, ["car_models.0", "car_models.2"])


def test_only_owners_and_managers_end_or_withdraw_what_is_theirs(ask, problem, cast):
    for seller, refused in ((cast.showroom, AT_SHOWROOM), (cast.supplier, AT_SUPPLIER)):
        row = running(seller)
        path = f"{PATH}{row.pk}/"
        before = row.ends_at
        for name, status in refused.items():
            client = ask(cast.people[name])
            assert problem(client.post(f"{path}end/"))[0] == status, name
            assert problem(client.delete(path))[0] == status, name
        row.refresh_from_db()
        assert (row.is_active, row.ends_at) == (True, before)
        manager = ask(cast.people[f"{seller.kind} manager"])
        assert manager.post(f"{path}end/").status_code == 200
        assert manager.delete(path).status_code == 204


def test_ending_a_promotion_leaves_it_on_the_list_and_withdrawing_it_does_not(ask, cast):
    client = ask(cast.people["showroom owner"])
    row, coming, other = (promotion(cast.showroom, *days) for days in ((-1, 1), (1, 2), (-1, 1)))

    ended = client.post(f"{PATH}{row.pk}/end/")
    again = client.post(f"{PATH}{row.pk}/end/")

    assert (ended.status_code, ended.json()["state"]) == (200, "ended")
    assert again.json() == ended.json()
    assert client.get(f"{PATH}{row.pk}/").status_code == 200
    assert ask().get(f"{PATH}{row.pk}/").status_code == 404

    assert client.post(f"{PATH}{coming.pk}/end/").json()["state"] == "withdrawn"
    assert client.post(f"{PATH}{coming.pk}/end/").status_code == 404

    assert client.delete(f"{PATH}{other.pk}/").status_code == 204
    assert client.delete(f"{PATH}{other.pk}/").status_code == 404
    other.refresh_from_db()
    assert not other.is_active and other.ends_at <= timezone.now()


def test_a_promotion_never_changes(ask, cast):
    row = running(cast.showroom)
    client = ask(cast.people["showroom owner"])

    for send in (client.put, client.patch):
        assert send(f"{PATH}{row.pk}/", {"percent": "50.00"}).status_code == 405
    assert Promotion.objects.get().percent == row.percent


@pytest.mark.parametrize("wrong", ["x", "0", "999999999999999999", "9" * 19, "1%00"])
def test_no_other_id_finds_a_promotion(ask, cast, wrong):
    client = ask(cast.people["showroom owner"])

    assert client.get(f"{PATH}{wrong}/").status_code == 404
    assert client.post(f"{PATH}{wrong}/end/").status_code == 404
    assert client.delete(f"{PATH}{wrong}/").status_code == 404
