"""Who may do what: declared by every resource, enforced here, printed by `manage.py permissions`.

A resource says in `for_whom` which hats each of its acts is meant for. Who has no hat in a party
gets a 404 where the party's things are asked for; who wears one that doesn't do, a 403.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import Http404
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request

from marketplace.parties.models import Customer, Membership, Party, User
from marketplace.parties.rules import MemberRole, PartyKind
from marketplace.parties.selectors import customer_of, parties_of


class Hat(StrEnum):
    """As whom somebody asks."""

    ANONYMOUS = "anonymous"
    PERSON = "person"
    CUSTOMER = "customer"
    SHOWROOM_OWNER = "showroom owner"
    SHOWROOM_MANAGER = "showroom manager"
    SHOWROOM_ANALYST = "showroom analyst"
    SUPPLIER_OWNER = "supplier owner"
    SUPPLIER_MANAGER = "supplier manager"
    SUPPLIER_ANALYST = "supplier analyst"
    STAFF = "staff"


Audience = frozenset[Hat]

EVERYBODY: Audience = frozenset(Hat)
PEOPLE = EVERYBODY - {Hat.ANONYMOUS}
CUSTOMERS: Audience = frozenset({Hat.CUSTOMER})
SHOWROOM_OWNERS: Audience = frozenset({Hat.SHOWROOM_OWNER})
SHOWROOM_WRITERS = SHOWROOM_OWNERS | {Hat.SHOWROOM_MANAGER}
SHOWROOM_MEMBERS = SHOWROOM_WRITERS | {Hat.SHOWROOM_ANALYST}
SUPPLIER_OWNERS: Audience = frozenset({Hat.SUPPLIER_OWNER})
SUPPLIER_WRITERS = SUPPLIER_OWNERS | {Hat.SUPPLIER_MANAGER}
SUPPLIER_MEMBERS = SUPPLIER_WRITERS | {Hat.SUPPLIER_ANALYST}
OWNERS = SHOWROOM_OWNERS | SUPPLIER_OWNERS
WRITERS = SHOWROOM_WRITERS | SUPPLIER_WRITERS
MEMBERS = SHOWROOM_MEMBERS | SUPPLIER_MEMBERS
STAFF: Audience = frozenset({Hat.STAFF})

_HATS: Mapping[tuple[str, str], Hat] = {
    (PartyKind.SHOWROOM, MemberRole.OWNER): Hat.SHOWROOM_OWNER,
    (PartyKind.SHOWROOM, MemberRole.MANAGER): Hat.SHOWROOM_MANAGER,
    (PartyKind.SHOWROOM, MemberRole.ANALYST): Hat.SHOWROOM_ANALYST,
    (PartyKind.SUPPLIER, MemberRole.OWNER): Hat.SUPPLIER_OWNER,
    (PartyKind.SUPPLIER, MemberRole.MANAGER): Hat.SUPPLIER_MANAGER,
    (PartyKind.SUPPLIER, MemberRole.ANALYST): Hat.SUPPLIER_ANALYST,
}
_OF_KIND: Mapping[str, Audience] = {
    PartyKind.CUSTOMER: CUSTOMERS,
    PartyKind.SHOWROOM: SHOWROOM_MEMBERS,
    PartyKind.SUPPLIER: SUPPLIER_MEMBERS,
}


@dataclass(frozen=True, slots=True)
class Hats:
    """All that a person can act as: one customer, and the parties of their memberships."""

    customer: Customer | None
    memberships: tuple[Membership, ...]

    @property
    def party_ids(self) -> list[int]:
        """The parties that the person may look at as their own."""
        own = [] if self.customer is None else [self.customer.pk]
        return own + [membership.party_id for membership in self.memberships]

    def worn(self) -> Audience:
        """Every hat that the person has somewhere."""
        own = CUSTOMERS if self.customer else frozenset[Hat]()
        return own | {hat_of(membership) for membership in self.memberships}

    def worn_in(self, party_id: int) -> Hat | None:
        """The hat that the person has in the party, None for a stranger."""
        if self.customer is not None and self.customer.pk == party_id:
            return Hat.CUSTOMER
        membership = self._membership(party_id)
        return None if membership is None else hat_of(membership)

    def actor(self, party_id: int) -> Customer | Party | None:
        """The person's own party of that id, as the customer, showroom or supplier that it is."""
        if self.customer is not None and self.customer.pk == party_id:
            return self.customer
        membership = self._membership(party_id)
        if membership is None:
            return None
        return getattr(membership.party, membership.party.kind)  # type: ignore[no-any-return]

    def _membership(self, party_id: int) -> Membership | None:
        return next((one for one in self.memberships if one.party_id == party_id), None)


def hat_of(membership: Membership) -> Hat:
    """The hat that a membership is."""
    return _HATS[membership.party.kind, membership.role]


def hats_of(user: User) -> Hats:
    """All that the person can act as, in two queries."""
    memberships = parties_of(user).select_related("party__showroom", "party__supplier")
    return Hats(customer_of(user), tuple(memberships))


class Anybody(AllowAny):
    """The door is open to all."""


class Nobody(BasePermission):
    """A view that doesn't say for whom it is stays shut."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Never."""
        return False


class AsDeclared(BasePermission):
    """Lets in those for whom the resource declares the act, and hands it its actor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether somebody with one of the asker's hats may do this act."""
        if view.action is None:
            raise MethodNotAllowed(str(request.method))
        audience: Audience = view.for_whom.get(view.action, frozenset())
        if view.action == "metadata" or Hat.ANONYMOUS in audience:
            return True
        if not request.user.is_authenticated:
            raise NotAuthenticated()
        if Hat.PERSON in audience or (Hat.STAFF in audience and request.user.is_staff):
            return True
        if view.party_kwarg is not None:
            party_id = int(view.kwargs[view.party_kwarg])
            require_hat(view.hats, party_id, audience, of=_all_hats(view))
        elif not audience & view.hats.worn():
            raise PermissionDenied()
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Whether the asker's hat in the party that the object belongs to allows the act."""
        party_id = view.party_id_of(obj)
        audience: Audience = view.for_whom[view.action]
        if party_id is None or Hat.ANONYMOUS in audience or Hat.PERSON in audience:
            return True
        if Hat.STAFF in audience and request.user.is_staff:
            return True
        require_hat(view.hats, party_id, audience, of=audience)
        return True


def require_hat(hats: Hats, party_id: int, audience: Audience, *, of: Audience) -> None:
    """Refuse whoever is a stranger to the party (404), or wears no hat of the audience there (403).

    A party of a kind to which no hat `of` the resource belongs is a stranger too.
    """
    hat = hats.worn_in(party_id)
    if hat is None or not any(hat in kind and of & kind for kind in _OF_KIND.values()):
        raise Http404
    if hat not in audience:
        raise PermissionDenied()


def _all_hats(view: Any) -> Audience:
    """The hats that the resource means as such, not just as anybody."""
    meant = (audience for audience in view.for_whom.values() if Hat.PERSON not in audience)
    return frozenset[Hat]().union(*meant)
