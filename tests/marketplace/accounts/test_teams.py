"""Roles given and memberships ended, by owners and by oneself."""

import pytest

from marketplace.accounts.errors import NotAnOwner
from marketplace.accounts.services import change_member_role, end_membership
from marketplace.common.errors import Invalid
from marketplace.notices.models import Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.errors import LastOwner, MemberGone
from marketplace.parties.models import Membership
from marketplace.parties.rules import MemberRole
from tests.marketplace.accounts.letters import written
from tests.marketplace.factories import NOW, make_membership, make_showroom, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(name="showroom")
def showroom_():
    return make_showroom(name="Corner")


@pytest.fixture(name="ann")
def ann_(showroom):
    return make_membership(party=showroom)


@pytest.fixture(name="bob")
def bob_(showroom):
    return make_membership(party=showroom, role="manager")


def give(by, membership, role):
    change_member_role(by=by.user, membership=membership, role=role, at=NOW)


def end(by, membership):
    end_membership(by=by.user, membership=membership, at=NOW)


def stored(membership):
    row = Membership.objects.get(pk=membership.pk)
    return row.role, row.is_active


def strangers_to(showroom):
    return [
        make_membership(party=showroom, role="manager"),
        make_membership(party=showroom, role="analyst"),
        make_membership(party=showroom, is_active=False),
        make_membership(party=showroom, user=make_user(is_active=False)),
        make_membership(party=make_showroom()),
    ]


def test_an_owner_gives_a_member_another_role_and_the_member_is_told(ann, bob):
    give(ann, bob, MemberRole.OWNER)

    assert stored(bob) == ("owner", True) and bob.role == "owner"
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (bob.user, NoticeKind.ROLE_CHANGED)
    assert notice.values == {"party": "Corner", "role": "owner"}
    assert written(NoticeKind.ROLE_CHANGED) == [bob.user.email]


def test_the_same_role_is_no_news(ann, bob):
    give(ann, bob, MemberRole.MANAGER)

    assert not Notice.objects.exists()


def test_nobody_else_gives_roles(ann, bob, showroom):
    for stranger in [bob, *strangers_to(showroom)]:
        with pytest.raises(NotAnOwner):
            give(stranger, bob, MemberRole.OWNER)
        with pytest.raises(NotAnOwner):
            give(stranger, ann, MemberRole.ANALYST)
    assert (stored(ann), stored(bob)) == (("owner", True), ("manager", True))
    assert not Notice.objects.exists()


def test_a_senseless_role_is_refused(ann, bob):
    with pytest.raises(Invalid) as refusal:
        give(ann, bob, "king")
    assert refusal.value.field == "role"


def test_who_left_has_no_role(ann, bob):
    end(ann, bob)

    with pytest.raises(MemberGone):
        give(ann, bob, MemberRole.OWNER)


def test_the_last_owner_stays_whoever_asks(ann, bob):
    for refused in (lambda: give(ann, ann, MemberRole.ANALYST), lambda: end(ann, ann)):
        with pytest.raises(LastOwner):
            refused()
    assert stored(ann) == ("owner", True)
    assert not Notice.objects.exists()

    give(ann, bob, MemberRole.OWNER)
    end(ann, ann)
    assert stored(ann) == ("owner", False)


def test_an_owner_ends_a_membership_once_and_the_member_is_told(ann, bob):
    end(ann, bob)
    end(ann, bob)

    assert stored(bob) == ("manager", False)
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (bob.user, NoticeKind.MEMBERSHIP_ENDED)
    assert notice.values == {"party": "Corner"}


def test_anybody_leaves_by_oneself(ann, bob):
    end(bob, bob)

    assert stored(bob) == ("manager", False)
    assert stored(ann) == ("owner", True)


def test_nobody_else_ends_a_membership(ann, bob, showroom):
    for stranger in strangers_to(showroom):
        with pytest.raises(NotAnOwner):
            end(stranger, bob)
        with pytest.raises(NotAnOwner):
            end(stranger, ann)
    assert stored(bob) == ("manager", True)
    assert not Notice.objects.exists()
