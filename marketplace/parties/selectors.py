"""Who takes part in the market, and who acts for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from marketplace.parties.models import (
    Customer,
    FormerUsername,
    Membership,
    Party,
    Showroom,
    Supplier,
    User,
)
from marketplace.parties.rules import MemberRole, PartyKind


@dataclass(frozen=True, slots=True)
class Hat:
    """A party that a person can act for; a customer is its person, so it has no role."""

    party_id: int
    kind: PartyKind
    name: str
    role: MemberRole | None


def active_showrooms() -> QuerySet[Showroom]:
    """The showrooms that take part in the market, by name."""
    return Showroom.objects.active()


def active_suppliers() -> QuerySet[Supplier]:
    """The suppliers that take part in the market, by name."""
    return Supplier.objects.active()


def customer_of(user: User) -> Customer | None:
    """The active customer that the person is, or None."""
    return Customer.objects.active().filter(user=user).first()


def parties_of(user: User) -> QuerySet[Membership]:
    """The person's memberships of active showrooms and suppliers, each with its party, by name."""
    return (
        Membership.objects.active()
        .filter(user=user, party__is_active=True)
        .select_related("party")
        .order_by("party__name", "party")
    )


def hats_of(user: User) -> list[Hat]:
    """Every active party that the person can act for: the customer, then showrooms and suppliers.

    Costs one query.
    """
    itself = (
        Customer.objects.active().filter(user=user).values_list("pk", "kind", "name", Value(""))
    )
    theirs = parties_of(user).order_by().values_list("party", "party__kind", "party__name", "role")
    hats = [
        Hat(party_id, PartyKind(kind), name, MemberRole(role) if role else None)
        for party_id, kind, name, role in itself.order_by().union(theirs, all=True)
    ]
    return sorted(hats, key=lambda hat: (hat.role is not None, hat.name, hat.party_id))


def membership_of(user: User, party: Party) -> Membership | None:
    """The person's present membership of a party, active or not, or None."""
    return Membership.objects.active().filter(user=user, party=party.pk).first()


def people_with_address(email: str) -> QuerySet[User]:
    """Everybody whose address that is, whatever the case of the letters, confirmed or not."""
    people: QuerySet[User] = User.objects.filter(_is_same("email", email))
    return people


def confirmed_owner_of(email: str) -> User | None:
    """The active person who has confirmed the address, or None."""
    return (
        people_with_address(email).filter(is_active=True, email_confirmed_at__isnull=False).first()
    )


def is_reserved(username: str, user: User, at: datetime) -> bool:
    """Whether somebody else gave this username up so lately that it is kept for them."""
    given_up: QuerySet[FormerUsername] = FormerUsername.objects.active()
    reserved = given_up.filter(_is_same("username", username), reserved_until__gt=at)
    return reserved.exclude(user=user.pk).exists()


def is_username_free(username: str, user: User, at: datetime) -> bool:
    """Whether the person could have this username: nobody else has it, nor is it reserved."""
    people: QuerySet[User] = User.objects.filter(_is_same("username", username))
    is_taken = people.exclude(pk=user.pk).exists()
    return not is_taken and not is_reserved(username, user, at)


def members_of(party: Party) -> QuerySet[Membership]:
    """The party's memberships of people who can log in, each with its person, longest first."""
    return (
        Membership.objects.active()
        .filter(party=party.pk, user__is_active=True)
        .select_related("user")
        .order_by("created_at", "pk")
    )


def _is_same(field: str, text: str) -> Exact:
    """The same but for the case of letters, as the constraints compare: beyond ASCII it matters how."""
    return Exact(Lower(field), Lower(Value(text)))
