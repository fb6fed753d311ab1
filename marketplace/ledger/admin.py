"""The books in the Django admin: to read, and to credit or debit a party with a reason.

The ledger doesn't know parties, so the page of a correction names one by its number, and is reached
from the pages of parties and accounts by its address.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.common.admin import ReadOnlyAdmin, money
from marketplace.common.errors import MarketplaceError
from marketplace.common.money import cents, grouped_text
from marketplace.ledger.models import Account, Transfer
from marketplace.ledger.services import credit, debit

#: Named, not imported, as settings.AUTH_USER_MODEL is: only whether a number is a party's is asked.
_PARTY_MODEL = "parties.Party"


class CorrectionForm(forms.Form):
    """Whose balance is corrected by how much, and why. The key makes a double click one effect."""

    party = forms.IntegerField(label=_("Number of the party"), min_value=1, max_value=2**63 - 1)
    direction = forms.ChoiceField(
        label=_("What to do"), choices=[("credit", _("Credit")), ("debit", _("Debit"))]
    )
    amount = forms.CharField(label=_("Amount, USD"), max_length=20)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_party(self) -> int:
        """The number, if it is a party's."""
        number: int = self.cleaned_data["party"]
        # pylint: disable-next=protected-access  # Django's documented name for it
        if not apps.get_model(_PARTY_MODEL)._default_manager.filter(pk=number).exists():
            raise ValidationError(_("There is no such party."))
        return number

    def clean_amount(self) -> int:
        """The amount in cents."""
        try:
            return cents(self.cleaned_data["amount"])
        except MarketplaceError as refusal:
            raise ValidationError(str(refusal)) from refusal


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Accounts, and the page on which an administrator corrects a party's balance."""

    change_list_template = "admin/ledger/account/change_list.html"
    list_display = ["address", money("balance_cents", _("balance")), "updated_at"]
    search_fields = ["address"]
    date_hierarchy = "created_at"
    ordering = ["pk"]

    def get_urls(self) -> list[URLPattern]:
        """Django's own pages of the admin and the correction's."""
        page = self.admin_site.admin_view(self.correct)
        return [path("correct/", page, name="ledger_account_correct"), *super().get_urls()]

    def correct(self, request: HttpRequest) -> HttpResponse:
        """Credit or debit a party; whoever may add transfers may do so."""
        if not request.user.has_perm("ledger.add_transfer"):
            raise PermissionDenied
        form = CorrectionForm(
            request.POST if request.method == "POST" else None,
            initial={"party": request.GET.get("party"), "key": uuid4()},
        )
        if form.is_valid() and self._applied(request, form):
            return HttpResponseRedirect(reverse("admin:ledger_account_changelist"))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Credit or debit a party"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/ledger/account/correct.html", context)

    def _applied(self, request: HttpRequest, form: CorrectionForm) -> bool:
        """Whether the ledger booked the correction; if not, the form says why."""
        given = form.cleaned_data
        service = credit if given["direction"] == "credit" else debit
        try:
            transfer = service(
                party_id=given["party"],
                amount_cents=given["amount"],
                reason=given["reason"],
                actor=request.user,  # type: ignore[arg-type]  # the admin lets nobody anonymous in
                at=timezone.now(),
                key=str(given["key"]),
            )
        except MarketplaceError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return False
        text = _("Booked: %(amount)s for %(reason)s") % {
            "amount": grouped_text(transfer.amount_cents),
            "reason": transfer.reason,
        }
        self.message_user(request, text, messages.SUCCESS)
        return True


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """Every move of money."""

    list_display = [
        "reference", "source", "destination", money("amount_cents", _("amount")), "kind",
        "reason", "actor", "created_at",
    ]  # fmt: skip
    list_filter = ["kind"]
    list_select_related = ["source", "destination", "actor"]
    search_fields = ["reference", "source__address", "destination__address", "reason"]
    date_hierarchy = "created_at"
