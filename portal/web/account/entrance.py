"""Coming in and going out: log-in, sign-up, confirming an address, choosing a new password."""

# pylint: disable=no-member  # a mixin here stands before a class of allauth's that has the member

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import Any

from allauth.account import forms as account_forms
from allauth.account import views
from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View

from marketplace.accounts.selectors import invitation_for
from portal.access import LoggedIn
from portal.web.account.doors import open_door, seconds_to_wait
from portal.web.account.entrance_forms import (
    CODE,
    EMAIL,
    PASSWORD_HINT,
    LogInForm,
    SignUpForm,
    worded,
)
from portal.web.forms import SeeOther


class _KnowsInvitations(View):
    """Sign-up by an invitation: the letter's link brings its secret along."""

    def get_initial(self) -> dict[str, Any]:
        """The invitation, and the address that it was sent to."""
        initial: dict[str, Any] = super().get_initial()  # type: ignore[misc]  # a form view's
        invitation = self._invitation
        if invitation is not None:
            initial |= {"invitation": self._token(), "email": invitation.email}
        return initial

    def get_form(self, form_class: Any = None) -> SignUpForm:
        """The form for the invited, if the invitation is good."""
        form: SignUpForm = super().get_form(form_class)  # type: ignore[misc]  # a form view's
        if self._invitation is not None:
            form.expect_the_invited()
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page needs to say who invites to what."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"invitation": self._invitation}

    def _token(self) -> str:
        return (self.request.POST.get("invitation") or self.request.GET.get("invitation", ""))[:64]

    @cached_property
    def _invitation(self) -> Any:
        token = self._token()
        return invitation_for(token, at=timezone.now()) if token else None


class _LinksGrowOld(View):
    """A link that is no longer good gets a page that says so, with 404."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, as an error if the link is dead."""
        dead = context.get("token_fail") or context.get("confirmation", self) is None
        if dead:
            kwargs["status"] = HTTPStatus.NOT_FOUND
        return super().render_to_response(context, **kwargs)  # type: ignore[misc,no-any-return]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Use the link, unless it was used in another window meanwhile."""
        try:
            return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        except Http404:
            return self.get(request, *args, **kwargs)  # type: ignore[attr-defined,no-any-return]


LogIn = open_door(views.LoginView, form_class=LogInForm)
LogOut = open_door(views.LogoutView)
SignUp = open_door(views.SignupView, _KnowsInvitations, form_class=SignUpForm, limit="signup")
Inactive = open_door(views.AccountInactiveView)
RequestCode = open_door(
    views.RequestLoginCodeView,
    form_class=worded(account_forms.RequestLoginCodeForm, {"email": EMAIL}),
    guess_limit="request_login_code",
)
EnterCode = open_door(
    views.ConfirmLoginCodeView,
    form_class=worded(account_forms.ConfirmLoginCodeForm, {"code": CODE}, autocapitalize="none"),
)
LetterSent = open_door(views.EmailVerificationSentView)
ConfirmAddress = open_door(views.ConfirmEmailView, _LinksGrowOld)
ForgotPassword = open_door(
    views.PasswordResetView,
    form_class=worded(account_forms.ResetPasswordForm, {"email": EMAIL}),
    limit="reset_password",
)
ForgotPasswordDone = open_door(views.PasswordResetDoneView)
ChoosePassword = open_door(
    views.PasswordResetFromKeyView,
    _LinksGrowOld,
    form_class=worded(
        account_forms.ResetPasswordKeyForm,
        {"password1": _("New password"), "password2": _("The new password again")},
        {"password1": PASSWORD_HINT},
    ),
    limit="reset_password_from_key",
)
ChoosePasswordDone = open_door(views.PasswordResetFromKeyDoneView)


class SendLetterAgain(LoggedIn):
    """Send another letter to somebody who has not confirmed their address."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it, or say how long to wait for another."""
        if request.user.email_confirmed_at is not None:  # type: ignore[union-attr]
            messages.info(request, gettext("Your address is confirmed already."))
            return SeeOther(resolve_url("public:home"))
        if not send_verification_email_for_user(request, request.user):
            minutes = -(-seconds_to_wait("confirm_email") // 60)
            text = ngettext(
                "We have just sent you a letter. You can ask for another in %(minutes)d minute.",
                "We have just sent you a letter. You can ask for another in %(minutes)d minutes.",
                minutes,
            )
            messages.info(request, text % {"minutes": minutes})
        return SeeOther(resolve_url("account_email_verification_sent"))
