"""What guards an account: asking who it is once more, second factors, passkeys, sessions."""

# pylint: disable=no-member  # a mixin here stands before a class of allauth's that has the member

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.account import views as account_views
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, resolve_url
from django.utils.translation import gettext as _
from django.views import View

from portal.access import LoggedIn
from portal.web.account.devices import device_name
from portal.web.account.doors import open_door, own_door
from portal.web.account.entrance_forms import CODE, PASSWORD, worded
from portal.web.account.passkey_forms import (
    AddPasskeyForm,
    LogInByPasskeyForm,
    ReauthenticateByPasskeyForm,
    RenamePasskeyForm,
    SecondFactorForm,
)
from portal.web.forms import SeeOther


class _StaysHere(View):
    """A passkey that did not work can be tried again on the same page."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say why, and back to the page."""
        super().form_invalid(form)  # type: ignore[misc]  # it leaves the message
        return HttpResponseRedirect(self.request.get_full_path())


class _NamesDevices(View):
    """The list of sessions, the one in use first, then the latest seen."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each session with the name of its device."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        sessions = sorted(context["sessions"], key=lambda one: one.last_seen_at, reverse=True)
        sessions.sort(key=lambda one: not one.is_current())
        context["devices"] = [(device_name(one.user_agent), one) for one in sessions]
        return context


class EndSession(LoggedIn):
    """Log out one device. It is out with its next click."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End the session, which may be the one in use."""
        session = get_object_or_404(UserSession, pk=pk, user=request.user)
        if session.session_key == request.session.session_key:
            logout(request)
            session.delete()
            return SeeOther(resolve_url("public:home"))
        session.end()
        messages.success(request, _("That device is logged out."))
        return SeeOther(resolve_url("usersessions_list"))


Reauthenticate = own_door(
    account_views.ReauthenticateView,
    form_class=worded(account_forms.ReauthenticateForm, {"password": PASSWORD}),
    limit="reauthenticate",
)
TwoFactor = own_door(mfa_views.IndexView)
SecondFactor = open_door(
    mfa_views.AuthenticateView,
    form_class=worded(mfa_forms.AuthenticateForm, {"code": CODE}, autocapitalize="none"),
    webauthn_form_class=SecondFactorForm,
)
ReauthenticateByCode = own_door(
    mfa_views.ReauthenticateView,
    form_class=worded(mfa_forms.ReauthenticateForm, {"code": CODE}, autocapitalize="none"),
    limit="reauthenticate",
)
AddApp = own_door(
    totp_views.ActivateTOTPView,
    form_class=worded(totp_forms.ActivateTOTPForm, {"code": CODE}, inputmode="numeric"),
)
RemoveApp = own_door(totp_views.DeactivateTOTPView)
RecoveryCodes = own_door(recovery_views.ViewRecoveryCodesView)
NewRecoveryCodes = own_door(recovery_views.GenerateRecoveryCodesView)
DownloadRecoveryCodes = own_door(recovery_views.DownloadRecoveryCodesView)
Passkeys = own_door(passkey_views.ListWebAuthnView)
AddPasskey = own_door(passkey_views.AddWebAuthnView, form_class=AddPasskeyForm)
RenamePasskey = own_door(passkey_views.EditWebAuthnView, form_class=RenamePasskeyForm)
RemovePasskey = own_door(passkey_views.RemoveWebAuthnView)
LogInByPasskey = open_door(
    passkey_views.LoginWebAuthnView, form_class=LogInByPasskeyForm, limit="webauthn_login"
)
ReauthenticateByPasskey = own_door(
    passkey_views.ReauthenticateWebAuthnView,
    _StaysHere,
    form_class=ReauthenticateByPasskeyForm,
    limit="reauthenticate",
)
Sessions = own_door(ListUserSessionsView, _NamesDevices)
