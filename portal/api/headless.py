"""Accounts for programs: django-allauth's own endpoints, as far as they suit this portal.

Changing a password, an e-mail address or a username needs a code by e-mail here, so allauth's own
ways of doing that are not mounted. Its answers keep allauth's form; what it leaves without a body,
and what is refused before it is asked, is a problem like anywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.account import views as account
from allauth.headless.constants import Client
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.mfa import views as mfa
from allauth.headless.urls import build_urlpatterns
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ParseError
from rest_framework.fields import CharField

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
#: What a browser's authenticator has signed comes in here.
_PASSKEYS = (
    mfa.AuthenticateWebAuthnView,
    mfa.LoginWebAuthnView,
    mfa.ManageWebAuthnView,
    mfa.ReauthenticateWebAuthnView,
)
#: What JSON has to have for these members: allauth would take `true` for a username, or for 1.
_TYPES: Mapping[str, type] = {"id": int} | dict.fromkeys(
    (
        "username", "email", "password", "code", "key", "name", "refresh_token", "joining_as",
        "party_name", "country", "invitation",
    ),
    str,
)  # fmt: skip
_LONGEST_NAME = 100
_NUL = r"\u0000"
#: allauth says that there were too many attempts, and not when to come back.
_WAIT_S = 60


def counted(view: View) -> View:
    """Count requests, and answer like the rest of the API where allauth has no words."""
    methods = methods_of(view)

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        usage = usage_of(request, None)
        if usage.is_spent:
            refused = problem_response(
                HTTPStatus.TOO_MANY_REQUESTS, "throttled", _("Too many requests. Try again later.")
            )
            refused["Retry-After"] = str(usage.reset)
            response: HttpResponseBase = refused
        elif request.method not in methods:  # allauth would look at the body first
            response = _as_problem(HttpResponseNotAllowed(methods))
        else:
            response = _asked(view, request, *args, **kwargs)
        say_usage(response, usage)
        return response

    setattr(answered, "for_whom", "anybody")
    return csrf_exempt(answered)


def _asked(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """What allauth says, or a problem where that is nothing that a program can read."""
    try:
        wrong = _of_wrong_type(_body(request))
        response = _refused(wrong) if wrong else view(request, *args, **kwargs)
    except ParseError as refusal:
        code = str(getattr(refusal.detail, "code", refusal.default_code))
        return problem_response(refusal.status_code, code, str(refusal.detail))
    except ImmediateHttpResponse as answer:
        response = answer.response
    is_json = response.get("Content-Type", "").startswith("application/json")
    if response.status_code >= 400 and not is_json:
        response = _as_problem(response)
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers.setdefault("Retry-After", str(_WAIT_S))
    return response


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    status = HTTPStatus(response.status_code)
    said = problem_response(status, status.name.lower(), status.phrase)
    if "Allow" in response:
        said["Allow"] = response["Allow"]
    return said


def methods_of(view: Any) -> list[str]:
    """What allauth's view answers to."""
    kind = view.view_class
    names = [name for name in kind.http_method_names if hasattr(kind, name)]
    return [name.upper() for name in names + ["head"] * ("get" in names)]


def _body(request: HttpRequest) -> dict[str, Any]:
    """The members of the body, read as our own endpoints would; allauth's reader trusts more.

    Raises:
        ParseError: it is no JSON object.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or not request.body:
        return {}
    body = parsed(request.body)
    if not isinstance(body, dict):
        raise ParseError(_("The body is not a JSON object."))
    return body


def _of_wrong_type(body: dict[str, Any]) -> list[str]:
    """The members whose values aren't of their type. What is null is missing."""
    given = {name: body[name] for name in _TYPES if body.get(name) is not None}
    # pylint: disable-next=unidiomatic-typecheck  # True is an int, too
    return [name for name, value in given.items() if type(value) is not _TYPES[name]]


def _refused(names: list[str]) -> HttpResponseBase:
    """What allauth would answer if it looked."""
    said = str(CharField.default_error_messages["invalid"])
    errors = [{"message": said, "code": "invalid", "param": name} for name in names]
    status = HTTPStatus.BAD_REQUEST
    return JsonResponse({"status": status, "errors": errors}, status=status)


def _mounted(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[URLPattern]:
    """The endpoints that are kept, each with its whole path and wrapped."""
    found = []
    for pattern in patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _mounted(pattern.url_patterns, where)
        elif where.removeprefix("v1/") not in NOT_MOUNTED:
            view = _with_care(pattern.callback)
            found.append(path(where, counted(view), name=pattern.name))
    return found


def _with_care(view: Any) -> Any:
    """The view, or the same with inputs that nothing made-up can break."""
    kind = view.view_class
    if kind is account.ResetPasswordView:
        return _ResetPassword.as_api_view(**view.view_initkwargs)
    if kind not in _PASSKEYS:
        return view
    inputs = {
        method: type(one.__name__, (_Careful, one), {}) if "credential" in one.base_fields else one
        for method, one in kind.input_class.items()
    }
    return kind.as_api_view(**view.view_initkwargs, input_class=inputs)


class _ResetPassword(account.ResetPasswordView):  # type: ignore[misc]  # allauth has no types
    """A key names somebody before its dash; allauth's reader stumbles over one that doesn't."""

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse such a key like any other that is wrong."""
        sent = request.headers.get("X-Password-Reset-Key", "")
        if request.method == "POST":
            sent = (self._parse_json(request) or {}).get("key", "")
        if str(sent).strip().startswith("-"):
            wrong = get_adapter().validation_error("invalid_password_reset")
            refused: HttpResponseBase = ErrorResponse(request, exception=wrong)
            return refused
        response: HttpResponseBase = super().handle(request, *args, **kwargs)
        return response


class _Careful(forms.Form):
    """For inputs that check a signature."""

    def full_clean(self) -> None:
        """Made-up data makes the library stumble in many ways; each of them means no."""
        if "name" in self.fields:
            self.fields["name"].validators.append(MaxLengthValidator(_LONGEST_NAME))
        try:
            super().full_clean()
            # The form lets by what is false, and no column can keep a NUL.
            fits = self.data.get("credential") and _NUL not in json.dumps(self.data)
            if not fits and self.is_valid():
                raise ValueError
        except DatabaseError:
            raise
        except Exception:  # pylint: disable=broad-exception-caught  # see above
            refused = ValidationError(_("This passkey does not fit here."), code="wrong_passkey")
            self.add_error("credential", refused)


urlpatterns = [
    path("app/", include((_mounted(build_urlpatterns(Client.APP)), "headless"), namespace="app"))
]
