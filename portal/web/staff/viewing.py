"""Beginning and ending a look at the portal through a person's eyes."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Viewing
from marketplace.accounts.rules import VIEWING_LIFE
from marketplace.accounts.selectors import may_view
from marketplace.accounts.services import begin_viewing
from marketplace.parties.models import User
from portal.access import StaffOnly
from portal.web.forms import SeeOther, ServiceForm, ServiceFormPage
from portal.web.viewing import VIEWING_KEY


class ReasonForm(ServiceForm):
    """Why an administrator looks."""

    reason = forms.CharField(
        label=_("Why do you need to look?"),
        max_length=Viewing._meta.get_field("reason").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class BeginViewingPage(StaffOnly, ServiceFormPage):
    """See the portal as a person does, read only, for a reason that is kept."""

    template_name = "staff/viewing.html"
    partials = ["begin-viewing"]
    form_class = ReasonForm

    def check_access(self, user: User) -> None:
        """Only staff who have that right."""
        super().check_access(user)
        if not may_view(user):
            raise Http404

    @cached_property
    def person(self) -> User:
        """Through whose eyes."""
        return get_object_or_404(User, pk=self.kwargs["pk"])

    def get_context(self) -> dict[str, Any]:
        """Who it is, and for how long one may look."""
        return {"person": self.person, "minutes": VIEWING_LIFE // timedelta(minutes=1)}

    def act(self, form: ServiceForm) -> None:
        """Put it on record, and let the session know."""
        viewing = begin_viewing(
            administrator=self.request.user,  # type: ignore[arg-type]  # staff are logged in
            person=self.person,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
        self.request.session[VIEWING_KEY] = viewing.pk
        rotate_token(self.request)  # forms that are open elsewhere were not the person's

    def success_url(self) -> str:
        """Where everybody begins."""
        return resolve_url("public:home")


class EndViewing(StaffOnly):
    """Be oneself again. The record of the viewing is ended with it."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Forget it; forms that were made for the person are void."""
        request.session.pop(VIEWING_KEY, None)
        rotate_token(request)
        messages.success(request, str(_("You see the portal as yourself again.")))
        return SeeOther(resolve_url("staff:people"))
