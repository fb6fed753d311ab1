"""Change a password, username or address: asked for here, done when the code from the letter is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from marketplace.accounts.errors import NothingToConfirm, TooManyCodes
from marketplace.accounts.models import Change
from marketplace.accounts.selectors import waiting_change
from marketplace.accounts.services import cancel_change
from marketplace.common.errors import MarketplaceError
from marketplace.parties.models import User
from portal.identity.changes import ask_for_change, settle_change
from portal.web.account.own_pages import OwnPage
from portal.web.forms import ServiceForm, ServiceFormPage

#: No code is longer, however it is written; a link brings no more into the form.
_LONGEST_CODE = 64

_DONE = {
    Change.Kind.PASSWORD: _("Your password is changed. All your other sessions have ended."),
    Change.Kind.USERNAME: _("Your username is changed."),
    Change.Kind.EMAIL: _("Your e-mail address is changed and confirmed."),
}


class _ChangeForm(ServiceForm):
    """The new value, in the field that has the name of the kind, and a proof that it is you."""

    current_password = forms.CharField(
        label=_("Current password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class _PasswordForm(_ChangeForm):
    field_order = ["current_password", "password"]
    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 8 characters. A few unrelated words are easy to keep in mind."),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class _UsernameForm(_ChangeForm):
    field_order = ["username", "current_password"]
    username = forms.CharField(
        label=_("New username"),
        help_text=_("Your present one stays reserved for you for 30 days."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class _AddressForm(_ChangeForm):
    field_order = ["email", "current_password"]
    email = forms.EmailField(
        label=_("New e-mail address"),
        help_text=_("The code goes there. It shows that you read its mail."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


_FORMS: Mapping[Change.Kind, type[_ChangeForm]] = {
    Change.Kind.PASSWORD: _PasswordForm,
    Change.Kind.USERNAME: _UsernameForm,
    Change.Kind.EMAIL: _AddressForm,
}


class _CodeForm(ServiceForm):
    """The code from the letter."""

    code = forms.CharField(
        label=_("Code"),
        max_length=_LONGEST_CODE,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class _ForgetForm(ServiceForm):
    """A button alone."""


class ChangePage(OwnPage, ServiceFormPage):
    """Ask for a change of one kind, and confirm the one that waits."""

    template_name = "account/change.html"
    partials = ["change"]
    kind: Change.Kind
    is_done = False

    def check_access(self, user: User) -> None:
        """There are three kinds."""
        super().check_access(user)
        try:
            self.kind = Change.Kind(self.kwargs["kind"])
        except ValueError as error:
            raise Http404 from error

    @property
    def waiting(self) -> Change | None:
        """The change that the code would do, as it stands."""
        return waiting_change(self.person, self.kind, timezone.now())

    @cached_property
    def code_in_link(self) -> str:
        """The code that the letter's link has brought."""
        return self.request.GET.get("code", "")[:_LONGEST_CODE]

    def get_context(self) -> dict[str, Any]:
        """What waits, and both forms."""
        waiting = self.waiting
        code_form = _CodeForm(initial={"code": self.code_in_link})
        if waiting is not None:
            code_form.focus_first_error()
        return {
            "waiting": waiting,
            "needs_confirmed_address": self.kind != Change.Kind.EMAIL
            and self.person.email_confirmed_at is None,
            "ask_form": self._asking(waiting),
            "code_form": code_form,
        }

    def render(self, *, status: int = HTTPStatus.OK, **extra: Any) -> HttpResponse:
        """The page; the form that was sent takes the place of its blank."""
        form = extra.pop("form")
        if form.is_bound:
            extra["code_form" if isinstance(form, _CodeForm) else "ask_form"] = form
        return super().render(status=status, **extra)

    def get_form(self, data: QueryDict | None = None) -> ServiceForm:
        """The form that was sent, known by what only it sends; it asks for the change by default."""
        if data and "forget" in data:
            return _ForgetForm(data)
        return _CodeForm(data) if data and "code" in data else _FORMS[self.kind](data)

    def act(self, form: ServiceForm) -> None:
        """Ask, confirm or forget."""
        match form:
            case _ForgetForm():
                with suppress(NothingToConfirm):
                    cancel_change(user=self.person, kind=self.kind, at=timezone.now())
                messages.success(self.request, gettext("Nothing is going to change."))
            case _CodeForm():
                code = form.cleaned_data["code"]
                settle_change(self.request, user=self.person, kind=self.kind, code=code)
                messages.success(self.request, str(_DONE[self.kind]))
                self.is_done = True
            case _:
                self._ask(form.cleaned_data)

    def success_url(self) -> str:
        """The profile once it is done; until then this page, which asks for the code."""
        if self.is_done:
            return reverse("account_profile")
        return reverse("account_change", args=[self.kind.value])

    def _ask(self, asked: Mapping[str, str]) -> None:
        try:
            ask_for_change(
                self.request,
                user=self.person,
                kind=self.kind,
                value=asked[self.kind.value],
                current_password=asked["current_password"],
            )
        except TooManyCodes as refusal:
            minutes = -(-refusal.retry_after // 60)
            text = ngettext(
                "You have asked for too many codes. You can ask again in %(minutes)d minute.",
                "You have asked for too many codes. You can ask again in %(minutes)d minutes.",
                minutes,
            )
            raise MarketplaceError(text % {"minutes": minutes}, code=refusal.code) from refusal

    def _asking(self, waiting: Change | None) -> ServiceForm:
        """The form that asks, with the name or address that waits; a password is never shown."""
        known = waiting is not None and self.kind != Change.Kind.PASSWORD
        initial = {self.kind.value: waiting.value} if waiting and known else {}
        return _FORMS[self.kind](initial=initial)
