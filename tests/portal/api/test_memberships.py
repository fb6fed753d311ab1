"""Memberships through the API: everybody in a team sees it, its owners decide, and anybody may leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from marketplace.notices.models import Notice
from marketplace.parties.models import Membership, Party
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)
from tests.portal.api.sellers import make_cast

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]
PATH = "/api/memberships/"


def _path(membership: Membership) -> str:
    return f"{PATH}{membership.pk}/"


def _roles(party: Party) -> dict[str, str]:
    members = Membership.objects.active().filter(party=party.pk)
    return dict(members.values_list("user__username", "role"))


def _names(answer: Any) -> list[str]:
    return [row["username"] for row in answer.json()["results"]]


@pytest.fixture(name="team")
def _team(db: None) -> Party:
    """A showroom of olga's, with max the manager and ana the analyst."""
    del db
    showroom = make_showroom(name="Autohaus", owner=make_user(username="olga"))
    make_membership(party=showroom, user=make_user(username="max"), role="manager")
    make_membership(party=showroom, user=make_user(username="ana"), role="analyst")
    return showroom


def _member(party: Party, username: str) -> Membership:
    return Membership.objects.get(party=party.pk, user__username=username)


def test_a_membership_says_who_acts_for_whom_and_as_what(ask: Ask, team: Party) -> None:
    ana = _member(team, "ana")
    row = ask(ana.user).get(_path(ana)).json()
    assert row == {
        "id": ana.pk,
        "party": {"id": team.pk, "kind": "showroom", "name": "Autohaus"},
        "username": "ana",
        "role": "analyst",
        "created_at": "2025-03-02T12:00:00Z",
    }


def test_everybody_in_a_team_sees_who_is_in_it_and_nobody_else(ask: Ask, team: Party) -> None:
    make_membership(party=make_showroom())
    make_membership(party=team, is_active=False)
    make_membership(party=team, user=make_user(is_active=False))
    for name in ("olga", "max", "ana"):
        answer = ask(_member(team, name).user).get(PATH)
        assert (answer.json()["count"], set(_names(answer))) == (3, {"olga", "max", "ana"})
    assert ask(make_customer().user).get(PATH).json()["count"] == 0


def test_a_person_sees_all_their_teams_and_narrows_them(ask: Ask, team: Party) -> None:
    olga = _member(team, "olga").user
    supplier = make_membership(party=make_supplier(name="Werk"), user=olga, role="analyst").party
    make_membership(party=make_showroom(name="Closed", is_active=False), user=olga)
    client = ask(olga)

    assert client.get(PATH).json()["count"] == 4
    assert _names(client.get(f"{PATH}?party={supplier.pk}")) == ["olga"]
    assert set(_names(client.get(f"{PATH}?role=analyst"))) == {"ana", "olga"}
    assert _names(client.get(f"{PATH}?q=MAX")) == ["max"]
    names = _names(client.get(f"{PATH}?party={team.pk}&ordering=-username"))
    assert names == ["olga", "max", "ana"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("party=x", "party"),
        ("party=0", "party"),
        ("role=king", "role"),
        ("ordering=email", "ordering"),
        ("user=1", "user"),
        ("page_size=0", "page_size"),
    ],
)
def test_a_senseless_question_names_its_parameter(
    ask: Ask, problem: Read, team: Party, query: str, field: str
) -> None:
    status, _, fields = problem(ask(_member(team, "olga").user).get(f"{PATH}?{query}"))
    assert (status, fields) == (400, [field])


#: Each asker, what reading the showroom's analyst brings, and what writing does.
HATS = {
    "anonymous": (401, 401, 401),
    "person": (404, 403, 403),
    "customer": (404, 403, 403),
    "staff": (404, 403, 403),
    "showroom owner": (200, 200, 204),
    "showroom manager": (200, 403, 403),
    "showroom analyst": (200, 403, 204),
    "other showroom": (404, 404, 404),
    "supplier owner": (404, 404, 404),
    "supplier manager": (404, 403, 404),
    "supplier analyst": (404, 403, 404),
    "other supplier": (404, 404, 404),
}


@pytest.mark.parametrize("who", HATS)
def test_each_hat_reads_and_writes_a_showrooms_team_as_declared(ask: Ask, who: str) -> None:
    cast = make_cast()
    analyst = Membership.objects.get(party=cast.showroom.pk, role="analyst")
    client, path = ask(cast.people[who]), _path(analyst)
    reads, changes, ends = HATS[who]

    assert client.get(path).status_code == reads
    assert client.patch(path, {"role": "manager"}).status_code == changes
    analyst.refresh_from_db()
    assert analyst.role == ("manager" if changes == 200 else "analyst")
    assert client.delete(path).status_code == ends
    analyst.refresh_from_db()
    assert analyst.is_active == (ends != 204)


