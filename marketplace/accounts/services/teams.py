"""Who acts for a showroom or a supplier: its owners decide, and anybody may leave."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.errors import NotAnOwner
from marketplace.common.acts import act
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import members_of
from marketplace.parties.services import change_role, remove_member
from marketplace.parties.services.records import lock


@act
def change_member_role(*, by: User, membership: Membership, role: MemberRole, at: datetime) -> None:
    """Have an owner give a member another role, and tell the member.

    Raises:
        NotAnOwner: `by` doesn't own the party.
        LastOwner: nobody else who can log in owns the party.
        MemberGone: the membership has ended.
        Invalid: there is no such role.
    """
    # Locked before `by` is looked at: two owners who demote each other go one after the other.
    party = lock(membership.party_id)
    require_owner(by, party)
    present = Membership.objects.filter(pk=membership.pk).values_list("role", flat=True).get()
    change_role(membership=membership, role=role, at=at)
    if role != present:
        news = {"party": party.name, "role": membership.role}
        tell(user=membership.user, kind=NoticeKind.ROLE_CHANGED, values=news, at=at)


@act
def end_membership(*, by: User, membership: Membership, at: datetime) -> None:
    """Have an owner end a membership, or a member its own, and tell the member. Harmless twice.

    Raises:
        NotAnOwner: it is not one's own, and `by` doesn't own the party.
        LastOwner: nobody else who can log in owns the party.
    """
    party = lock(membership.party_id)
    if by.pk != membership.user_id:
        require_owner(by, party)
    is_news = Membership.objects.active().filter(pk=membership.pk).exists()
    remove_member(membership=membership, at=at)
    if is_news:
        news = {"party": party.name}
        tell(user=membership.user, kind=NoticeKind.MEMBERSHIP_ENDED, values=news, at=at)


def require_owner(by: User, party: Party) -> None:
    """Refuse whoever doesn't own the party, or can't log in.

    Raises:
        NotAnOwner: so it is.
    """
    if not members_of(party).filter(user=by, role=MemberRole.OWNER).exists():
        raise NotAnOwner()
