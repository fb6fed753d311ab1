"""Accounts for programs: django-allauth's own endpoints, as far as they suit this portal.

Changing a password, an e-mail address or a username needs a code by e-mail here, so allauth's own
ways of doing that are not mounted. Its answers keep allauth's form; what it leaves without a body,
and what is refused before it is asked, is a problem like anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.constants import Client
from allauth.headless.urls import build_urlpatterns
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ParseError

from portal.api.errors import problem_response
from portal.api.parsing import parsed
from portal.api.throttling import say_usage, usage_of

View = Callable[..., HttpResponseBase]

#: Below v1/. Own endpoints take their place, or there is no such thing here.
NOT_MOUNTED = frozenset(
    {
        "account/password/change",
        "account/email",
        "account/phone",
        "auth/phone/verify",
        "auth/phone/verify/resend",
    }
)
#: allauth says that there were too many attempts, and not when to come back.
_WAIT_S = 60


def counted(view: View) -> View:
    """Count requests, and answer like the rest of the API where allauth has no words."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        usage = usage_of(request, None)
        if usage.is_spent:
            refused = problem_response(
                HTTPStatus.TOO_MANY_REQUESTS, "throttled", _("Request was throttled.")
            )
            refused["Retry-After"] = str(usage.reset)
            response: HttpResponseBase = refused
        else:
            response = _asked(view, request, *args, **kwargs)
        say_usage(response, usage)
        return response

    setattr(answered, "for_whom", "anybody")
    return csrf_exempt(answered)


def _asked(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """What allauth says, or a problem where that is nothing that a program can read."""
    try:
        _check_body(request)
        response = view(request, *args, **kwargs)
    except ParseError as refusal:
        code = str(getattr(refusal.detail, "code", refusal.default_code))
        return problem_response(refusal.status_code, code, str(refusal.detail))
    except ImmediateHttpResponse as answer:
        response = answer.response
    is_json = response.get("Content-Type", "").startswith("application/json")
    if response.status_code >= 400 and not is_json:
        status = HTTPStatus(response.status_code)
        said = problem_response(status, status.name.lower(), status.phrase)
        if "Allow" in response:
            said["Allow"] = response["Allow"]
        response = said
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers.setdefault("Retry-After", str(_WAIT_S))
    return response


def _check_body(request: HttpRequest) -> None:
    """Let only through what our own endpoints would read too; allauth's reader trusts more."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.body:
        if not isinstance(parsed(request.body), dict):
            raise ParseError(_("The body is not a JSON object."))


def _mounted(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[URLPattern]:
    """The endpoints that are kept, each with its whole path and wrapped."""
    found = []
    for pattern in patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _mounted(pattern.url_patterns, where)
        elif where.removeprefix("v1/") not in NOT_MOUNTED:
            found.append(path(where, counted(pattern.callback), name=pattern.name))
    return found


urlpatterns = [
    path("app/", include((_mounted(build_urlpatterns(Client.APP)), "headless"), namespace="app"))
]
