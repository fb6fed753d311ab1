"""Owners who invite at once: letters are counted one at a time, for a party and for a person."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.accounts.models import Invitation
from marketplace.accounts.services import invite_member
from marketplace.notices.models import Email
from marketplace.parties.models import Party, User
from marketplace.parties.rules import MemberRole
from tests.marketplace.factories import NOW, make_membership, make_showroom
from tests.races.together import Act, at_once, holding, refusals, turns

pytestmark = pytest.mark.django_db(transaction=True)

_PARTY = "SELECT FROM parties_party WHERE id = %s FOR UPDATE"
_PERSON = "SELECT FROM parties_user WHERE id = %s FOR UPDATE"


def inviting(by: User, party: Party, email: str) -> Act:
    """What asks somebody to read along."""
    owner = User.objects.get(pk=by.pk)
    return partial(
        invite_member, by=owner, party=party, email=email, role=MemberRole.ANALYST, at=NOW
    )


def in_turn(row: str, key: int, *acts: Act) -> list[object]:
    """Each act once all wait for the row, which somebody held until then."""
    with turns() as act, holding(row, key):
        futures = [act.send(one, waiting=number) for number, one in enumerate(acts, start=1)]
    return [one.result() for one in futures]


def test_two_owners_of_a_party_share_its_last_letter() -> None:
    showroom = make_showroom()
    ann, bob = make_membership(party=showroom).user, make_membership(party=showroom).user
    for number in range(29):
        inviting(ann, showroom, f"guest{number}@example.com")()
        Invitation.objects.update(status=Invitation.Status.WITHDRAWN)

    outcomes = in_turn(
        _PARTY,
        showroom.pk,
        inviting(ann, showroom, "c@example.com"),
        inviting(bob, showroom, "d@example.com"),
    )

    assert refusals(outcomes) == ["too_many_invitation_letters"]
    assert Email.objects.count() == Invitation.objects.count() == 30


def test_two_owners_who_invite_one_address_at_once_leave_one_invitation() -> None:
    showroom = make_showroom()
    owners = [make_membership(party=showroom).user for _ in range(2)]

    outcomes = in_turn(
        _PARTY,
        showroom.pk,
        *(inviting(one, showroom, "bob@example.com") for one in owners),
    )

    assert refusals(outcomes) == []
    assert Invitation.objects.filter(status=Invitation.Status.WAITING).count() == 1


def test_two_showrooms_of_one_owner_share_the_owners_last_letter() -> None:
    ann = make_membership(party=make_showroom()).user
    first, *two = (make_membership(user=ann, party=make_showroom()).party for _ in range(3))
    for number in range(29):
        inviting(ann, first, f"guest{number}@example.com")()
        Invitation.objects.update(status=Invitation.Status.WITHDRAWN)

    outcomes = in_turn(
        _PERSON, ann.pk, *(inviting(ann, showroom, "bob@example.com") for showroom in two)
    )

    assert refusals(outcomes) == ["too_many_invitation_letters"]
    assert Email.objects.count() == 30


def test_many_invitations_at_once_send_three_letters_to_an_address() -> None:
    showroom = make_showroom()
    owners = [make_membership(party=showroom).user for _ in range(5)]

    outcomes = at_once(*(inviting(one, showroom, "bob@example.com") for one in owners))

    assert refusals(outcomes) == ["too_many_invitation_letters"] * 2
    assert Email.objects.count() == 3
