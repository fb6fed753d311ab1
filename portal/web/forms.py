"""Forms read, services decide."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.functional import Promise

from marketplace.common.errors import MarketplaceError
from portal.web.rendering import HtmxHttpRequest, Page


class SeeOther(HttpResponseRedirect):
    """Go and look at the result: the form is not sent again by a reload."""

    status_code = HTTPStatus.SEE_OTHER


class ServiceForm(forms.Form):
    """A form whose fields are the parameters of a service, and that can show its refusal."""

    def refuse(self, refusal: MarketplaceError) -> None:
        """Show a refusal at its field, or above the form."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, ValidationError(str(refusal), code=refusal.code))

    def focus_first_error(self) -> None:
        """Let the first field that is wrong take the focus when the form is shown again."""
        wrong = next(
            (name for name in self.fields if name in self.errors), next(iter(self.fields), None)
        )
        for name, field in self.fields.items():
            field.widget.attrs.pop("autofocus", None)
            if name == wrong:
                field.widget.attrs["autofocus"] = True


class ServiceFormPage(Page):
    """A page with a form for one service: success redirects, refusal is a 422 with the form."""

    form_class: ClassVar[type[ServiceForm]]
    service: ClassVar[Callable[..., object]]
    success_message: ClassVar[str | Promise] = ""

    def get_form(self, data: QueryDict | None = None) -> ServiceForm:
        """The form, filled with what was sent."""
        return self.form_class(data)

    def who_acts(self) -> dict[str, object]:
        """The service's parameters that no visitor may choose."""
        role = getattr(self, "role", None)
        return {role.value: getattr(self, "actor")} if role else {}

    def act(self, form: ServiceForm) -> object:
        """Call the service with the actor and what the form has read."""
        return type(self).service(**self.who_acts(), **form.cleaned_data, at=timezone.now())

    def success_url(self) -> str:
        """Where the result is to be seen: on this page, unless it says otherwise."""
        return self.request.get_full_path()

    def get(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """The page with an empty form."""
        return self.render(form=self.get_form())

    def post(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Do it, or say why not."""
        form = self.get_form(self.request.POST)
        if form.is_valid():
            try:
                self.act(form)
            except MarketplaceError as refusal:
                form.refuse(refusal)
            else:
                if self.success_message:
                    messages.success(self.request, str(self.success_message))
                return SeeOther(self.success_url())
        form.focus_first_error()
        return self.render(status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
