"""What waits for a person's answer. A secret comes in as it was sent; only its digest is looked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from marketplace.accounts.models import Change, FormerAddress, Invitation, Viewing
from marketplace.accounts.rules import digest
from marketplace.parties.models import Party, User


def waiting_change(user: User, kind: Change.Kind, at: datetime) -> Change | None:
    """The person's change of this kind that waits for its code, or None."""
    return (
        Change.objects.active()
        .filter(user=user, kind=kind, status=Change.Status.WAITING, expires_at__gt=at)
        .first()
    )


def former_address_for(token: str, at: datetime) -> FormerAddress | None:
    """The address that this link can take back, with its person, or None."""
    return (
        FormerAddress.objects.active()
        .filter(token_digest=digest(token), undone_at=None, undo_until__gt=at)
        .select_related("user")
        .first()
    )


def invitations_of(party: Party, at: datetime) -> QuerySet[Invitation]:
    """The party's invitations that can still be accepted, each with who invited, newest first."""
    return waiting_invitations([party.pk], at=at)


def waiting_invitations(party_ids: Collection[int], *, at: datetime) -> QuerySet[Invitation]:
    """The invitations of these parties that can still be accepted, newest first."""
    return (
        Invitation.objects.active()
        .filter(party__in=party_ids, status=Invitation.Status.WAITING, expires_at__gt=at)
        .select_related("party", "invited_by")
    )


def invitations_to(user: User, at: datetime) -> QuerySet[Invitation]:
    """What the person's confirmed address is invited to; whoever only claims it learns nothing."""
    waiting = Invitation.objects.active().filter(
        status=Invitation.Status.WAITING, expires_at__gt=at, party__is_active=True
    )
    if user.email_confirmed_at is None:
        return waiting.none()
    own: QuerySet[Invitation] = waiting.alias(address=Lower("email")).filter(
        address=Lower(Value(user.email))
    )
    return own.select_related("party", "invited_by")


def invitation_for(token: str, at: datetime) -> Invitation | None:
    """The invitation that this link can accept, with its party and who invited, or None."""
    return (
        Invitation.objects.active()
        .filter(token_digest=digest(token), status=Invitation.Status.WAITING, expires_at__gt=at)
        .filter(party__is_active=True)
        .select_related("party", "invited_by")
        .first()
    )


def may_view(user: User) -> bool:
    """Whether the person may look through others' eyes: superusers, or who has that right."""
    return user.has_perm("accounts.add_viewing")


def is_administrator(user: User) -> bool:
    """Whether the person has rights that nobody may borrow by looking through their eyes."""
    return user.is_staff or user.is_superuser


def current_viewing(viewing_id: int, administrator: User, at: datetime) -> Viewing | None:
    """The administrator's viewing, with its person, while both may take part in it; or None."""
    if not may_view(administrator):
        return None
    return (
        Viewing.objects.active()
        .filter(pk=viewing_id, administrator=administrator, ended_at=None, expires_at__gt=at)
        .filter(person__is_active=True, person__is_staff=False, person__is_superuser=False)
        .select_related("person")
        .first()
    )
