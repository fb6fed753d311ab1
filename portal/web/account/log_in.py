"""Log in by e-mail or username, and log out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views import View

from marketplace.common.errors import MarketplaceError
from portal.access import Anybody
from portal.web.forms import SeeOther, ServiceForm, ServiceFormPage
from portal.web.rendering import HtmxHttpRequest


class WrongCredentials(MarketplaceError):
    """No active person has that name and password; it is not said which of the two was wrong."""

    code = "wrong_credentials"
    message = _("No account has this name and password. Mind capital letters in the password.")


class LogInForm(ServiceForm):
    """Who are you?"""

    username = forms.CharField(
        label=_("E-mail or username"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class LogInPage(Anybody, ServiceFormPage):
    """Log in, then go back to where one came from."""

    template_name = "account/log_in.html"
    form_class = LogInForm

    def get_context(self) -> dict[str, Any]:
        """Where to go afterwards."""
        return {"next": self._asked_for()}

    def get(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """The form, or on to the page for somebody who is logged in."""
        if self.request.user.is_authenticated:
            return SeeOther(self.success_url())
        return self.render(form=self.get_form())

    def act(self, form: ServiceForm) -> None:
        """Start a session for the person."""
        user = authenticate(self.request, **form.cleaned_data)
        if user is None:
            raise WrongCredentials()
        login(self.request, user)

    def success_url(self) -> str:
        """The page that was asked for, if it is ours."""
        return self._asked_for() or resolve_url(settings.LOGIN_REDIRECT_URL)

    def _asked_for(self) -> str:
        asked = self.request.POST.get("next") or self.request.GET.get("next") or ""
        ours = url_has_allowed_host_and_scheme(
            asked, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return asked if ours else ""


class LogOut(Anybody, View):
    """End the session. Only by POST: a link on another site must not do it."""

    def post(self, request: HtmxHttpRequest) -> HttpResponse:
        """Log out and go home."""
        logout(request)
        return SeeOther(resolve_url(settings.LOGOUT_REDIRECT_URL))
