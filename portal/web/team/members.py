"""The team of a showroom or a supplier: its owners decide who is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.selectors import invitations_of
from marketplace.common.errors import MarketplaceError
from marketplace.parties.models import Membership
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import members_of
from portal.access import ActsForParty
from portal.web.forms import SeeOther
from portal.web.rendering import HtmxHttpRequest, Page
from portal.web.team.forms import ACTS, InvitationForm, RoleForm, TeamForm

_A_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)

#: What each role may do, in the order of what it may.
ROLES: dict[MemberRole, str | Promise] = {
    MemberRole.OWNER: _("Does everything, and decides who is in the team."),
    MemberRole.MANAGER: _("Trades: prices, promotions and purchases."),
    MemberRole.ANALYST: _("Sees everything and changes nothing."),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A member; `role_form` is None for visitors who may not change anything."""

    membership: Membership
    is_visitor: bool
    role_form: TeamForm | None


class TeamPage(ActsForParty, Page):
    """Who is in the team, and since when; an owner invites, changes roles, removes, withdraws."""

    template_name = "team/members.html"
    partials = ["team"]
    writing_roles = frozenset({MemberRole.OWNER})

    #: The form that was sent and refused: it is shown again where it stands.
    refused: TeamForm | None = None

    def get_context(self) -> dict[str, Any]:
        """The members; for an owner also the forms, and the invitations that wait."""
        context: dict[str, Any] = {
            "party": self.membership.party,
            "membership": self.membership,
            "roles": [(Membership.Role(role).label, text) for role, text in ROLES.items()],
            "refused": self.refused,
            "members": [self._line(member) for member in members_of(self.membership.party)],
        }
        if self._may_write():
            context["invitations"] = invitations_of(self.membership.party, at=timezone.now())
            context["invitation_form"] = self._form(InvitationForm, self.membership.party)
        return context

    def post(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Do what an owner asks for, or say why not where it was asked."""
        form_class = ACTS.get(self.request.POST.get("act", ""))
        if form_class is None:
            raise Http404
        target = _chosen(form_class.targets(self.membership.party), self.request.POST.get("id"))
        form = form_class(target, self.request.POST)
        if form.is_valid():
            try:
                form.act(by=self.membership.user, at=timezone.now())
            except MarketplaceError as refusal:
                form.refuse(refusal)
            else:
                messages.success(self.request, str(form.done))
                return SeeOther(self.request.get_full_path())
        form.focus_first_error()
        self.refused = form
        return self.render(status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def _line(self, member: Membership) -> _Line:
        is_visitor = member.user_id == self.membership.user_id
        return _Line(
            member, is_visitor, self._form(RoleForm, member) if self._may_write() else None
        )

    def _form(self, form_class: type[TeamForm], target: Any) -> TeamForm:
        """The form that was refused, if it is this one; else a fresh one."""
        sent = self.refused
        is_sent = isinstance(sent, form_class) and sent.target.pk == target.pk
        return sent if sent is not None and is_sent else form_class(target)

    def _may_write(self) -> bool:
        return self.member_role in self.writing_roles


def _chosen(rows: QuerySet[Any], key: str | None) -> Any:
    """The row of that key, or a 404; also for what is no key at all."""
    if not _A_KEY.fullmatch(key or ""):
        raise Http404
    return get_object_or_404(rows, pk=key)
