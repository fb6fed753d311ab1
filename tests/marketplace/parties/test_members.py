"""Memberships: roles, and the owner who stays."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from marketplace.common.errors import Invalid, MarketplaceError
from marketplace.parties.errors import (
    AccountInactive,
    AlreadyMember,
    HasNoMembers,
    LastOwner,
    MemberGone,
)
from marketplace.parties.models import Membership
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import members_of
from marketplace.parties.services import add_member, change_role, deactivate_user, remove_member
from tests.marketplace.factories import (
    NOW,
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db


def roles_at(party):
    return [member.role for member in members_of(party)]


def test_a_person_acts_for_several_parties_but_once_for_each():
    person, showroom, supplier = make_user(), make_showroom(), make_supplier()

    add_member(party=showroom, user=person, role=MemberRole.ANALYST, at=NOW)
    add_member(party=supplier, user=person, role=MemberRole.OWNER, at=NOW)

    with pytest.raises(AlreadyMember):
        add_member(party=showroom, user=person, role=MemberRole.OWNER, at=NOW)
    assert roles_at(showroom) == [MemberRole.ANALYST]
    assert roles_at(supplier) == [MemberRole.OWNER]


def test_who_left_can_be_added_again():
    showroom = make_showroom(owner=make_user())
    membership = make_membership(party=showroom, role=MemberRole.MANAGER)

    remove_member(membership=membership, at=NOW)
    remove_member(membership=membership, at=NOW)
    add_member(party=showroom, user=membership.user, role=MemberRole.ANALYST, at=NOW)

    assert roles_at(showroom) == [MemberRole.OWNER, MemberRole.ANALYST]
    assert Membership.objects.count() == 3


def test_a_customer_has_no_members_and_a_closed_account_joins_nobody():
    with pytest.raises(HasNoMembers):
        add_member(party=make_customer(), user=make_user(), role=MemberRole.OWNER, at=NOW)
    with pytest.raises(AccountInactive):
        add_member(
            party=make_showroom(),
            user=make_user(is_active=False),
            role=MemberRole.OWNER,
            at=NOW,
        )
    with pytest.raises(Invalid) as refusal:
        add_member(party=make_showroom(), user=make_user(), role="king", at=NOW)
    assert refusal.value.field == "role"


def test_the_last_owner_stays():
    showroom = make_showroom()
    owner = make_membership(party=showroom)
    make_membership(party=showroom, role=MemberRole.MANAGER)

    with pytest.raises(LastOwner):
        remove_member(membership=owner, at=NOW)
    with pytest.raises(LastOwner):
        change_role(membership=owner, role=MemberRole.MANAGER, at=NOW)

    assert owner.is_active and owner.role == MemberRole.OWNER
    assert roles_at(showroom) == [MemberRole.OWNER, MemberRole.MANAGER]
    change_role(membership=owner, role=MemberRole.OWNER, at=NOW)


def test_an_owner_who_can_not_log_in_does_not_count():
    showroom = make_showroom()
    owner, other = make_membership(party=showroom), make_membership(party=showroom)
    deactivate_user(user=other.user, at=NOW)

    with pytest.raises(LastOwner):
        remove_member(membership=owner, at=NOW)


def test_an_owner_of_another_party_does_not_count():
    owner = make_membership(party=make_showroom())
    make_membership(party=make_showroom())

    with pytest.raises(LastOwner):
        remove_member(membership=owner, at=NOW)


def test_one_of_two_owners_may_go():
    showroom = make_showroom()
    first, second = make_membership(party=showroom), make_membership(party=showroom)

    change_role(membership=first, role=MemberRole.ANALYST, at=NOW)

    assert roles_at(showroom) == [MemberRole.ANALYST, MemberRole.OWNER]
    with pytest.raises(LastOwner):
        remove_member(membership=second, at=NOW)


def test_the_stored_role_counts_not_the_one_that_somebody_read_before():
    showroom = make_showroom()
    stale = make_membership(party=showroom, role=MemberRole.MANAGER)
    Membership.objects.filter(pk=stale.pk).update(role=MemberRole.OWNER)

    with pytest.raises(LastOwner):
        remove_member(membership=stale, at=NOW)


def test_an_ended_membership_has_no_role_to_change():
    membership = make_membership(party=make_showroom(), role=MemberRole.ANALYST, is_active=False)

    with pytest.raises(MemberGone):
        change_role(membership=membership, role=MemberRole.OWNER, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays():
    for _round in range(5):
        showroom = make_showroom()
        owners = [make_membership(party=showroom), make_membership(party=showroom)]
        barrier, results = Barrier(2), []

        def leave(membership, barrier, results):
            try:
                barrier.wait(5)
                remove_member(membership=membership, at=NOW)
                results.append("gone")
            except MarketplaceError as error:
                results.append(type(error).__name__)
            finally:
                connection.close()

        threads = [Thread(target=leave, args=[owner, barrier, results]) for owner in owners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert sorted(results) == ["LastOwner", "gone"]
        assert roles_at(showroom) == [MemberRole.OWNER]
