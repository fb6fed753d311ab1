"""What is asked at the entrance, in our words: allauth's forms with labels and hints of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_MISMATCHES = {"email_password_mismatch", "username_password_mismatch"}

PASSWORD_HINT = _("At least 8 characters. A few unrelated words are easy to keep in mind.")
EMAIL = _("E-mail")
PASSWORD = _("Password")
CODE = _("Code")


def worded(
    form: Any,
    labels: Mapping[str, Promise],
    hints: Mapping[str, Promise] | None = None,
    **attrs: str,
) -> type[forms.Form]:
    """The form with labels above its fields instead of placeholders inside, and with hints.

    `attrs` are HTML attributes of all its fields.
    """

    class Worded(form):  # type: ignore[misc]  # allauth has no types
        """The same questions in our words."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            reword(self, labels, hints or {})
            for name in labels:
                self.fields[name].widget.attrs |= attrs

    return Worded


def reword(form: forms.Form, labels: Mapping[str, Promise], hints: Mapping[str, Promise]) -> None:
    """Give a form's fields our labels and hints; a field without a hint of ours has none."""
    for name, label in labels.items():
        field = form.fields[name]
        field.widget.attrs.pop("placeholder", None)
        field.label = str(label)
        field.help_text = str(hints.get(name, ""))


class LogInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Who are you?"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "login": _("E-mail or username"),
            "password": PASSWORD,
            "remember": _("Stay logged in on this device"),
        }
        reword(self, labels, {})
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}

    def clean(self) -> Any:
        """Whether it is right; what was wrong is not said, nor whether there is such an account."""
        try:
            return super().clean()
        except ValidationError as refusal:
            if getattr(refusal, "code", None) not in _MISMATCHES:
                raise
            raise ValidationError(
                _("No account has this name and password. Mind capital letters in the password."),
                code="wrong_credentials",
            ) from refusal


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth has no types
    """Who are you going to be?"""

    field_order = ["joining_as", "party_name", "country", "email", "username", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(
            self,
            {"email": EMAIL, "username": _("Username"), "password1": PASSWORD},
            {
                "email": _("We send a letter there. Its link confirms that the address is yours."),
                "username": _("Others see it. You can log in by it, or by your e-mail."),
                "password1": PASSWORD_HINT,
            },
        )
        self.fields["username"].widget.attrs["autocapitalize"] = "none"

    def expect_the_invited(self) -> None:
        """The address is the one that the invitation was sent to, whose letter they have read."""
        email = self.fields["email"]
        email.widget.attrs["readonly"] = True
        email.help_text = _("The invitation was sent there, so the address is confirmed already.")
