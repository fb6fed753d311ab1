"""Take back a change of an address, by the link that was sent to the former one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from marketplace.accounts.selectors import former_address_for
from portal.access import Anybody
from portal.identity.changes import take_address_back
from portal.web.forms import ServiceForm, ServiceFormPage


class UndoForm(ServiceForm):
    """There is nothing to fill in: whoever has the link may."""


@method_decorator(never_cache, name="dispatch")
class UndoPage(Anybody, ServiceFormPage):
    """What would be undone, and a button that undoes it: a mail program that looks ahead does not."""

    template_name = "account/undo.html"
    form_class = UndoForm

    def render(self, *, status: int = HTTPStatus.OK, **extra: Any) -> HttpResponse:
        """The page, or one that says that the link is no longer good."""
        former = former_address_for(self.kwargs["token"], timezone.now())
        if former is None:
            status = HTTPStatus.GONE
        return super().render(status=status, former=former, **extra)

    def act(self, form: ServiceForm) -> None:
        """Undo it. Whoever is logged in to that account no longer is, here and everywhere."""
        user = take_address_back(self.request, token=self.kwargs["token"])
        if self.request.user == user:
            logout(self.request)
        messages.success(
            self.request,
            _("The address of your account is %(address)s again. Everybody was logged out of it.")
            % {"address": user.email},
        )

    def success_url(self) -> str:
        """The page that says: a letter leads to a new password."""
        return reverse("account_reset_password_done")
