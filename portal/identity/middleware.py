"""What allauth's own views can't say: a refusal of ours that came after the form was found good.

Two people who choose one username in the same second both pass the form; the second is refused by
the service. Our own pages and the API translate refusals themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase

from marketplace.common.errors import MarketplaceError


class RefusalMiddleware:
    """Turns a refusal that nobody has translated into an answer instead of a crash."""

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
