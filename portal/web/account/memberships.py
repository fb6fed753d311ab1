"""For which showrooms and suppliers I act, how to stop, and who else asks me to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.selectors import invitations_to
from marketplace.accounts.services import end_membership
from marketplace.parties.models import Membership, User
from marketplace.parties.selectors import parties_of
from portal.web.account.own_pages import OwnPage
from portal.web.forms import ServiceForm, ServiceFormPage


class LeaveForm(ServiceForm):
    """There is nothing to fill in."""


class MembershipsPage(OwnPage):
    """My memberships, each with my role, and the invitations that wait for me."""

    template_name = "account/memberships.html"
    partials = ["memberships"]

    def get_context(self) -> dict[str, Any]:
        """Both lists. Where to accept an invitation stands in the letter alone."""
        return {
            "memberships": parties_of(self.person),
            "invitations": invitations_to(self.person, timezone.now()),
        }


class LeaveParty(MembershipsPage, ServiceFormPage):
    """Stop acting for one of them. Doing so twice is harmless; another person's is a 404."""

    form_class = LeaveForm
    membership: Membership

    def check_access(self, user: User) -> None:
        """Find the membership among one's own, ended or not."""
        super().check_access(user)
        own = user.memberships.select_related("party").filter(pk=self.kwargs["pk"]).first()
        if own is None:
            raise Http404
        self.membership = own

    def act(self, form: ServiceForm) -> None:
        """Leave."""
        end_membership(by=self.person, membership=self.membership, at=timezone.now())
        text = _("You no longer act for %(party)s.") % {"party": self.membership.party}
        messages.success(self.request, text)

    def success_url(self) -> str:
        """The list without it."""
        return reverse("account_memberships")
