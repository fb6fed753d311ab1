"""What a person was told, through the API: own notices only, in the person's language."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.notices.models import Notice
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell
from marketplace.parties.models import User
from tests.market import NOW
from tests.marketplace import factories

pytestmark = pytest.mark.django_db

PATH = "/api/notices/"

_BOUGHT = {
    "deal_id": 1, "car_model_id": 3, "price_cents": 1_960_000, "car_model": "Aurora Swift",
    "showroom": "Corner",
}  # fmt: skip
_EXPIRED = {"offer_id": 2, "car_model_id": 3, "car_model": "Comet", "max_price_cents": 5}


def told(user: User, kind: NoticeKind = NoticeKind.OFFER_FILLED) -> Notice:
    values = _BOUGHT if kind is NoticeKind.OFFER_FILLED else _EXPIRED
    return tell(user=user, kind=kind, values=values, at=NOW)


def ids(client: Any, query: str = "") -> list[int]:
    return [row["id"] for row in client.get(f"{PATH}{query}").json()["results"]]


def test_a_notice_is_read_in_the_persons_language(ask):
    for language, word in (("en", "Corner"), ("ru", "купили"), ("es", "compr")):
        person = factories.make_user(language=language)
        notice = told(person)

        listed = ask(person).get(PATH).json()
        one = ask(person).get(f"{PATH}{notice.pk}/").json()

        assert listed["results"] == [one]
        assert (one["id"], one["kind"], one["read_at"]) == (notice.pk, "offer_filled", None)
        assert one["created_at"] == "2026-03-02T12:00:00Z"
        assert one["path"] == "/car-models/3/"
        assert "Aurora Swift" in one["title"] + one["body"]
        assert word in (one["title"] + one["body"]).lower() or word in one["body"]
        assert "19,600.00" in one["body"]
        assert "values" not in one


def test_the_newest_comes_first_and_the_unread_are_counted(ask):
    person = factories.make_user()
    first, second = told(person), told(person, NoticeKind.OFFER_EXPIRED)
    told(factories.make_user())
    client = ask(person)

    assert ids(client) == [second.pk, first.pk]
    assert client.get(PATH).json()["unread"] == 2
    assert client.get(f"{PATH}?kind=offer_expired").json()["unread"] == 2
    assert ids(client, "?kind=offer_expired") == [second.pk]


def test_some_are_marked_as_read(ask):
    person = factories.make_user()
    first, second, third = told(person), told(person), told(person)
    client = ask(person)

    answer = client.post(f"{PATH}read/", {"ids": [first.pk, third.pk]})
    again = client.post(f"{PATH}read/", {"ids": [first.pk, third.pk]})

    assert (answer.status_code, answer.json()) == (200, {"read": 2, "unread": 1})
    assert again.json() == {"read": 0, "unread": 1}
    assert ids(client, "?unread=true") == [second.pk]
    assert ids(client, "?unread=false") == [third.pk, first.pk]
    assert client.get(f"{PATH}{first.pk}/").json()["read_at"].endswith("Z")


def test_all_up_to_one_are_marked_as_read(ask):
    person, other = factories.make_user(), factories.make_user()
    first, second = told(person), told(person)
    of_other = told(other)
    third = told(person)
    client = ask(person)

    answer = client.post(f"{PATH}read/", {"until": of_other.pk})

    assert answer.json() == {"read": 2, "unread": 1}
    assert ids(client, "?unread=true") == [third.pk]
    of_other.refresh_from_db()
    assert of_other.read_at is None
    assert first.pk < second.pk


def test_anybody_elses_notices_are_not_there(ask, problem):
    person, other = factories.make_user(), factories.make_user()
    notice = told(other)

    for someone in (person, factories.make_superuser()):
        client = ask(someone)
        assert ids(client) == []
        assert problem(client.get(f"{PATH}{notice.pk}/")) == (404, "not_found", [])
        assert client.post(f"{PATH}read/", {"ids": [notice.pk]}).json() == {"read": 0, "unread": 0}
    notice.refresh_from_db()
    assert notice.read_at is None
    for answer in (ask().get(PATH), ask().post(f"{PATH}read/", {"ids": [notice.pk]})):
        assert problem(answer)[:2] == (401, "not_authenticated")


def test_nobody_writes_a_notice(ask, problem):
    person = factories.make_user()
    notice = told(person)
    client = ask(person)

    assert problem(client.post(PATH, {"kind": "offer_filled"}))[0] == 405
    for method in (client.put, client.patch, client.delete):
        assert problem(method(f"{PATH}{notice.pk}/"))[0] == 405
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, None),
        ({"ids": [1], "until": 1}, None),
        ({"ids": []}, "ids"),
        ({"ids": 5}, "ids"),
        ({"ids": ["x"]}, "ids.0"),
        ({"ids": [0]}, "ids.0"),
        ({"ids": [2**63]}, "ids.0"),
        ({"ids": [True, 1.5]}, "ids.0"),
        ({"ids": list(range(1, 102))}, "ids"),
        ({"until": 0}, "until"),
        ({"until": 10**40}, "until"),
        ({"until": None}, "until"),
        ({"all": True}, "all"),
        ([], None),
    ],
)
def test_what_can_not_be_marked_is_a_400(ask, problem, sent, field):
    person = factories.make_user()
    told(person)

    answer = ask(person).post(f"{PATH}read/", sent)

    assert problem(answer)[:2] == (400, "invalid")
    assert problem(answer)[2][0] == field
    assert Notice.objects.filter(read_at=None).count() == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("unread=perhaps", "unread"),
        ("kind=x", "kind"),
        ("user=1", "user"),
        ("page_size=-1", "page_size"),
    ],
)
def test_a_query_that_can_not_be_read_is_a_400_that_names_it(ask, problem, query, field):
    answer = ask(factories.make_user()).get(f"{PATH}?{query}")

    assert problem(answer) == (400, "invalid", [field])


@pytest.mark.parametrize("pk", ["x", "9" * 19, f"{10 ** 17}"])
def test_an_id_that_is_none_is_not_there(ask, problem, pk):
    assert problem(ask(factories.make_user()).get(f"{PATH}{pk}/"))[0] == 404


def test_a_list_costs_the_same_with_more_rows(ask, same_queries):
    person = factories.make_user()

    same_queries(ask(person), PATH, lambda: told(person))


def test_a_feed_goes_on_where_it_stopped_while_more_arrives(ask):
    person = factories.make_user()
    made = [told(person).pk for _ in range(3)]
    client = ask(person)
    first = client.get(f"{PATH}?page_size=2").json()
    told(person)

    second = client.get(first["next"]).json()

    assert [row["id"] for row in first["results"] + second["results"]] == made[::-1]
    assert (first["unread"], second["unread"], second["next"]) == (3, 4, None)
