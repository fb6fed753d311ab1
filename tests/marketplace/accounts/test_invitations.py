"""Asking people by e-mail to act for a showroom or a supplier."""

from datetime import timedelta

import pytest

from marketplace.accounts.errors import (
    InvitationForAnother,
    InvitationGone,
    NotAnOwner,
    TooManyInvitationLetters,
    TooManyInvitations,
)
from marketplace.accounts.models import Invitation
from marketplace.accounts.rules import INVITATION_LIFE
from marketplace.accounts.selectors import invitation_for, invitations_of
from marketplace.accounts.services import accept_invitation, invite_member, withdraw_invitation
from marketplace.common.errors import Invalid, NotAllowed
from marketplace.notices.models import Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.errors import (
    AccountInactive,
    AlreadyMember,
    EmailNotConfirmed,
    PartyInactive,
)
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import membership_of
from marketplace.parties.services import deactivate_party
from tests.marketplace.accounts.letters import last_letter, token_in, written
from tests.marketplace.factories import (
    NOW,
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)
BOB = "bob@example.com"


@pytest.fixture(name="ann")
def ann_():
    return make_user(username="ann", language="es")


@pytest.fixture(name="showroom")
def showroom_(ann):
    return make_showroom(owner=ann, name="Corner")


def invite(by, party, email=BOB, role=MemberRole.MANAGER, at=NOW):
    """Invite; returns the secret that was sent."""
    invite_member(by=by, party=party, email=email, role=role, at=at)
    return token_in(last_letter(NoticeKind.INVITATION))


def accept(user, token, at=NOW):
    return accept_invitation(user=user, token=token, at=at)


def roles_at(party):
    members = Membership.objects.active().filter(party=party.pk).order_by("pk")
    return [(one.user.username, one.role) for one in members]


@pytest.mark.parametrize("make", [make_showroom, make_supplier])
def test_an_owner_invites_by_e_mail(ann, make):
    party = make(owner=ann, name="Corner")

    token = invite(ann, Party.objects.get(pk=party.pk), " Bob@Example.COM ")

    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("Bob@example.com", "manager")
    assert (invitation.invited_by, invitation.party_id) == (ann, party.pk)
    assert invitation.expires_at == NOW + timedelta(days=7)
    assert token not in invitation.token_digest
    letter = last_letter(NoticeKind.INVITATION)
    assert (letter.to, letter.language) == ("Bob@example.com", "es")
    assert letter.expires_at == invitation.expires_at
    assert letter.values == {
        "party": "Corner",
        "role": "manager",
        "inviter": "ann",
        "path": f"/account/invitations/{token}/",
        "days": 7,
    }
    assert list(invitations_of(party, NOW)) == [invitation_for(token, NOW)] == [invitation]


def test_the_invited_person_becomes_a_member_and_the_owners_are_told(ann, showroom):
    other = make_user(username="other")
    make_membership(user=other, party=showroom)
    make_membership(party=showroom, role="analyst")
    bob = make_user(username="bob", email="BOB@example.com")
    token = invite(ann, showroom)

    membership = accept(bob, token)

    assert (membership.user, membership.party_id, membership.role) == (bob, showroom.pk, "manager")
    assert roles_at(showroom)[-1] == ("bob", "manager")
    assert Invitation.objects.get().status == "accepted"
    told = Notice.objects.filter(kind=NoticeKind.INVITATION_ACCEPTED)
    assert {one.user for one in told} == {ann, other}
    assert told[0].values == {"party": "Corner", "person": "bob", "role": "manager"}
    assert not invitations_of(showroom, NOW)


def test_an_invitation_is_accepted_once_in_however_many_tabs(ann, showroom):
    bob = make_user(username="bob", email=BOB)
    token = invite(ann, showroom)
    accept(bob, token)

    with pytest.raises(InvitationGone):
        accept(bob, token)
    assert invitation_for(token, NOW) is None
    assert roles_at(showroom) == [("ann", "owner"), ("bob", "manager")]


def test_an_invitation_is_for_whoever_reads_its_mail(ann, showroom):
    token = invite(ann, showroom)

    with pytest.raises(InvitationForAnother):
        accept(make_user(email="carl@example.com"), token)
    with pytest.raises(InvitationForAnother):
        accept(make_user(email="carl2@example.com", confirmed=False), token)
    with pytest.raises(EmailNotConfirmed):
        accept(make_user(email=BOB, confirmed=False), token)
    assert roles_at(showroom) == [("ann", "owner")]
    assert issubclass(InvitationForAnother, NotAllowed)


