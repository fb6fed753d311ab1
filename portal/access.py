"""Who is asking, and as whom: the lock on every door.

Each view says for whom it is in `for_whom`. A person who is not logged in is sent to the log-in
page; for anybody else a door that isn't theirs does not exist (404).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views import View

from marketplace.parties.models import Customer, Membership, Party, User
from marketplace.parties.rules import MemberRole, may_write
from marketplace.parties.selectors import Hat, customer_of, hats_of, parties_of

#: The methods that change nothing.
READING = frozenset({"GET", "HEAD", "OPTIONS"})

#: Where the session keeps the party that the visitor has chosen to act for.
HAT_KEY = "hat"

#: So many accounts of one address are tried at log-in. More would only cost time.
_NAMESAKES = 3


class EmailOrUsernameBackend(ModelBackend):
    """Logs a person in by e-mail or username, whatever the case of the letters."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The active person with that name or address and password, or None.

        Several accounts may name one address while none has confirmed it; the password decides.
        """
        name = username or email
        if not name or password is None or "\x00" in name:
            return None
        people = _people_named(name)
        if not people:
            User().set_password(password)  # the same work, so that timing tells nobody who exists
        return next((one for one in people if one.check_password(password)), None)


def _people_named(name: str) -> list[User]:
    """Whoever has this username or address; the address's confirmed account first."""
    named = User.objects.active().filter(Q(username__iexact=name) | Q(email__iexact=name))
    return list(named.order_by(F("email_confirmed_at").asc(nulls_last=True), "pk")[:_NAMESAKES])


class Role(StrEnum):
    """As what a person may act."""

    CUSTOMER = Party.Kind.CUSTOMER.value
    SHOWROOM = Party.Kind.SHOWROOM.value
    SUPPLIER = Party.Kind.SUPPLIER.value


class Anybody(View):
    """Mixin: the page is public."""

    for_whom: ClassVar[str] = "anybody"


class LoggedIn(View):
    """Mixin: let in people who are logged in."""

    for_whom: ClassVar[str] = "people"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask who it is, then whether the door is theirs, then do the work."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.check_access(request.user)
        return super().dispatch(request, *args, **kwargs)

    def check_access(self, user: User) -> None:
        """Raise Http404 if the door is not for this person."""


class StaffOnly(LoggedIn):
    """Mixin: let in staff; anybody else gets a 404."""

    for_whom: ClassVar[str] = "staff"

    def check_access(self, user: User) -> None:
        """Only staff."""
        if not user.is_staff:
            raise Http404


class ActsAsParty(LoggedIn):
    """Lets in people who act as one kind of party, and hands the page its actor.

    A customer is the person's own. A showroom or supplier is named in the URL by `party_id`: one
    person can be member of several. An analyst may read, and is refused (403) when writing.
    """

    role: ClassVar[Role]
    actor: Customer | Party

    def check_access(self, user: User) -> None:
        """Find the actor among the person's own parties, or raise Http404."""
        if self.role == Role.CUSTOMER:
            customer = customer_of(user)
            if customer is None:
                raise Http404
            self.actor = customer
        else:
            self.actor = self._party_of_member(user)

    def _party_of_member(self, user: User) -> Party:
        membership = (
            parties_of(user)
            .filter(party=self.kwargs["party_id"], party__kind=self.role.value)
            .select_related(f"party__{self.role.value}")
            .first()
        )
        if membership is None:
            raise Http404
        if self.request.method not in READING and not may_write(MemberRole(membership.role)):
            raise PermissionDenied
        return getattr(membership.party, self.role.value)  # type: ignore[no-any-return]


class ActsForParty(LoggedIn):
    """Lets in members of the showroom or supplier that the URL names by `party_id`, of either kind.

    Every member may read. A role that is not among `writing_roles` is refused (403) when writing.
    """

    for_whom: ClassVar[str] = "members"
    writing_roles: ClassVar[frozenset[MemberRole]]
    membership: Membership

    def check_access(self, user: User) -> None:
        """Find the membership among the person's own, or raise Http404."""
        membership = parties_of(user).filter(party=self.kwargs["party_id"]).first()
        if membership is None:
            raise Http404
        membership.user = user  # which it is; not to be asked for once more
        self.membership = membership
        if self.request.method not in READING and self.member_role not in self.writing_roles:
            raise PermissionDenied

    @property
    def member_role(self) -> MemberRole:
        """As what the person acts."""
        return MemberRole(self.membership.role)


# pylint: disable-next=invalid-name  # it reads as a base class
def ActsAs(role: Role) -> type[ActsAsParty]:
    """Mixin factory: let in people who act as this kind of party; anybody else gets a 404."""
    return type(
        f"ActsAs{role.name.title()}", (ActsAsParty,), {"role": role, "for_whom": role.value}
    )


def buyer_behind(request: HttpRequest) -> Customer | None:
    """The customer that the visitor is, or None for anybody else."""
    return customer_of(request.user) if request.user.is_authenticated else None


def hats_worn_by(request: HttpRequest) -> list[Hat]:
    """Every hat that the visitor has; asked for once a request."""
    if not request.user.is_authenticated:
        return []
    hats: list[Hat] | None = getattr(request, "hats", None)
    if hats is None:
        hats = request.hats = hats_of(request.user)  # type: ignore[attr-defined]  # kept with it
    return hats


def hat_of(request: HttpRequest) -> Hat | None:
    """The hat that the visitor has chosen, else their first; never one that they no longer have."""
    hats = hats_worn_by(request)
    chosen = request.session.get(HAT_KEY) if hats else None
    return next((hat for hat in hats if hat.party_id == chosen), next(iter(hats), None))
