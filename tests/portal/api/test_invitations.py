"""Invitations through the API: an owner sends them, and whoever reads the mail accepts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from marketplace.accounts.models import Invitation
from marketplace.accounts.services import invite_member
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from tests.marketplace.accounts.letters import last_letter, token_in
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_user,
)
from tests.portal.api.sellers import make_cast

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]
PATH = "/api/invitations/"
ACCEPT = f"{PATH}accept/"
BOB = "bob@example.com"


@pytest.fixture(name="olga")
def _olga(db: None) -> User:
    del db
    return make_user(username="olga")


@pytest.fixture(name="showroom")
def _showroom(olga: User) -> Party:
    return make_showroom(name="Autohaus", owner=olga)


def _invited(by: User, party: Party, email: str = BOB, role: str = "manager") -> str:
    """The secret of a letter that went out."""
    invite_member(by=by, party=party, email=email, role=MemberRole(role), at=timezone.now())
    return token_in(last_letter(NoticeKind.INVITATION))


def _body(party: Party, **more: Any) -> dict[str, Any]:
    return {"party": party.pk, "email": BOB, "role": "manager"} | more


def _path(invitation: Invitation) -> str:
    return f"{PATH}{invitation.pk}/"


def _is_member(user: User, party: Party) -> bool:
    return Membership.objects.active().filter(user=user, party=party.pk).exists()


def test_an_owner_invites_and_only_the_letter_has_the_secret(
    ask: Ask, olga: User, showroom: Party
) -> None:
    answer = ask(olga).post(PATH, _body(showroom))

    invitation = Invitation.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": invitation.pk,
        "party": {"id": showroom.pk, "kind": "showroom", "name": "Autohaus"},
        "email": BOB,
        "role": "manager",
        "invited_by": "olga",
        "created_at": answer.json()["created_at"],
        "expires_at": answer.json()["expires_at"],
    }
    assert (invitation.party_id, invitation.role) == (showroom.pk, "manager")
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)
    letter = Email.objects.get()
    assert (letter.to, letter.kind) == (BOB, "invitation")
    assert token_in(letter) not in answer.content.decode()
    assert ask(olga).get(_path(invitation)).json() == answer.json()


#: Each asker: reading the showroom's invitation, inviting for it, and withdrawing it.
HATS = {
    "anonymous": (401, 401, 401),
    "person": (403, 403, 403),
    "customer": (403, 403, 403),
    "staff": (403, 403, 403),
    "showroom owner": (200, 201, 204),
    "showroom manager": (200, 403, 403),
    "showroom analyst": (200, 403, 403),
    "other showroom": (404, 400, 404),
    "supplier owner": (404, 400, 404),
    "supplier manager": (404, 403, 403),
    "supplier analyst": (404, 403, 403),
    "other supplier": (404, 400, 404),
}


@pytest.mark.parametrize("who", HATS)
def test_each_hat_reads_invites_and_withdraws_as_declared(ask: Ask, who: str) -> None:
    cast = make_cast()
    owner = cast.people["showroom owner"]
    assert owner is not None
    _invited(owner, cast.showroom)
    waiting = Invitation.objects.get()
    client = ask(cast.people[who])
    reads, invites, withdraws = HATS[who]

    assert client.get(_path(waiting)).status_code == reads
    answer = client.post(PATH, _body(cast.showroom, email="carl@example.com"))
    assert answer.status_code == invites
    assert Invitation.objects.count() == 1 + (invites == 201)
    assert client.delete(_path(waiting)).status_code == withdraws
    waiting.refresh_from_db()
    assert waiting.status == ("withdrawn" if withdraws == 204 else "waiting")


@pytest.mark.parametrize("key", ["0", "999999999999999999", "abc", "-1"])
@pytest.mark.parametrize("method", ["get", "delete"])
def test_what_is_no_invitation_is_not_found(
    ask: Ask, problem: Read, olga: User, showroom: Party, method: str, key: str
) -> None:
    assert showroom.pk
    assert problem(getattr(ask(olga), method)(f"{PATH}{key}/"))[0] == 404


def test_an_owner_here_who_is_an_analyst_there_does_not_invite_there(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    other = make_membership(user=olga, party=make_showroom(), role="analyst").party
    own = make_customer(user=olga)
    client = ask(olga)
    assert problem(client.post(PATH, _body(other)))[0] == 403
    assert problem(client.post(PATH, _body(own)))[::2] == (400, ["party"])
    assert problem(client.post(PATH, _body(showroom) | {"party": 10**15}))[::2] == (400, ["party"])
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"party": None}, ["party"]),
        ({"party": "x"}, ["party"]),
        ({"party": True}, ["party"]),
        ({"party": 0}, ["party"]),
        ({"party": 2**63}, ["party"]),
        ({"email": ""}, ["email"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": 5}, ["email"]),
        ({"email": ["a@example.com"]}, ["email"]),
        ({"email": f"{'a' * 250}@example.com"}, ["email"]),
        ({"email": "a\x00@example.com"}, ["email"]),
        ({"role": "king"}, ["role"]),
        ({"role": None}, ["role"]),
        ({"token": "mine"}, ["token"]),
        ({"email": "x", "role": "x"}, ["email", "role"]),
    ],
)
def test_a_senseless_invitation_names_its_fields(
    ask: Ask, problem: Read, olga: User, showroom: Party, change: Any, fields: list[str]
) -> None:
    answer = ask(olga).post(PATH, _body(showroom) | change, format="json")
    status, _, named = problem(answer)
    assert (status, list(dict.fromkeys(named))) == (400, fields)
    assert not Email.objects.exists()


def test_an_unconfirmed_owner_invites_nobody(ask: Ask, problem: Read) -> None:
    owner = make_user(confirmed=False)
    answer = ask(owner).post(PATH, _body(make_showroom(owner=owner)))
    assert problem(answer) == (403, "email_not_confirmed", [])


def test_a_member_is_not_invited_again(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    make_membership(party=showroom, user=make_user(email=BOB), role="analyst")
    assert problem(ask(olga).post(PATH, _body(showroom))) == (409, "already_member", ["email"])


def test_letters_to_an_address_end_and_say_when_they_go_on(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    client = ask(olga)
    for _ in range(3):
        key = client.post(PATH, _body(showroom)).json()["id"]
        assert client.delete(f"{PATH}{key}/").status_code == 204

    answer = client.post(PATH, _body(showroom))

    assert problem(answer) == (409, "too_many_invitation_letters", ["email"])
    assert 86_000 < int(answer["Retry-After"]) <= 86_400
    assert Email.objects.count() == 3
    assert client.post(PATH, _body(showroom, email="carl@example.com")).status_code == 201


def test_only_what_waits_is_listed(ask: Ask, olga: User, showroom: Party) -> None:
    for number in range(4):
        _invited(olga, showroom, f"guest{number}@example.com", role="analyst")
    first, second, third, fourth = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=first.pk).update(status="withdrawn")
    Invitation.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    stranger = make_user()
    _invited(stranger, make_showroom(owner=stranger))
    client = ask(olga)

    rows = client.get(f"{PATH}?ordering=email&role=analyst&party={showroom.pk}").json()["results"]

    assert [row["id"] for row in rows] == [third.pk, fourth.pk]
    assert client.get(f"{PATH}?q=GUEST3").json()["results"] == rows[1:]
    assert client.get(_path(first)).status_code == client.get(_path(second)).status_code == 404


def test_an_invitation_is_withdrawn_once(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    token = _invited(olga, showroom)
    path = _path(Invitation.objects.get())
    assert ask(olga).delete(path).status_code == 204
    assert problem(ask(olga).delete(path))[0] == 404
    bob = make_user(email=BOB)
    assert problem(ask(bob).post(ACCEPT, {"token": token}))[:2] == (409, "invitation_gone")
    assert not _is_member(bob, showroom)


def test_the_invited_person_accepts_once(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    token, bob = _invited(olga, showroom), make_user(username="bob", email=BOB)
    client = ask(bob)

    answer = client.post(ACCEPT, {"token": token})

    membership = Membership.objects.get(user=bob)
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": membership.pk,
            "party": {"id": showroom.pk, "kind": "showroom", "name": "Autohaus"},
            "username": "bob",
            "role": "manager",
            "created_at": answer.json()["created_at"],
        },
    )
    assert client.get(f"/api/memberships/{membership.pk}/").json() == answer.json()
    assert [(one.user, one.kind) for one in Notice.objects.all()] == [(olga, "invitation_accepted")]
    assert problem(client.post(ACCEPT, {"token": token}))[:2] == (409, "invitation_gone")
    assert Membership.objects.filter(user=bob).count() == 1


def test_nobody_accepts_with_another_or_an_unconfirmed_address(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    token = _invited(olga, showroom)
    carl, claims = make_user(email="carl@example.com"), make_user(email=BOB, confirmed=False)

    assert problem(ask().post(ACCEPT, {"token": token}))[0] == 401
    assert problem(ask(carl).post(ACCEPT, {"token": token}))[:2] == (403, "invitation_for_another")
    assert problem(ask(claims).post(ACCEPT, {"token": token}))[:2] == (403, "email_not_confirmed")

    assert not _is_member(carl, showroom) and not _is_member(claims, showroom)
    assert ask(make_user(email=BOB)).post(ACCEPT, {"token": token}).status_code == 201


def test_an_invitation_that_ran_out_or_whose_party_left_is_gone(
    ask: Ask, problem: Read, olga: User, showroom: Party
) -> None:
    token, bob = _invited(olga, showroom), make_user(email=BOB)
    Party.objects.filter(pk=showroom.pk).update(is_active=False)
    assert problem(ask(bob).post(ACCEPT, {"token": token}))[:2] == (409, "party_inactive")
    Party.objects.filter(pk=showroom.pk).update(is_active=True)
    Invitation.objects.update(expires_at=timezone.now())
    assert problem(ask(bob).post(ACCEPT, {"token": token}))[:2] == (409, "invitation_gone")
    assert not _is_member(bob, showroom)


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 400, ["token"]),
        ({"token": ""}, 400, ["token"]),
        ({"token": None}, 400, ["token"]),
        ({"token": "x" * 65}, 400, ["token"]),
        ({"token": "a\x00b"}, 400, ["token"]),
        ({"token": "x", "role": "owner"}, 400, ["role"]),
        ({"token": "unknown"}, 409, []),
    ],
)
def test_a_senseless_acceptance_is_refused(
    ask: Ask, problem: Read, body: Any, status: int, fields: list[str]
) -> None:
    answer = ask(make_user()).post(ACCEPT, body, format="json")
    assert problem(answer)[::2] == (status, fields)


def test_the_list_costs_the_same_queries_however_long(
    ask: Ask, same_queries: Callable[..., None], showroom: Party
) -> None:
    def one_more() -> None:
        owner = make_membership(party=showroom).user
        number = Invitation.objects.count()
        Invitation.objects.create(
            party=showroom,
            invited_by=owner,
            email=f"guest{number}@example.com",
            role="analyst",
            token_digest=f"{number}",
            expires_at=timezone.now() + timedelta(days=1),
        )

    manager = make_membership(party=showroom, role="manager").user
    same_queries(ask(manager), f"{PATH}?page_size=100", one_more)
