"""What stands around allauth's own views: when a session was last seen, and refusals of ours."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from marketplace.common.errors import MarketplaceError

#: A session's last visit is known to this many seconds: a page that is only read writes nothing.
_SEEN_EVERY_S = 300


class ActivityMiddleware:
    """Notes from where and when each session was last seen, for its person to look through.

    A change of the network address or of the browser's name is noted at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note it, then pass on."""
        key = request.session.session_key
        if key and request.user.is_authenticated:
            agent = request.META.get("HTTP_USER_AGENT", "")
            address = get_adapter(request).get_client_ip(request)
            seen = salted_hmac("portal.identity.activity", f"{key} {address} {agent}").hexdigest()
            if cache.add(f"seen-{seen}", True, _SEEN_EVERY_S):
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class RefusalMiddleware:
    """Turns a refusal that nobody has translated into an answer instead of a crash.

    Two people who choose one username in the same second both pass the form; the second is refused
    by the service. Our own pages and the API translate refusals themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say it on the page that the visitor comes from, or as allauth's API says errors."""
        if not isinstance(error, MarketplaceError):
            return None
        if request.path.startswith("/api/"):
            told = {"code": error.code, "message": str(error)} | (
                {"param": error.field} if error.field else {}
            )
            answer = {"status": HTTPStatus.CONFLICT, "errors": [told]}
            return JsonResponse(answer, status=HTTPStatus.CONFLICT)
        messages.error(request, str(error))
        return HttpResponseRedirect(request.get_full_path(), status=HTTPStatus.SEE_OTHER)
