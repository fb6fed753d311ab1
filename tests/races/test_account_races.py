"""Accounts that several tabs, people and letters change at once: one has the effect, all are told."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.accounts.models import Change, Device, Invitation
from marketplace.accounts.selectors import invitations_of
from marketplace.accounts.services import (
    accept_invitation,
    change_member_role,
    confirm_change,
    end_membership,
    invite_member,
    note_device,
    undo_address_change,
    withdraw_invitation,
)
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import FormerUsername, Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.services import change_username, confirm_email, register_user
from tests.marketplace.accounts.letters import (
    BETTER,
    ask,
    last_letter,
    sent_code,
    stored,
    token_in,
)
from tests.marketplace.factories import (
    NOW,
    PASSWORD,
    make_membership,
    make_showroom,
    make_user,
)
from tests.races.together import Act, at_once, holding, refusals, turns, undecided

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD_, USERNAME, EMAIL = Change.Kind.PASSWORD, Change.Kind.USERNAME, Change.Kind.EMAIL


def in_turn(whose: User | Party, *acts: Act) -> list[object]:
    """Each act once all came to the person's or party's row, which somebody held until then."""
    table = "parties_user" if isinstance(whose, User) else "parties_party"
    row = f"SELECT FROM {table} WHERE id = %s FOR UPDATE"
    with turns() as act, holding(row, whose.pk):
        futures = [act.send(one, waiting=number) for number, one in enumerate(acts, start=1)]
    return [one.result() for one in futures]


def asked(user: User, kind: Change.Kind, value: str) -> Act:
    """What confirms a change that was asked for."""
    ask(user, kind, value)
    fresh = User.objects.get(pk=user.pk)
    return partial(confirm_change, user=fresh, kind=kind, code=sent_code(), at=NOW)


def left_address(user: User, email: str) -> str:
    """Change the address; returns the secret that the former one was sent."""
    former = user.email
    asked(user, EMAIL, email)()
    user.refresh_from_db()
    letters = Email.objects.filter(kind=NoticeKind.ADDRESS_CHANGED, to=former)
    return token_in(letters.get(values__has_key="path"))


def invite(party: Party, email: str) -> str:
    """Invite somebody as a manager; returns the secret that was sent."""
    owner = Membership.objects.get(party=party, role=MemberRole.OWNER).user
    invite_member(by=owner, party=party, email=email, role=MemberRole.MANAGER, at=NOW)
    return token_in(last_letter(NoticeKind.INVITATION))


def test_of_two_tabs_that_confirm_one_has_the_effect() -> None:
    for kind, value in ((PASSWORD_, BETTER), (USERNAME, "anna"), (EMAIL, "anna@example.com")):
        ann = make_user()
        confirm = asked(ann, kind, value)
        again = partial(
            confirm_change, user=User.objects.get(pk=ann.pk), kind=kind, code=sent_code(), at=NOW
        )

        outcomes = in_turn(ann, confirm, again)

        assert refusals(outcomes) == ["nothing_to_confirm"]
        assert Notice.objects.filter(user=ann).count() == 1
        assert Change.objects.get(user=ann).status == Change.Status.DONE
        User.objects.filter(pk=ann.pk).update(username=f"gone{ann.pk}", is_active=False)


def test_wrong_codes_at_once_are_all_counted() -> None:
    ann = make_user()
    right = asked(ann, USERNAME, "anna")
    wrong = [
        partial(confirm_change, user=User.objects.get(pk=ann.pk), kind=USERNAME, code="A", at=NOW)
        for _ in range(6)
    ]

    outcomes = at_once(*wrong)

    assert refusals(outcomes) == ["code_wrong"] * 5 + ["nothing_to_confirm"]
    assert Change.objects.get().status == Change.Status.VOID
    assert refusals(at_once(right)) == ["nothing_to_confirm"]
    assert stored(ann).username == ann.username


def test_of_two_who_confirm_one_address_at_once_one_has_it() -> None:
    ann, bob = make_user(), make_user()

    outcomes = at_once(
        asked(ann, EMAIL, "shared@example.com"), asked(bob, EMAIL, "Shared@example.com")
    )

    assert refusals(outcomes) == ["email_taken"]
    assert User.objects.filter(email__iexact="shared@example.com").count() == 1
    assert Change.objects.filter(status=Change.Status.WAITING).count() == 1
    assert Notice.objects.count() == 1


def test_of_a_change_and_a_sign_up_that_confirm_one_address_at_once_one_has_it() -> None:
    ann, new = make_user(), make_user(email="shared@example.com", confirmed=False)

    outcomes = at_once(
        asked(ann, EMAIL, "shared@example.com"), partial(confirm_email, user=new, at=NOW)
    )

    assert refusals(outcomes) == ["email_taken"]
    confirmed = User.objects.filter(email="shared@example.com").exclude(email_confirmed_at=None)
    assert confirmed.count() == 1


def test_of_two_who_confirm_one_username_at_once_one_has_it() -> None:
    ann, bob = make_user(), make_user()

    outcomes = at_once(asked(ann, USERNAME, "shared"), asked(bob, USERNAME, "Shared"))

    assert refusals(outcomes) == ["username_taken"]
    assert User.objects.filter(username__iexact="shared").count() == 1
    assert FormerUsername.objects.count() == 1


def test_a_username_that_is_being_given_up_is_reserved_already() -> None:
    ann, bob = make_user(username="ann"), make_user(username="bob")
    register = partial(
        register_user, username="Ann", email="new@example.com", password=PASSWORD, at=NOW
    )
    rename = partial(change_username, user=bob, username="ANN", at=NOW)

    give_up = partial(change_username, user=ann, username="anna", at=NOW)
    with turns() as act:
        with undecided(give_up):
            both = [act.send(register, waiting=1), act.send(rename, waiting=2)]

        assert refusals([one.result() for one in both]) == ["username_taken"] * 2
    assert sorted(User.objects.values_list("username", flat=True)) == ["anna", "bob"]


def test_of_codes_asked_for_at_once_five_are_sent_and_one_works() -> None:
    ann = make_user()
    requests = [
        partial(ask, User.objects.get(pk=ann.pk), USERNAME, f"anna{number}") for number in range(7)
    ]
    for request in requests[:3]:
        request()

    outcomes = in_turn(ann, *requests[3:])

    assert refusals(outcomes) == ["too_many_codes"] * 2
    assert Email.objects.count() == Change.objects.count() == 5
    assert Change.objects.get(status=Change.Status.WAITING).value == "anna4"


def test_a_code_and_a_change_of_its_address_at_once_go_one_after_the_other() -> None:
    ann = make_user()
    rename, move = asked(ann, USERNAME, "anna"), asked(ann, EMAIL, "anna@example.com")

    outcomes = in_turn(ann, move, rename)

    assert refusals(outcomes) == ["nothing_to_confirm"]
    assert (stored(ann).username, stored(ann).email) == (ann.username, "anna@example.com")


def test_of_two_who_undo_at_once_one_has_the_effect() -> None:
    ann = make_user(email="ann@example.com")
    undo = partial(undo_address_change, token=left_address(ann, "evil@example.com"), at=NOW)

    outcomes = in_turn(ann, undo, undo)

    assert refusals(outcomes) == ["undo_gone"]
    assert Notice.objects.filter(kind=NoticeKind.ADDRESS_CHANGE_UNDONE).count() == 1


def test_an_older_link_voids_a_later_one_that_is_used_at_once() -> None:
    ann = make_user(email="ann@example.com")
    older = left_address(ann, "evil@example.com")
    later = left_address(ann, "more@example.com")

    outcomes = in_turn(
        ann,
        partial(undo_address_change, token=older, at=NOW),
        partial(undo_address_change, token=later, at=NOW),
    )

    assert refusals(outcomes) == ["undo_gone"]
    assert stored(ann).email == "ann@example.com"


def test_of_two_tabs_that_accept_one_has_the_effect() -> None:
    owner, bob = make_user(), make_user(email="bob@example.com")
    token = invite(make_showroom(owner=owner), bob.email)
    accept = [
        partial(accept_invitation, user=User.objects.get(pk=bob.pk), token=token, at=NOW)
        for _ in range(2)
    ]

    outcomes = in_turn(bob, *accept)

    assert refusals(outcomes) == ["invitation_gone"]
    assert Membership.objects.filter(user=bob).count() == 1
    assert Notice.objects.count() == 1


def test_an_invitation_is_accepted_or_withdrawn_but_not_both() -> None:
    owner, bob = make_user(), make_user(email="bob@example.com")
    token = invite(make_showroom(owner=owner), bob.email)
    withdraw = partial(withdraw_invitation, by=owner, invitation=Invitation.objects.get(), at=NOW)

    with turns() as act:
        with undecided(withdraw):
            accept = act.send(partial(accept_invitation, user=bob, token=token, at=NOW), waiting=1)
        assert refusals([accept.result()]) == ["invitation_gone"]

    assert not Membership.objects.filter(user=bob).exists()


def test_of_invitations_at_once_one_waits_for_an_address_and_twenty_for_a_party() -> None:
    owner = make_user()
    showroom = make_showroom(owner=owner)
    for number in range(18):
        invite(showroom, f"person{number}@example.com")
    one = partial(invite_member, by=owner, party=showroom, role=MemberRole.ANALYST, at=NOW)
    twice = [partial(one, email=email) for email in ("bob@example.com", "Bob@example.com")]
    more = [partial(one, email=email) for email in ("c@example.com", "d@example.com")]

    assert refusals(in_turn(showroom, *twice)) == []
    assert refusals(in_turn(showroom, *more)) == ["too_many_invitations"]
    assert invitations_of(showroom, NOW).count() == 20


@pytest.mark.parametrize(
    "second", [partial(change_member_role, role=MemberRole.ANALYST), end_membership]
)
def test_of_two_owners_who_depose_each_other_at_once_one_stays(second: Act) -> None:
    showroom = make_showroom()
    ann, bob = make_membership(party=showroom), make_membership(party=showroom)

    outcomes = in_turn(
        showroom,
        partial(change_member_role, by=ann.user, membership=bob, role=MemberRole.ANALYST, at=NOW),
        partial(second, by=bob.user, membership=ann, at=NOW),
    )

    assert refusals(outcomes) == ["not_an_owner"]
    ann.refresh_from_db()
    assert ann.is_active and ann.role == MemberRole.OWNER


def test_of_two_first_devices_at_once_one_is_news_and_one_device_is_noted_once() -> None:
    ann = make_user()
    notes = [
        partial(
            note_device,
            user=User.objects.get(pk=ann.pk),
            digest=digest,
            description="Firefox",
            ip="192.0.2.7",
            at=NOW,
        )
        for digest in ("a", "b", "b", "a")
    ]

    assert in_turn(ann, *notes) == [False, True, False, False]
    assert Device.objects.count() == 2
    assert Notice.objects.count() == 1
