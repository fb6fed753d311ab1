"""Hats: the parties that a person acts for."""

import pytest

from marketplace.parties.rules import MemberRole, PartyKind
from marketplace.parties.selectors import Hat, hats_of, membership_of
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_a_persons_hats_are_the_customer_and_then_memberships_by_name():
    ann = make_user()
    showroom, supplier = make_showroom(name="Zeta"), make_supplier(name="Alpha")
    make_membership(user=ann, party=showroom, role="analyst")
    make_membership(user=ann, party=supplier)
    customer = make_customer(user=ann, name="Ann")

    assert hats_of(ann) == [
        Hat(customer.pk, PartyKind.CUSTOMER, "Ann", None),
        Hat(supplier.pk, PartyKind.SUPPLIER, "Alpha", MemberRole.OWNER),
        Hat(showroom.pk, PartyKind.SHOWROOM, "Zeta", MemberRole.ANALYST),
    ]


def test_whatever_has_ended_is_no_hat():
    ann = make_user()
    make_customer(user=ann, is_active=False)
    make_membership(user=ann, party=make_showroom(), is_active=False)
    make_membership(user=ann, party=make_showroom(is_active=False))
    make_membership(party=make_showroom())

    assert hats_of(ann) == []


def test_a_membership_is_found_while_it_lasts():
    ann, showroom, left = make_user(), make_showroom(), make_showroom()
    present = make_membership(user=ann, party=showroom, role="manager")
    make_membership(user=ann, party=left, is_active=False)
    make_membership(party=showroom)

    assert membership_of(ann, showroom) == present
    assert membership_of(ann, left) is None
    assert membership_of(make_user(), showroom) is None