def test_an_address_that_changed_since_no_longer_counts(ann, showroom):
    bob = make_user(email=BOB)
    token = invite(ann, showroom)
    User.objects.filter(pk=bob.pk).update(email="robert@example.com")

    with pytest.raises(InvitationForAnother):
        accept(bob, token)


def test_an_invitation_lasts_seven_days(ann, showroom):
    bob = make_user(email=BOB)
    token = invite(ann, showroom)

    with pytest.raises(InvitationGone):
        accept(bob, token, at=NOW + INVITATION_LIFE)
    assert invitation_for(token, NOW + INVITATION_LIFE) is None
    assert not invitations_of(showroom, NOW + INVITATION_LIFE)
    accept(bob, token, at=NOW + INVITATION_LIFE - MOMENT)


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 10_000])
def test_an_unknown_invitation_is_refused(ann, showroom, token):
    invite(ann, showroom)

    with pytest.raises(InvitationGone):
        accept(make_user(email=BOB), token)
    assert invitation_for(token, NOW) is None


def test_a_withdrawn_invitation_is_gone(ann, showroom):
    bob = make_user(email=BOB)
    token = invite(ann, showroom)
    invitation = Invitation.objects.get()

    withdraw_invitation(by=ann, invitation=invitation, at=NOW)

    assert invitation.status == "withdrawn"
    with pytest.raises(InvitationGone):
        accept(bob, token)
    with pytest.raises(InvitationGone):
        withdraw_invitation(by=ann, invitation=invitation, at=NOW)
    assert invitation_for(token, NOW) is None


def test_an_accepted_invitation_can_not_be_withdrawn(ann, showroom):
    accept(make_user(username="bob", email=BOB), invite(ann, showroom))

    with pytest.raises(InvitationGone):
        withdraw_invitation(by=ann, invitation=Invitation.objects.get(), at=NOW)
    assert roles_at(showroom)[-1] == ("bob", "manager")


def test_only_an_owner_of_the_party_invites_and_withdraws(ann, showroom):
    invite(ann, showroom)
    invitation = Invitation.objects.get()
    strangers = [
        make_membership(party=showroom, role="manager").user,
        make_membership(party=showroom, role="analyst").user,
        make_membership(party=showroom, is_active=False).user,
        make_membership(party=showroom, user=make_user(is_active=False)).user,
        make_membership(party=make_showroom()).user,
        make_user(is_staff=True),
    ]

    for stranger in strangers:
        with pytest.raises(NotAnOwner):
            invite(stranger, showroom, "carl@example.com")
        with pytest.raises(NotAnOwner):
            withdraw_invitation(by=stranger, invitation=invitation, at=NOW)
    assert list(invitations_of(showroom, NOW)) == [invitation]
    assert issubclass(NotAnOwner, NotAllowed)


def test_nobody_is_invited_to_a_customer(ann):
    with pytest.raises(NotAnOwner):
        invite(ann, make_customer(user=ann))


def test_an_unconfirmed_owner_invites_nobody():
    ann = make_user(confirmed=False)

    with pytest.raises(EmailNotConfirmed):
        invite(ann, make_showroom(owner=ann))


def test_a_deactivated_party_gets_no_members(ann, showroom):
    token = invite(ann, showroom)
    deactivate_party(party=Party.objects.get(pk=showroom.pk), at=NOW)

    with pytest.raises(PartyInactive):
        invite(ann, showroom, "carl@example.com")
    with pytest.raises(PartyInactive):
        accept(make_user(email=BOB), token)
    assert invitation_for(token, NOW) is None


def test_a_closed_account_accepts_nothing(ann, showroom):
    token = invite(ann, showroom)

    with pytest.raises(AccountInactive):
        accept(make_user(email=BOB, is_active=False), token)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a\x00@example.com"}, "email"),
        ({"role": "king"}, "role"),
        ({"role": None}, "role"),
    ],
)
def test_a_senseless_invitation_is_refused(ann, showroom, given, field):
    with pytest.raises(Invalid) as refusal:
        invite(ann, showroom, **given)

    assert refusal.value.field == field
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_again(ann, showroom):
    bob = make_user(email="Bob@example.com")
    membership = make_membership(user=bob, party=showroom, role="analyst")

    with pytest.raises(AlreadyMember) as refusal:
        invite(ann, showroom)
    assert refusal.value.field == "email"
    Membership.objects.filter(pk=membership.pk).update(is_active=False)
    invite(ann, showroom)


