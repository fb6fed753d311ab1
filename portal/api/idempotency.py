"""`Idempotency-Key`: a request that moves money can be sent again, and has one effect.

The act and its receipt are one transaction. A refusal by the marketplace is kept too; what a repeated
request can overcome (busy, throttled, malformed) is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.common.errors import Busy, MarketplaceError
from marketplace.receipts.services import Answer, answer_once
from portal.api.errors import MEDIA_TYPE, problem_for

P = ParamSpec("P")
V = TypeVar("V", bound=APIView)
Action = Callable[Concatenate[V, Request, P], Response]

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"


def idempotent(action: Action[V, P]) -> Action[V, P]:
    """Require a key of an action of a viewset, and answer a repetition as the first time."""

    @wraps(action)
    def answered(view: V, request: Request, *args: P.args, **kwargs: P.kwargs) -> Response:
        fresh: list[Response] = []

        def work() -> Answer:
            fresh.append(_acted(action, view, request, *args, **kwargs))
            body = JSONRenderer().render(fresh[0].data).decode()
            return Answer(fresh[0].status_code, body)

        answer, is_replayed = answer_once(
            user=request.user,  # type: ignore[arg-type]  # permissions let in only people
            key=_key_of(request),
            request_digest=_digest(request),
            work=work,
            at=timezone.now(),
        )
        return _again(answer) if is_replayed else fresh[0]

    setattr(answered, "needs_idempotency_key", True)
    return cast(Action[V, P], answered)


def _acted(
    action: Action[V, P], view: V, request: Request, *args: P.args, **kwargs: P.kwargs
) -> Response:
    """The action's answer, or its refusal with everything undone that it did."""
    try:
        with transaction.atomic():
            return action(view, request, *args, **kwargs)
    except Busy:
        raise
    except MarketplaceError as refusal:
        response = problem_for(refusal, view.get_exception_handler_context())
        response.exception = True
        return response


def _again(answer: Answer) -> Response:
    media_type = MEDIA_TYPE if answer.status >= 400 else None
    response = Response(json.loads(answer.body), answer.status, content_type=media_type)
    response[REPLAYED] = "true"
    return response


def _key_of(request: Request) -> str:
    key = request.headers.get(HEADER, "")
    if not key:
        raise ParseError(
            _("Send an Idempotency-Key, so that a repeated request has one effect."),
            code="idempotency_key_required",
        )
    if len(key) > 255 or not all("!" <= character <= "~" for character in key):
        raise ParseError(
            _("An Idempotency-Key is 1 to 255 visible ASCII characters."),
            code="idempotency_key_invalid",
        )
    return key


def _digest(request: Request) -> str:
    """What the request asks for, whatever the order of its keys and its blanks."""
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return sha256(f"{request.method} {request.get_full_path()}\n{body}".encode()).hexdigest()
