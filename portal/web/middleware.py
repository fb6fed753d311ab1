"""What every request goes through: an id and a line in the log, and htmx's manners."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from portal.logs import request_id
from portal.web.rendering import HtmxHttpRequest

logger = logging.getLogger("portal.requests")

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_WELL_FORMED_ID = re.compile(r"[0-9A-Za-z._-]{8,64}", re.ASCII)


class RequestIdMiddleware:
    """Gives every request an id, tells it to the client, and logs one line for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request under its id."""
        identity = self._identity(request)
        # Not reset afterwards: Django logs a 404 or a crash only after all middleware has returned.
        request_id.set(identity)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = identity
        logger.info(
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return response

    @staticmethod
    def _identity(request: HttpRequest) -> str:
        """The id that our own proxy gave, or a new one: a stranger's word is not taken for it."""
        given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXY_COUNT else ""
        return given if _WELL_FORMED_ID.fullmatch(given) else uuid.uuid4().hex


class HtmxMiddleware:
    """Keeps whole pages out of partials, and brings messages with every partial."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer htmx so that the visitor ends up on the right page, with what was said to them."""
        response = self.get_response(request)
        asked = cast(HtmxHttpRequest, request)
        if asked.htmx:
            response = _answered_to_htmx(asked, response)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response


def _answered_to_htmx(request: HtmxHttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, HttpResponseRedirectBase):
        return _redirected(request, response)
    if isinstance(response, HttpResponse) and _takes_messages(response):
        toasts = list(get_messages(request))
        if toasts:
            response.content += render_to_string(
                "components/toasts.html#oob", {"messages": toasts}, request
            ).encode()
    return response


def _takes_messages(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and response.status_code not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


def _redirected(request: HtmxHttpRequest, response: HttpResponseRedirectBase) -> HttpResponseBase:
    """Let htmx follow a redirect to its own page; to any other page the browser has to go."""
    here = request.htmx.current_url_abs_path or ""
    target = urlsplit(response.url)
    log_in = resolve_url(settings.LOGIN_URL)
    if not target.netloc and target.path == log_in:
        back_to = here or request.get_full_path()
        return HttpResponseClientRedirect(f"{log_in}?{urlencode({'next': back_to})}")
    if not target.netloc and target.path == urlsplit(here).path:
        return response
    return HttpResponseClientRedirect(response.url)
