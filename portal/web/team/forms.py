"""What can be done to a team, one form an act. Each knows what it is done to."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Invitation
from marketplace.accounts.services import (
    change_member_role,
    end_membership,
    invite_member,
    withdraw_invitation,
)
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import members_of
from portal.web.forms import ServiceForm


class TeamForm(ServiceForm):
    """An act on a team: what it is done to, and what is said when it is done."""

    name: ClassVar[str]
    done: ClassVar[str | Promise]

    def __init__(self, target: Any, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"{self.name}-{target.pk}-%s")
        self.target = target

    @staticmethod
    def targets(party: Party) -> QuerySet[Any]:
        """What it can be done to in this party's team."""
        raise NotImplementedError

    def act(self, *, by: User, at: datetime) -> None:
        """Do it."""
        raise NotImplementedError


class InvitationForm(TeamForm):
    """Whom to ask, and as what. Done to the party itself."""

    name = "invite"
    done = _("The invitation is on its way.")

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role, initial=Membership.Role.ANALYST
    )

    @staticmethod
    def targets(party: Party) -> QuerySet[Party]:
        """The party."""
        return Party.objects.filter(pk=party.pk)

    def act(self, *, by: User, at: datetime) -> None:
        """Ask the reader of the address to join."""
        invite_member(
            by=by,
            party=self.target,
            email=self.cleaned_data["email"],
            role=MemberRole(self.cleaned_data["role"]),
            at=at,
        )


class RoleForm(TeamForm):
    """As what a member goes on."""

    name = "change-role"
    done = _("The role is changed.")

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)

    def __init__(self, target: Membership, data: QueryDict | None = None) -> None:
        super().__init__(target, data)
        self.initial["role"] = target.role

    @staticmethod
    def targets(party: Party) -> QuerySet[Membership]:
        """The members."""
        return members_of(party)

    def act(self, *, by: User, at: datetime) -> None:
        """Give the member the role."""
        role = MemberRole(self.cleaned_data["role"])
        change_member_role(by=by, membership=self.target, role=role, at=at)


class RemovalForm(TeamForm):
    """A member goes."""

    name = "remove"
    done = _("That person is no longer in the team.")

    @staticmethod
    def targets(party: Party) -> QuerySet[Membership]:
        """The members."""
        return members_of(party)

    def act(self, *, by: User, at: datetime) -> None:
        """End the membership."""
        end_membership(by=by, membership=self.target, at=at)


class WithdrawalForm(TeamForm):
    """An invitation is taken back."""

    name = "withdraw"
    done = _("The invitation is withdrawn.")

    @staticmethod
    def targets(party: Party) -> QuerySet[Invitation]:
        """The party's invitations, also those that somebody has answered in the meantime."""
        return Invitation.objects.active().filter(party=party.pk)

    def act(self, *, by: User, at: datetime) -> None:
        """Take it back."""
        withdraw_invitation(by=by, invitation=self.target, at=at)


#: Every act by the name that the page sends.
ACTS: dict[str, type[TeamForm]] = {
    form.name: form for form in (InvitationForm, RoleForm, RemovalForm, WithdrawalForm)
}