def test_who_joined_another_way_meanwhile_is_a_member_already(ann, showroom):
    bob = make_user(email=BOB)
    token = invite(ann, showroom)
    make_membership(user=bob, party=showroom, role="analyst")

    with pytest.raises(AlreadyMember):
        accept(bob, token)


def test_a_second_invitation_to_an_address_replaces_the_first(ann, showroom):
    first = invite(ann, showroom, "Bob@example.com", role=MemberRole.OWNER)
    second = invite(ann, showroom, BOB, role=MemberRole.ANALYST)
    bob = make_user(username="bob", email=BOB)

    with pytest.raises(InvitationGone):
        accept(bob, first)
    accept(bob, second)
    assert roles_at(showroom)[-1] == ("bob", "analyst")


def test_an_expired_invitation_makes_room_for_another(ann, showroom):
    invite(ann, showroom)

    token = invite(ann, showroom, at=NOW + INVITATION_LIFE)

    bob = make_user(email=BOB)
    accept(bob, token, at=NOW + INVITATION_LIFE)
    assert membership_of(bob, showroom) is not None


def test_twenty_invitations_may_wait_for_a_party(ann, showroom):
    for number in range(20):
        invite(ann, showroom, f"person{number}@example.com")

    with pytest.raises(TooManyInvitations):
        invite(ann, showroom)
    assert len(written(NoticeKind.INVITATION)) == 20
    invite(ann, showroom, "person3@example.com")
    invite(ann, make_showroom(owner=ann))
    withdraw_invitation(by=ann, invitation=invitations_of(showroom, NOW)[0], at=NOW)
    invite(ann, showroom)
    invite(ann, showroom, "late@example.com", at=NOW + INVITATION_LIFE)


def test_an_invitation_outlasts_the_rights_of_who_invited(ann, showroom):
    token = invite(ann, showroom)
    make_membership(party=showroom)
    Membership.objects.filter(user=ann).update(is_active=False)

    assert accept(make_user(email=BOB), token).pk


def test_an_address_gets_three_letters_a_day_however_often_they_are_withdrawn(ann, showroom):
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        invite(ann, showroom, "Bob@example.com" if minute else BOB, at=at)
        withdraw_invitation(by=ann, invitation=Invitation.objects.first(), at=at)

    with pytest.raises(TooManyInvitationLetters) as refusal:
        invite(ann, showroom, at=NOW + timedelta(minutes=3))

    assert (refusal.value.field, refusal.value.retry_after) == ("email", 24 * 3600 - 180)
    assert len(written(NoticeKind.INVITATION)) == 3
    invite(ann, showroom, "carl@example.com", at=NOW + timedelta(minutes=3))
    eve = make_user()
    invite(eve, make_showroom(owner=eve))
    with pytest.raises(TooManyInvitationLetters):
        invite(ann, showroom, at=NOW + timedelta(days=1) - MOMENT)
    invite(ann, showroom, at=NOW + timedelta(days=1))


def test_replacing_an_invitation_sends_three_letters_a_day_and_the_last_stays_good(ann, showroom):
    token = [invite(ann, showroom) for _ in range(3)][-1]

    with pytest.raises(TooManyInvitationLetters):
        invite(ann, showroom, role=MemberRole.OWNER)

    assert accept(make_user(email=BOB), token).role == "manager"


def test_a_party_sends_thirty_letters_a_day(ann, showroom):
    other = make_membership(party=showroom).user
    for number in range(30):
        invite(ann if number % 2 else other, showroom, f"guest{number}@example.com")
        withdraw_invitation(by=ann, invitation=Invitation.objects.first(), at=NOW)

    for owner in (ann, other, make_membership(party=showroom).user):
        with pytest.raises(TooManyInvitationLetters) as refusal:
            invite(owner, showroom)
        assert (refusal.value.field, refusal.value.retry_after) == (None, 24 * 3600)
    eve = make_user()
    invite(eve, make_showroom(owner=eve))
    invite(ann, showroom, at=NOW + timedelta(days=1))


def test_who_opens_one_showroom_after_the_other_has_no_more_letters(ann):
    for number in range(30):
        invite(ann, make_showroom(owner=ann), BOB if number % 5 else f"guest{number}@example.com")

    with pytest.raises(TooManyInvitationLetters) as refusal:
        invite(ann, make_showroom(owner=ann), "late@example.com")

    assert refusal.value.field is None
    assert len(written(NoticeKind.INVITATION)) == 30
