"""Who takes part in the market, and who acts for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from marketplace.parties.models import Customer, Membership, Party, Showroom, Supplier, User


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


def members_of(party: Party) -> QuerySet[Membership]:
    """The party's memberships of people who can log in, each with its person, longest first."""
    return (
        Membership.objects.active()
        .filter(party=party.pk, user__is_active=True)
        .select_related("user")
        .order_by("created_at", "pk")
    )
