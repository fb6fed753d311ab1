"""An administrator looks at the portal through a person's eyes: everything is seen, nothing is done.

The administrator's own session goes on; only while a request is answered does the person stand in
for the administrator. The database itself refuses whatever a page would write meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Viewing
from marketplace.accounts.selectors import current_viewing
from marketplace.accounts.services import end_viewing
from marketplace.parties.models import User
from portal.access import READING
from portal.logs import request_id

#: Where the administrator's session keeps which viewing it is.
VIEWING_KEY = "viewing"

#: What guards the person's account is not to be seen either, nor what only administrators see.
CLOSED = (
    "/account/changes/",
    "/account/sessions/",
    "/admin/",
    "/api/account/changes/",
    "/api/auth/",
    "/password/",
    "/reauthenticate/",
    "/two-factor/",
)

#: The acts that are the administrator's own all the while.
_OWN_ACTS = ("staff:viewing-end", "account_logout")

#: PostgreSQL's read_only_sql_transaction.
_WROTE = "25006"

_READ_ONLY = _("While you see the portal as somebody else, nothing can be changed.")
_HIDDEN = _("What guards this person's account stays with the person.")
_OVER = _("You see the portal as yourself again: the viewing is over.")
_OVER_TOO_LATE = _("This was not done: it would have been in your own name.")


class ViewingRequest(HttpRequest):
    """A request in a viewing. `user` is the person, unless it is an act of the administrator's own."""

    user: User
    administrator: User
    viewing: Viewing


class _WantedToWrite(HttpResponse):
    """Stands for the refusal until the transaction is over: its page asks the database again."""

    status_code = HTTPStatus.FORBIDDEN


class ViewingMiddleware:
    """Lets the person stand in for an administrator who views the portal as that person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the person would be answered, as long as nothing is to be changed."""
        if not _has_viewing(request):
            return self.get_response(request)
        administrator = cast(User, request.user)
        viewing = current_viewing(request.session[VIEWING_KEY], administrator, timezone.now())
        if viewing is None:
            return self._answer_afterwards(request)
        viewed = cast(ViewingRequest, request)
        viewed.viewing, viewed.administrator = viewing, administrator
        response = (
            self._answer_administrator(viewed)
            if _is_own_act(request)
            else self._answer_person(viewed)
        )
        if isinstance(response, HttpResponse):
            add_never_cache_headers(response)  # else Back could show it after the viewing
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say so where a page that should only be read wanted to write."""
        wrote = getattr(error.__cause__, "pgcode", None) == _WROTE
        return _WantedToWrite() if wrote and hasattr(request, "viewing") else None

    def _answer_administrator(self, request: ViewingRequest) -> HttpResponseBase:
        """Do what ends the viewing; it is over once the session has forgotten it."""
        response = self.get_response(request)
        if VIEWING_KEY not in request.session:
            end_viewing(viewing=request.viewing, at=timezone.now())
        return response

    def _answer_person(self, request: ViewingRequest) -> HttpResponseBase:
        request.user = request.viewing.person
        if request.method not in READING:
            return _refused_act(request)
        if request.path_info.startswith(CLOSED):
            return _refusal(request, _HIDDEN)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            response = self.get_response(request)
            transaction.set_rollback(True)  # a refused write may have broken it
        return _refusal(request, _READ_ONLY) if isinstance(response, _WantedToWrite) else response

    def _answer_afterwards(self, request: HttpRequest) -> HttpResponseBase:
        """Go on as the administrator, but do nothing that was asked for on the person's pages."""
        del request.session[VIEWING_KEY]
        if _is_own_act(request):
            return self.get_response(request)
        rotate_token(request)  # forms of the person's pages are void
        if request.method not in READING:
            return _refusal(request, _OVER_TOO_LATE)
        if "HX-Request" in request.headers:
            # A part of the administrator's page has no place in the person's.
            return HttpResponse(headers={"HX-Refresh": "true"})
        messages.info(request, str(_OVER))
        return self.get_response(request)


def _has_viewing(request: HttpRequest) -> bool:
    # Asked in this order, a visitor without a session costs nothing.
    return (
        request.session.session_key is not None
        and request.user.is_authenticated
        and VIEWING_KEY in request.session
    )


def _is_own_act(request: HttpRequest) -> bool:
    return request.method == "POST" and request.path in map(resolve_url, _OWN_ACTS)


def _refused_act(request: HttpRequest) -> HttpResponse:
    """Say that nothing can be changed; a page that is open begins anew with it."""
    if "HX-Request" not in request.headers:
        return _refusal(request, _READ_ONLY)
    messages.error(request, str(_READ_ONLY))
    return HttpResponse(status=HTTPStatus.FORBIDDEN, headers={"HX-Refresh": "true"})


def _refusal(request: HttpRequest, why: str | Promise) -> HttpResponse:
    status = HTTPStatus.FORBIDDEN
    if request.path_info.startswith("/api/"):
        told = {"code": "viewing_is_read_only", "detail": str(why), "errors": []}
        about = {"type": "about:blank", "title": status.phrase, "status": int(status)}
        problem = about | told | {"request_id": request_id.get()}
        answer = JsonResponse(problem, status=status)
        answer["Content-Type"] = "application/problem+json"
        return answer
    return render(request, "staff/viewing_refused.html", {"why": why}, status=status)
