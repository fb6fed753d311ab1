"""Memberships: who acts for a showroom or a supplier, and the owner who always stays."""

from __future__ import annotations

from datetime import datetime

from marketplace.common.acts import act, refused_by
from marketplace.parties.errors import AccountInactive, HasNoMembers, LastOwner, MemberGone
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole, PartyKind
from marketplace.parties.services.records import TAKEN, fill, lock


@act
def add_member(*, party: Party, user: User, role: MemberRole, at: datetime) -> Membership:
    """Let a person act for a showroom or a supplier.

    Raises:
        AlreadyMember: the person has a role there.
        AccountInactive: the person's account has been deactivated.
        HasNoMembers: a customer acts for itself.
    """
    if party.kind == PartyKind.CUSTOMER:
        raise HasNoMembers()
    if not user.is_active:
        raise AccountInactive()
    membership = Membership(user=user, party_id=party.pk, created_at=at)
    fill(membership, {"role": role})
    with refused_by(TAKEN):
        membership.save(force_insert=True)
    return membership


@act
def change_role(*, membership: Membership, role: MemberRole, at: datetime) -> None:
    """Give a member another role.

    Raises:
        LastOwner: nobody else who can log in owns the party.
        MemberGone: the membership has ended.
    """
    fill(Membership(), {"role": role})
    _change_membership(membership, at, role=role)
    membership.role = role


@act
def remove_member(*, membership: Membership, at: datetime) -> None:
    """End a membership. Harmless twice.

    Raises:
        LastOwner: nobody else who can log in owns the party.
    """
    try:
        _change_membership(membership, at, is_active=False)
    except MemberGone:
        pass
    membership.is_active = False


def _change_membership(membership: Membership, at: datetime, **values: str | bool) -> None:
    """Write the values, unless they take the party's last owner away.

    The party's row is the lock: two owners who leave at once go one after the other.
    """
    lock(membership.party_id)
    members = Membership.objects.active().filter(party=membership.party_id)
    others = members.filter(role=MemberRole.OWNER, user__is_active=True).exclude(pk=membership.pk)
    today = members.filter(pk=membership.pk).first()
    if today is None:
        raise MemberGone()
    stays_owner = values.get("role") == MemberRole.OWNER
    if today.role == MemberRole.OWNER and not stays_owner and not others.exists():
        raise LastOwner()
    members.filter(pk=membership.pk).update(**values, updated_at=at)
