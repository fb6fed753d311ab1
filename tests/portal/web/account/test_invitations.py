"""Invitations, opened from the letter's link."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Invitation
from marketplace.accounts.services import invite_member, withdraw_invitation
from marketplace.notices.models import Email
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from tests.marketplace.factories import make_membership, make_showroom, make_supplier, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(name="party")
def _party() -> Party:
    return make_showroom(name="Autohaus", owner=make_user(username="olga"))


def _invite(party: Party, email: str = "new@example.com") -> tuple[Invitation, str]:
    """The invitation, and the path in its letter."""
    owner = Membership.objects.get(party=party, role="owner").user
    invitation = invite_member(
        by=owner, party=party, email=email, role=MemberRole.MANAGER, at=timezone.now()
    )
    return invitation, Email.objects.latest("pk").values["path"]


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _is_member(user: User, party: Party) -> bool:
    return Membership.objects.active().filter(user=user, party=party).exists()


def test_a_stranger_reads_who_invites_to_what_and_how_to_join(client: Client, party: Party) -> None:
    _, path = _invite(party)

    page = client.get(path).content.decode()

    assert "<b>olga</b> invites you to act for <b>Autohaus</b> (Showroom)" in page
    assert "<b>Manager</b>" in page
    token = path.strip("/").rpartition("/")[2]
    assert f"/sign-up/?invitation={token}&amp;email=new%40example.com" in page
    assert f"/log-in/?next={quote(path, safe='')}" in page
    assert "Accept" not in page


def test_the_invited_person_accepts_and_acts_for_the_party(party: Party) -> None:
    _, path = _invite(party, "Eva@Example.com")
    person = make_user(username="eva", email="eva@example.com")
    client = _client(person)
    assert "Accept" in client.get(path).content.decode()

    answer = client.post(path)

    assert (answer.status_code, answer["Location"]) == (303, f"/team/{party.pk}/")
    member = Membership.objects.active().get(user=person, party=party)
    assert member.role == "manager"
    team = client.get(answer["Location"]).content.decode()
    assert "Welcome to the team." in team
    assert "<b>Autohaus</b><small>Showroom · Manager</small>" in team


def test_a_new_hat_is_worn_at_once(party: Party) -> None:
    person = make_membership(
        user=make_user(username="eva"), party=make_supplier(name="Aardvark")
    ).user
    _, path = _invite(party, person.email)
    client = _client(person)
    client.post(path)
    assert client.session["hat"] == party.pk


def test_somebody_else_is_told_what_to_do_and_cannot_accept(party: Party) -> None:
    _, path = _invite(party)
    other = make_user(username="other")
    client = _client(other)

    page = client.get(path).content.decode()
    answer = client.post(path)

    assert "was sent to new@example.com, and you are logged in as other@example.com" in page
    assert "Accept" not in page and 'action="/log-out/"' in page
    assert answer.status_code == 422 and "sent to another e-mail address" in answer.content.decode()
    assert not _is_member(other, party)


def test_who_has_not_confirmed_the_address_confirms_first(party: Party) -> None:
    _, path = _invite(party, "eva@example.com")
    person = make_user(username="eva", confirmed=False)

    answer = _client(person).post(path)

    assert answer.status_code == 422
    assert "Please confirm your e-mail address first." in answer.content.decode()
    assert not _is_member(person, party)


def test_a_member_is_told_so(party: Party) -> None:
    _, path = _invite(party, "eva@example.com")
    person = make_user(username="eva")
    make_membership(user=person, party=party, role="analyst")

    answer = _client(person).post(path)

    assert answer.status_code == 422 and "member already" in answer.content.decode()


@pytest.mark.parametrize("why", ["withdrawn", "expired", "accepted", "party closed", "unknown"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_invitation_that_is_gone_says_so(party: Party, why: str, method: str) -> None:
    invitation, path = _invite(party, "eva@example.com")
    person = make_user(username="eva")
    if why == "withdrawn":
        withdraw_invitation(by=invitation.invited_by, invitation=invitation, at=timezone.now())
    elif why == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif why == "accepted":
        Invitation.objects.update(status=Invitation.Status.ACCEPTED)
    elif why == "party closed":
        Party.objects.update(is_active=False)
    else:
        path = "/account/invitations/no-such-token/"

    answer = getattr(_client(person), method)(path)

    page = answer.content.decode()
    assert answer.status_code == 404 and "This invitation is no longer good" in page
    assert "Autohaus" not in page and "Accept" not in page
    assert not _is_member(person, party)


def test_a_stranger_cannot_accept(client: Client, party: Party) -> None:
    _, path = _invite(party)

    answer = client.post(path)

    assert answer.status_code == 200 and "Sign up and join" in answer.content.decode()
    assert Membership.objects.count() == 1


@pytest.mark.parametrize("token", ["%00", "%ff", "🚗", "x" * 2000, "..", "%2e%2e"])
def test_a_malformed_token_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/account/invitations/{token}/").status_code == 404