@pytest.mark.parametrize("key", ["0", "999999999999999999", "9" * 19, "abc", "-1", "1%00"])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_what_is_no_membership_is_not_found(
    ask: Ask, problem: Read, team: Party, method: str, key: str
) -> None:
    client = ask(_member(team, "olga").user)
    body = {"role": "owner"} if method == "patch" else None
    assert problem(getattr(client, method)(f"{PATH}{key}/", body))[0] == 404


def test_an_owner_here_who_is_an_analyst_there_changes_nothing_there(
    ask: Ask, problem: Read, team: Party
) -> None:
    ana = _member(team, "ana")
    make_showroom(owner=ana.user)

    answer = ask(ana.user).patch(_path(_member(team, "max")), {"role": "analyst"})

    assert problem(answer)[0] == 403 and _roles(team)["max"] == "manager"
    assert problem(ask(ana.user).delete(_path(_member(team, "max"))))[:2] == (403, "not_an_owner")


def test_an_owner_gives_a_role_and_the_member_is_told(ask: Ask, team: Party) -> None:
    ana = _member(team, "ana")

    answer = ask(_member(team, "olga").user).patch(_path(ana), {"role": "owner"})

    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert _roles(team) == {"olga": "owner", "max": "manager", "ana": "owner"}
    told = Notice.objects.get()
    assert (told.user, told.kind) == (ana.user, "role_changed")
    assert told.values == {"party": "Autohaus", "role": "owner"}


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "role", "required"),
        ({"role": None}, "role", "null"),
        ({"role": "king"}, "role", "invalid_choice"),
        ({"role": 5}, "role", "invalid_choice"),
        ({"role": ["owner"]}, "role", "invalid_choice"),
        ({"role": {"a": 1}}, "role", "invalid_choice"),
        ({"role": "owner", "username": "eve"}, "username", "unknown_field"),
        ({"role": "owner", "party": 1}, "party", "unknown_field"),
        ({"role": "owner", "is_active": False}, "is_active", "unknown_field"),
        ([], None, "invalid"),
        ("owner", None, "invalid"),
    ],
)
def test_a_senseless_change_names_its_field(
    ask: Ask, team: Party, body: Any, field: str | None, code: str
) -> None:
    path = _path(_member(team, "ana"))
    answer = ask(_member(team, "olga").user).patch(path, body, format="json")
    assert answer.status_code == 400
    errors = [(one["field"], one["code"]) for one in answer.json()["errors"]]
    assert errors == [(field, code)]
    assert _roles(team)["ana"] == "analyst"


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_the_last_owner_stays_one(ask: Ask, problem: Read, team: Party, role: str) -> None:
    olga = _member(team, "olga")
    make_membership(party=team, user=make_user(is_active=False))  # can't log in, so is no owner
    client = ask(olga.user)

    assert problem(client.patch(_path(olga), {"role": role}))[:2] == (409, "last_owner")
    assert problem(client.delete(_path(olga)))[:2] == (409, "last_owner")

    assert _roles(team)["olga"] == "owner"
    assert not Notice.objects.exists()
    make_membership(party=team)
    assert client.patch(_path(olga), {"role": role}).status_code == 200
    assert client.delete(_path(olga)).status_code == 204


def test_a_member_leaves_once_and_sees_the_team_no_longer(
    ask: Ask, problem: Read, team: Party
) -> None:
    max_ = _member(team, "max")
    client = ask(max_.user)

    assert client.delete(_path(max_)).status_code == 204

    assert problem(client.delete(_path(max_)))[0] == 403  # acts for nobody any more
    make_showroom(owner=max_.user)
    client = ask(max_.user)
    assert problem(client.delete(_path(max_)))[0] == problem(client.get(_path(max_)))[0] == 404
    assert _names(client.get(f"{PATH}?party={team.pk}")) == []
    assert set(_roles(team)) == {"olga", "ana"}


def test_an_owner_throws_a_member_out_and_the_member_is_told(ask: Ask, team: Party) -> None:
    ana = _member(team, "ana")
    assert ask(_member(team, "olga").user).delete(_path(ana)).status_code == 204
    assert set(_roles(team)) == {"olga", "max"}
    assert [(one.user, one.kind) for one in Notice.objects.all()] == [
        (ana.user, "membership_ended")
    ]


def test_nobody_makes_a_membership_by_hand(ask: Ask, problem: Read, team: Party) -> None:
    client = ask(_member(team, "olga").user)
    body = {"party": team.pk, "user": make_user().pk, "role": "owner"}
    assert problem(client.post(PATH, body))[0] == 405
    assert problem(client.put(_path(_member(team, "ana")), body))[0] == 405
    assert len(_roles(team)) == 3


def test_the_list_costs_the_same_queries_however_long(
    ask: Ask, same_queries: Callable[..., None], team: Party
) -> None:
    olga = _member(team, "olga").user
    same_queries(ask(olga), f"{PATH}?page_size=100", lambda: make_membership(party=team))
    same_queries(
        ask(olga),
        f"{PATH}?page_size=100",
        lambda: make_membership(party=make_showroom(), user=olga),
    )
