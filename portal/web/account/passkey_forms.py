"""Passkeys as forms: what a browser's authenticator has signed comes in as JSON."""

# pylint: disable=no-member  # a mixin here stands before a class of allauth's that has the member

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from portal.web.account.entrance_forms import reword

_NAME = {"name": _("Name")}
_LONGEST_NAME = 100


@contextmanager
def _anything_else_is_refused() -> Iterator[None]:
    """Made-up data makes the library stumble in many ways; each of them means no."""
    refused = ValidationError(_("This passkey does not fit here."), code="wrong_passkey")
    try:
        yield
    except ValidationError as refusal:
        if getattr(refusal, "code", None) != "incorrect_code":
            raise
        raise refused from refusal
    except Exception as stumble:  # pylint: disable=broad-exception-caught  # see above
        raise refused from stumble


class _Careful:
    """For the forms that check a signature."""

    def clean_credential(self) -> Any:
        """The passkey that has signed."""
        with _anything_else_is_refused():
            return super().clean_credential()  # type: ignore[misc]  # the form beside it has it


def _careful(form: Any) -> type[forms.Form]:
    return type(form.__name__, (_Careful, form), {})


LogInByPasskeyForm = _careful(webauthn.LoginWebAuthnForm)
SecondFactorForm = _careful(webauthn.AuthenticateWebAuthnForm)
ReauthenticateByPasskeyForm = _careful(webauthn.ReauthenticateWebAuthnForm)


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]  # untyped
    """How a new passkey is called, and whether it is good enough without a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(
            self,
            _NAME | {"passwordless": _("Log in with it instead of a password")},
            {
                "name": _("So that you can tell it from others, like “My phone”."),
                "passwordless": _("Your device then asks for your finger, face or PIN each time."),
            },
        )
        _keep_short(self.fields["name"])
        self.fields["passwordless"].initial = True

    def clean(self) -> Any:
        """Whether it was made here and now."""
        with _anything_else_is_refused():
            return super().clean()


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # untyped
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reword(self, _NAME, {})
        _keep_short(self.fields["name"])


def _keep_short(name: forms.Field) -> None:
    name.widget.attrs["maxlength"] = str(_LONGEST_NAME)
    name.validators.append(MaxLengthValidator(_LONGEST_NAME))
