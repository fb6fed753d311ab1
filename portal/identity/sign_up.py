"""What joining asks beyond e-mail, username and password; pages and API ask the same."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.selectors import invitation_for
from marketplace.parties.models import Party, User
from portal.fields import CountryField


class SignUp(forms.Form):
    """As whom somebody joins: as a customer, founding a showroom or supplier, or as invited."""

    joining_as = forms.ChoiceField(
        label=_("I want to"),
        choices=[
            (Party.Kind.CUSTOMER, _("buy cars")),
            (Party.Kind.SHOWROOM, _("run a showroom")),
            (Party.Kind.SUPPLIER, _("supply showrooms")),
        ],
        initial=Party.Kind.CUSTOMER,
        required=False,
        widget=forms.RadioSelect,
    )
    party_name = forms.CharField(
        label=_("Name of the showroom or supplier"), max_length=120, required=False
    )
    country = CountryField()
    invitation = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Whoever founds something names it; whoever is invited uses the invited address."""
        data = super().clean() or self.cleaned_data
        if data.get("invitation"):
            self._check_invitation(data["invitation"], data.get("email", ""))
            data["joining_as"] = ""
            return data
        data["joining_as"] = data.get("joining_as") or Party.Kind.CUSTOMER.value
        if data["joining_as"] != Party.Kind.CUSTOMER and not data.get("party_name"):
            self.add_error("party_name", _("What is it called?"))
        return data

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing is left to do: the adapter has done it in one act with the account."""

    def _check_invitation(self, token: str, email: str) -> None:
        invitation = invitation_for(token, at=timezone.now())
        if invitation is None:
            self.add_error(None, _("This invitation is no longer good. Ask for a new one."))
        elif email and email.lower() != invitation.email.lower():
            self.add_error("email", _("The invitation was sent to another address."))
