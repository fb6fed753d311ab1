"""django-allauth's own views as doors of ours: each says for whom it is and answers as our pages do.

A refused form is a 422 with the focus on what is wrong; too many attempts are a 429 that says how
long to wait; nothing is kept in a cache, so that "back" after logging out shows nothing. What the
views do is allauth's business.
"""

# pylint: disable=no-member  # a mixin here stands before a class of allauth's that has the member

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

from allauth.account import app_settings as account_settings
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa import app_settings as mfa_settings
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.views import View

from portal.access import Anybody, LoggedIn

#: What allauth calls the error of a form that was sent too often.
_TOO_OFTEN = {"too_many_login_attempts", "rate_limited"}


class Door(View):
    """How a view of allauth's behaves here. `limit` and `guess_limit` are allauth's names."""

    http_method_names = ["get", "post", "head", "options"]

    #: Of the limit on sending the page's form at all, and of the one on guessing with it.
    limit: ClassVar[str] = "login"
    guess_limit: ClassVar[str] = "login_failed"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let allauth answer; say when to come back if it was too much."""
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and "Retry-After" not in response:
            response = too_often(request, self.limit)
        add_never_cache_headers(response)
        return response

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """The form again, with what is wrong; or the time to wait."""
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        if codes & _TOO_OFTEN:
            return too_often(self.request, self.guess_limit)
        _focus_first_error(form)
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # a form view's
        if response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


def open_door(view: Any, *manners: type[View], **attributes: Any) -> type[View]:
    """The view for anybody."""
    return type(view.__name__, (*manners, Door, Anybody, view), attributes)


def own_door(view: Any, *manners: type[View], **attributes: Any) -> type[View]:
    """The view for people who are logged in."""
    return type(view.__name__, (*manners, Door, LoggedIn, view), attributes)


def too_often(request: HttpRequest, limit: str) -> HttpResponse:
    """The page that says how long to wait: as long as the limit looks back, at most."""
    seconds = seconds_to_wait(limit)
    context = {"minutes": -(-seconds // 60)}
    return TemplateResponse(
        request,
        "429.html",
        context,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(seconds)},
    )


def seconds_to_wait(limit: str) -> int:
    """The longest stretch of time over which allauth counts for the limit of that name."""
    limits = mfa_settings.RATE_LIMITS | account_settings.RATE_LIMITS
    return int(max((rate.duration for rate in parse_rates(limits.get(limit))), default=60))


def _focus_first_error(form: forms.Form) -> None:
    shown = [name for name, field in form.fields.items() if not field.widget.is_hidden]
    wrong = next((name for name in shown if name in form.errors), next(iter(shown), None))
    if wrong is not None:
        form.fields[wrong].widget.attrs["autofocus"] = True
