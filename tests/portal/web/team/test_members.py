"""A party's team: who sees it, and what only its owners can do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Invitation
from marketplace.accounts.services import invite_member
from marketplace.notices.models import Email
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_superuser,
    make_supplier,
    make_user,
)
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture(name="party")
def _party() -> Party:
    """A showroom with an owner olga, a manager max and an analyst ana."""
    made = make_showroom(name="Werk")
    for username, role in (("olga", "owner"), ("max", "manager"), ("ana", "analyst")):
        make_membership(user=make_user(username=username), party=made, role=role)
    return made


def _as(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _path(party: Party) -> str:
    return f"/team/{party.pk}/"


def _member(party: Party, username: str) -> Membership:
    return Membership.objects.get(party=party, user__username=username)


def _invitation(party: Party, email: str = "eva@example.com") -> Invitation:
    owner = Membership.objects.active().filter(party=party, role="owner").first()
    assert owner is not None
    return invite_member(
        by=owner.user, party=party, email=email, role=MemberRole.ANALYST, at=timezone.now()
    )


#: Every act on a team as the page sends it.
ACTS: dict[str, Callable[[Party], dict[str, object]]] = {
    "invite": lambda p: {"id": p.pk, "email": "new@example.com", "role": "manager"},
    "change-role": lambda p: {"id": _member(p, "ana").pk, "role": "owner"},
    "remove": lambda p: {"id": _member(p, "ana").pk},
    "withdraw": lambda p: {"id": Invitation.objects.get(party=p).pk},
}


def _state(party: Party) -> tuple[list[object], list[object]]:
    members = Membership.objects.active().filter(party=party).order_by("pk")
    invitations = Invitation.objects.filter(party=party).order_by("pk")
    return (
        list(members.values_list("user__username", "role")),
        list(invitations.values_list("email", "role", "status")),
    )


def test_an_owner_sees_the_team_and_the_forms(party: Party) -> None:
    _invitation(party)

    page = _as("olga").get(_path(party)).content.decode()

    assert all(f"<b>{name}</b>" in page for name in ("olga", "max", "ana"))
    assert "max@example.com" in page and "2 Mar 2025" in page
    assert "eva@example.com" in page and 'value="withdraw"' in page
    assert page.count('value="change-role"') == 3 and page.count('value="remove"') == 2


def test_a_supplier_has_a_team_too() -> None:
    supplier = make_supplier(owner=make_user(username="olga"))
    client = _as("olga")
    assert client.get(_path(supplier)).status_code == 200
    data = {"act": "invite"} | ACTS["invite"](supplier)
    assert client.post(_path(supplier), data).status_code == 303


@pytest.mark.parametrize("reader", ["max", "ana"])
def test_a_manager_and_an_analyst_read_only(party: Party, reader: str) -> None:
    _invitation(party)

    page = _as(reader).get(_path(party)).content.decode()

    assert all(f"<b>{name}</b>" in page for name in ("olga", "max", "ana"))
    assert "olga@example.com" not in page and "eva@example.com" not in page
    assert 'name="act"' not in page
    assert f'action="/account/memberships/{_member(party, reader).pk}/leave/"' in page


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("reader", ["max", "ana"])
def test_who_only_reads_is_refused_each_act(party: Party, act: str, reader: str) -> None:
    _invitation(party)
    before = _state(party)

    answer = _as(reader).post(_path(party), {"act": act} | ACTS[act](party))

    assert answer.status_code == 403 and _state(party) == before


@pytest.mark.parametrize("act", ["", *ACTS])
@pytest.mark.parametrize("who", ["stranger", "customer", "staff", "other owner", "former"])
def test_for_anybody_else_the_team_does_not_exist(party: Party, act: str, who: str) -> None:
    _invitation(party)
    make_user(username="stranger")
    make_customer(user=make_user(username="customer"))
    make_superuser(username="staff")
    make_showroom(owner=make_user(username="other owner"))
    make_membership(user=make_user(username="former"), party=party, is_active=False)
    before = _state(party)
    client = _as(who)

    answer = (
        client.post(_path(party), {"act": act} | ACTS[act](party))
        if act
        else client.get(_path(party))
    )

    assert answer.status_code == 404 and _state(party) == before


def test_who_is_not_logged_in_is_sent_there(client: Client, party: Party) -> None:
    for answer in (client.get(_path(party)), client.post(_path(party), {"act": "invite"})):
        assert (answer.status_code, answer["Location"]) == (302, f"/log-in/?next={_path(party)}")


@pytest.mark.parametrize("party_id", ["0", "9" * 19, "9" * 60, "9" * 5000, "abc", "-1", "1%00"])
def test_what_is_no_party_has_no_team(party_id: str) -> None:
    make_user(username="olga")
    assert _as("olga").get(f"/team/{party_id}/").status_code == 404


def test_a_closed_party_has_no_team(party: Party) -> None:
    Party.objects.update(is_active=False)
    assert _as("olga").get(_path(party)).status_code == 404


def test_an_owner_invites_by_letter(party: Party) -> None:
    client = _as("olga")

    answer = client.post(_path(party), {"act": "invite"} | ACTS["invite"](party))

    assert (answer.status_code, answer["Location"]) == (303, _path(party))
    assert _state(party)[1] == [("new@example.com", "manager", "waiting")]
    assert Email.objects.get().to == "new@example.com"
    page = client.get(_path(party)).content.decode()
    assert "The invitation is on its way." in page and "new@example.com" in page


def test_an_address_that_was_invited_too_often_is_told_at_its_field(party: Party) -> None:
    client = _as("olga")
    for _ in range(3):
        assert (
            client.post(_path(party), {"act": "invite"} | ACTS["invite"](party)).status_code == 303
        )

    answer = client.post(_path(party), {"act": "invite"} | ACTS["invite"](party))

    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="new@example.com"' in page
    assert (
        "This address was invited so often within a day that the next letter has to wait." in page
    )
    assert Email.objects.count() == 3


def test_an_owner_changes_a_role(party: Party) -> None:
    answer = _as("olga").post(_path(party), {"act": "change-role"} | ACTS["change-role"](party))
    assert answer.status_code == 303 and _member(party, "ana").role == "owner"


def test_an_owner_removes_a_member(party: Party) -> None:
    ana = _as("ana")
    assert ana.get(_path(party)).status_code == 200

    answer = _as("olga").post(_path(party), {"act": "remove"} | ACTS["remove"](party))

    assert answer.status_code == 303 and not _member(party, "ana").is_active
    assert ana.get(_path(party)).status_code == 404


def test_an_owner_withdraws_an_invitation(party: Party) -> None:
    _invitation(party)
    client = _as("olga")

    answer = client.post(_path(party), {"act": "withdraw"} | ACTS["withdraw"](party))

    assert answer.status_code == 303
    assert _state(party)[1] == [("eva@example.com", "analyst", "withdrawn")]
    assert "eva@example.com" not in client.get(_path(party)).content.decode()


@pytest.mark.parametrize("act", ["change-role", "remove"])
def test_the_last_owner_stays_and_is_told_in_place(
    party: Party, act: str, ask_partial: Ask
) -> None:
    before, owner = _state(party), _member(party, "olga")
    data = {"act": act, "id": owner.pk, "role": "analyst"}

    answer = ask_partial(_as("olga"), _path(party), "team", data=data)

    line = answer.content.decode().split(f'id="member-{owner.pk}"')[1].split("</li>")[0]
    assert answer.status_code == 422 and "The last owner stays." in line
    assert answer.content.lstrip().startswith(b'<div id="team"')
    assert _state(party) == before


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("", "manager", "This field is required."),
        ("nonsense", "manager", "valid email"),
        ("a@b.example\x00", "manager", "Null characters"),
        ("new@example.com", "emperor", "not one of the available choices"),
        ("max@example.com", "manager", "This person is a member already."),
    ],
)
def test_an_invitation_that_makes_no_sense_is_a_422_that_keeps_what_was_typed(
    party: Party, email: str, role: str, said: str
) -> None:
    data = {"act": "invite", "id": party.pk, "email": email, "role": role}

    answer = _as("olga").post(_path(party), data)

    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "autofocus" in page
    assert not Invitation.objects.exists()
    if email.isprintable():
        assert f'value="{email}"' in page or not email


def test_who_invites_has_confirmed_an_address(party: Party) -> None:
    User.objects.update(email_confirmed_at=None)
    answer = _as("olga").post(_path(party), {"act": "invite"} | ACTS["invite"](party))
    assert answer.status_code == 422
    assert "Please confirm your e-mail address first." in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_that_was_answered_meanwhile_is_told(party: Party) -> None:
    _invitation(party)
    Invitation.objects.update(status=Invitation.Status.ACCEPTED)

    answer = _as("olga").post(_path(party), {"act": "withdraw"} | ACTS["withdraw"](party))

    assert answer.status_code == 422 and "no longer good" in answer.content.decode()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("also_owner", [True, False])
def test_ids_of_another_party_are_not_found(party: Party, act: str, also_owner: bool) -> None:
    """Even somebody who owns both acts on each in its own place only."""
    other = make_showroom(owner=make_user())
    make_membership(user=make_user(username="other ana"), party=other)
    if also_owner:
        make_membership(user=User.objects.get(username="olga"), party=other)
    theirs = {
        "invite": other.pk,
        "change-role": _member(other, "other ana").pk,
        "remove": _member(other, "other ana").pk,
        "withdraw": _invitation(other).pk,
    }
    before = _state(other)

    data = {"email": "x@example.com", "role": "analyst"} | {"act": act, "id": theirs[act]}
    answer = _as("olga").post(_path(party), data)

    assert answer.status_code == 404 and _state(other) == before


@pytest.mark.parametrize("act", ["", "explode", "invite", "remove", "change-role", "withdraw"])
@pytest.mark.parametrize("key", ["", "abc", "-1", "0", "9" * 18, "9" * 40, "1\x00", "١"])
def test_what_is_no_key_or_no_act_is_not_found(party: Party, act: str, key: str) -> None:
    assert _as("olga").post(_path(party), {"act": act, "id": key}).status_code == 404


def test_an_owner_who_steps_down_goes_on_as_what_they_chose(party: Party) -> None:
    make_membership(party=party)
    client, owner = _as("olga"), _member(party, "olga")

    answer = client.post(
        _path(party), {"act": "change-role", "id": owner.pk, "role": "analyst"}, follow=True
    )

    assert answer.status_code == 200 and 'name="act"' not in answer.content.decode()


@pytest.mark.parametrize("leaver", ["max", "ana"])
def test_anybody_can_leave_from_the_page(party: Party, leaver: str) -> None:
    client = _as(leaver)
    page = client.get(_path(party)).content.decode()
    door = page.split('action="/account/memberships/')[1].split('"')[0]

    assert client.post(f"/account/memberships/{door}").status_code == 303

    assert not _member(party, leaver).is_active
    assert client.get(_path(party)).status_code == 404


@pytest.mark.parametrize("size", [1, 30])
def test_the_page_costs_the_same_whatever_the_size(
    size: int, django_assert_num_queries: Callable[..., object]
) -> None:
    party = make_showroom(owner=make_user(username="olga"))
    for number in range(size):
        make_membership(party=party, role="analyst")
        if number < 15:
            _invitation(party, f"person{number}@example.com")
    client = _as("olga")
    client.get(_path(party))
    with django_assert_num_queries(6):  # type: ignore[attr-defined]
        client.get(_path(party))
