"""Asking somebody by e-mail to act for a party."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from marketplace.accounts.errors import (
    InvitationForAnother,
    InvitationGone,
    TooManyInvitationLetters,
    TooManyInvitations,
)
from marketplace.accounts.models import Invitation
from marketplace.accounts.rules import (
    INVITATION_LETTERS_A_DAY,
    INVITATION_LETTERS_A_DAY_TO_ONE_ADDRESS,
    INVITATION_LIFE,
    MAX_WAITING_INVITATIONS,
    digest,
    new_token,
)
from marketplace.accounts.selectors import invitations_of
from marketplace.accounts.services.teams import require_owner
from marketplace.common.acts import act
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import tell, write
from marketplace.parties.errors import AlreadyMember
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import confirmed_owner_of, members_of, people_with_address
from marketplace.parties.services import (
    add_member,
    require_active,
    require_confirmed_person,
    valid_email,
)
from marketplace.parties.services.records import fill, lock, lock_person

_WAITING = Invitation.Status.WAITING
_DAY = timedelta(days=1)


@act
def invite_member(
    *, by: User, party: Party, email: str, role: MemberRole, at: datetime
) -> Invitation:
    """Ask whoever reads mail at the address to act for a party; an earlier invitation is void.

    Raises:
        NotAnOwner: `by` doesn't own the party; nobody owns a customer.
        EmailNotConfirmed: `by` has not confirmed an address.
        PartyInactive: the party takes no part in the market.
        AlreadyMember: the address is a member's.
        TooManyInvitations: twenty are waiting.
        TooManyInvitationLetters: so many went out within a day, in all or to this address.
        Invalid: the address or role does not make sense.
    """
    lock_person(by)  # who owns several parties has no more letters than who owns one
    present = lock(party.pk)
    require_owner(by, present)
    require_confirmed_person(by)
    require_active(present)
    token = new_token()
    invitation = Invitation(
        party=present,
        invited_by=by,
        email=valid_email(email),
        token_digest=digest(token),
        expires_at=at + INVITATION_LIFE,
        created_at=at,
    )
    fill(invitation, {"role": role})
    _require_patience(invitation, at)
    _replace_earlier(invitation, at)
    invitation.save(force_insert=True)
    write(
        to=invitation.email,
        language=by.language,
        kind=NoticeKind.INVITATION,
        values={
            "party": present.name,
            "role": invitation.role,
            "inviter": by.username,
            "path": f"/account/invitations/{token}/",
            "days": INVITATION_LIFE // timedelta(days=1),
        },
        at=at,
        expires_at=invitation.expires_at,
    )
    return invitation


@act
def withdraw_invitation(*, by: User, invitation: Invitation, at: datetime) -> None:
    """Take an invitation back.

    Raises:
        NotAnOwner: `by` doesn't own the party.
        InvitationGone: it was accepted or withdrawn before.
    """
    require_owner(by, lock(invitation.party_id))
    waiting = Invitation.objects.active().filter(pk=invitation.pk, status=_WAITING)
    if not waiting.update(status=Invitation.Status.WITHDRAWN, updated_at=at):
        raise InvitationGone()
    invitation.status = Invitation.Status.WITHDRAWN


@act
def accept_invitation(*, user: User, token: str, at: datetime) -> Membership:
    """Become a member as invited, and tell the owners. Whether who invited still may is not asked.

    Raises:
        InvitationGone: it is unknown, accepted, withdrawn, or too old.
        InvitationForAnother: it was sent to an address that is not the person's.
        EmailNotConfirmed: it is the person's address, but not confirmed.
        PartyInactive: the party takes no part in the market.
        AlreadyMember: the person has a role there.
        AccountInactive: the person's account has been deactivated.
    """
    lock_person(user)
    invitation = Invitation.objects.active().filter(token_digest=digest(token)).first()
    if invitation is None:
        raise InvitationGone()
    # Read once more when the party is ours: whoever held it may have used or withdrawn this.
    party = lock(invitation.party_id)
    invitation.refresh_from_db()
    if invitation.status != _WAITING or invitation.expires_at <= at:
        raise InvitationGone()
    if not people_with_address(invitation.email).filter(pk=user.pk).exists():
        raise InvitationForAnother()
    require_confirmed_person(user)
    require_active(party)
    membership = add_member(party=party, user=user, role=MemberRole(invitation.role), at=at)
    Invitation.objects.filter(pk=invitation.pk).update(
        status=Invitation.Status.ACCEPTED, updated_at=at
    )
    news = {"party": party.name, "person": user.username, "role": membership.role}
    for owner in members_of(party).filter(role=MemberRole.OWNER).exclude(user=user):
        tell(user=owner.user, kind=NoticeKind.INVITATION_ACCEPTED, values=news, at=at)
    return membership


def _replace_earlier(invitation: Invitation, at: datetime) -> None:
    """Make room for an invitation: for its address, and among those that wait.

    Raises:
        AlreadyMember, TooManyInvitations: there is none.
    """
    party = invitation.party
    owner = confirmed_owner_of(invitation.email)
    if owner is not None and members_of(party).filter(user=owner).exists():
        raise AlreadyMember(field="email")
    earlier = _to(invitation.email, Invitation.objects.filter(party=party, status=_WAITING))
    earlier.update(status=Invitation.Status.WITHDRAWN, updated_at=at)
    if invitations_of(party, at).count() >= MAX_WAITING_INVITATIONS:
        raise TooManyInvitations()


def _require_patience(invitation: Invitation, at: datetime) -> None:
    """Refuse a letter too many. Withdrawing an invitation takes no letter back.

    Counted are those of the party and of whoever invites, and those of the party to the address.

    Raises:
        TooManyInvitationLetters: it has to wait until the first of the day's letters is older.
    """
    lately = Invitation.objects.filter(created_at__gt=at - _DAY)
    ours = lately.filter(Q(party=invitation.party) | Q(invited_by=invitation.invited_by))
    same = _to(invitation.email, lately.filter(party=invitation.party))
    limits = (
        (ours, INVITATION_LETTERS_A_DAY, None),
        (same, INVITATION_LETTERS_A_DAY_TO_ONE_ADDRESS, "email"),
    )
    for letters, most, field in limits:
        written = letters.order_by("-created_at").values_list("created_at", flat=True)
        first = written[most - 1 : most].first()
        if first is not None:
            wait = math.ceil((first + _DAY - at).total_seconds())
            raise TooManyInvitationLetters(wait, field=field)


def _to(email: str, invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Those to this address, in whatever letters it is written."""
    return invitations.alias(address=Lower("email")).filter(address=Lower(Value(email)))
