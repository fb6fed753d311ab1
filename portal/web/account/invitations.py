"""An invitation to act for a party, opened from the letter's link: join as who one is, or sign up."""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.errors import InvitationGone
from marketplace.accounts.models import Invitation
from marketplace.accounts.selectors import invitation_for
from marketplace.accounts.services import accept_invitation
from portal.access import HAT_KEY, Anybody
from portal.web.forms import ServiceForm, ServiceFormPage
from portal.web.rendering import HtmxHttpRequest


class AcceptForm(ServiceForm):
    """To accept, one only has to say so."""


class InvitationPage(Anybody, ServiceFormPage):
    """Who invites to what, and the ways to accept. The link is the secret: it opens for anybody."""

    template_name = "account/invitation.html"
    partials = ["invitation"]
    form_class = AcceptForm
    success_message = _("Welcome to the team.")

    @cached_property
    def invitation(self) -> Invitation | None:
        """The invitation while it can be accepted."""
        return invitation_for(self.kwargs["token"], at=timezone.now())

    def get_context(self) -> dict[str, Any]:
        """The invitation, whether it is the visitor's, and where to sign up and log in."""
        invitation, user = self.invitation, self.request.user
        if invitation is None:
            return {"gone": InvitationGone.message}
        asked = {"invitation": self.kwargs["token"], "email": invitation.email}
        return {
            "invitation": invitation,
            "is_for_visitor": user.is_authenticated
            and user.email.lower() == invitation.email.lower(),
            "sign_up": f"{resolve_url('account_signup')}?{urlencode(asked)}",
            "log_in": f"{resolve_url('account_login')}?{urlencode({'next': self.request.path})}",
        }

    def get(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """The invitation; a 404 that says so if it is no longer good.

        A page that is open already shows only what is a refusal: it gets a 422.
        """
        gone = HTTPStatus.UNPROCESSABLE_ENTITY if self.request.htmx else HTTPStatus.NOT_FOUND
        return self.render(status=HTTPStatus.OK if self.invitation is not None else gone)

    def post(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Accept, once somebody is logged in."""
        if not self.request.user.is_authenticated or self.invitation is None:
            return self.get(self.request)
        return super().post(self.request)

    def act(self, form: ServiceForm) -> None:
        """Join the team, and wear its hat from now on."""
        membership = accept_invitation(
            user=self.request.user,  # type: ignore[arg-type]  # somebody is logged in
            token=self.kwargs["token"],
            at=timezone.now(),
        )
        self.request.session[HAT_KEY] = membership.party_id

    def success_url(self) -> str:
        """The team that one has joined."""
        return resolve_url("team", self.request.session[HAT_KEY])
