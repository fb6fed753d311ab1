"""Every refusal as application/problem+json (RFC 9457), whoever raised it.

`code` is stable and meant for programs; `detail` is for people, in their language. `errors` names the
fields, those inside lists and objects by a dotted path: `lines.3.price`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response

from marketplace.accounts.errors import (
    InvitationGone,
    NothingToConfirm,
    TooManyCodes,
    TooManyInvitations,
    UndoGone,
)
from marketplace.catalog.errors import CarModelListed
from marketplace.common.errors import Busy, MarketplaceError, NotAllowed
from marketplace.ledger.errors import ReferenceTaken
from marketplace.parties.errors import (
    AccountInactive,
    AddressTaken,
    AlreadyCustomer,
    AlreadyMember,
    EmailNotConfirmed,
    LastOwner,
    MemberGone,
    PartyInactive,
    UsernameTaken,
)
from marketplace.pricing.errors import PriceListRefused
from marketplace.trading.errors import OfferClosed
from portal.logs import request_id

MEDIA_TYPE = "application/problem+json"

#: Refusals for a reason that lies in the state of things, not in what was sent.
_CONFLICTS = (
    AccountInactive, AddressTaken, AlreadyCustomer, AlreadyMember, Busy, CarModelListed,
    InvitationGone, LastOwner, MemberGone, NothingToConfirm, OfferClosed, PartyInactive,
    ReferenceTaken, TooManyInvitations, UndoGone, UsernameTaken,
)  # fmt: skip
_FORBIDDEN = (EmailNotConfirmed, NotAllowed)
_STATUSES: tuple[tuple[tuple[type[MarketplaceError], ...], HTTPStatus], ...] = (
    (_FORBIDDEN, HTTPStatus.FORBIDDEN),
    (_CONFLICTS, HTTPStatus.CONFLICT),
    ((TooManyCodes,), HTTPStatus.TOO_MANY_REQUESTS),
)


class Refused(APIException):
    """A marketplace's refusal on its way to the client."""

    def __init__(self, refusal: MarketplaceError, names: Mapping[str, str]) -> None:
        super().__init__(str(refusal), code=refusal.code)
        self.status_code = status_of(refusal)
        self.errors = _fields_of(refusal, names)
        wait = getattr(refusal, "retry_after", 1 if isinstance(refusal, Busy) else None)
        if wait is not None:
            self.wait = max(1, ceil(wait))


def status_of(refusal: MarketplaceError) -> int:
    """The status that a refusal is answered with; one of the portal's own may have a `status`."""
    own = getattr(refusal, "status", None)
    if isinstance(own, int):
        return own
    found = (status for classes, status in _STATUSES if isinstance(refusal, classes))
    return next(found, HTTPStatus.UNPROCESSABLE_ENTITY)


def _fields_of(refusal: MarketplaceError, names: Mapping[str, str]) -> list[dict[str, str | None]]:
    """The field that was wrong, by the name that the API has for the service's parameter.

    An empty name says that the parameter is no field of the request.
    """
    if refusal.field is None:
        return []
    first, *rest = refusal.field.split(".")
    named = names.get(first, first)
    if not named:
        return []
    parts = [named, *rest]
    field = ".".join(part.removesuffix("_cents") for part in parts)
    if isinstance(refusal, PriceListRefused):
        return [
            {"field": f"{field}.{bad.line - 1}", "code": refusal.code, "detail": str(bad.message)}
            for bad in refusal.lines
        ]
    return [{"field": field, "code": refusal.code, "detail": str(refusal)}]


class ProblemFormatter(ExceptionFormatter):
    """The package's flat list of errors, as a problem."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        """The problem's members."""
        fields: list[dict[str, str | None]] = []
        if isinstance(self.exc, Refused):
            fields = self.exc.errors
        elif isinstance(self.exc, ValidationError):
            fields = [
                {"field": _field(error.attr), "code": error.code, "detail": error.detail}
                for error in error_response.errors
            ]
            return problem(
                HTTPStatus.BAD_REQUEST, "invalid", str(_("Some values are not valid.")), fields
            )
        first = error_response.errors[0]
        return problem(self.exc.status_code, first.code, first.detail, fields)


def _field(path: str | None) -> str | None:
    """The path to the field; None where the object as a whole is wrong."""
    left = ".".join(part for part in (path or "").split(".") if part != "non_field_errors")
    return left or None


class ProblemHandler(ExceptionHandler):
    """Turns whatever was raised into a problem; what nobody foresaw is also logged, as a bug."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """A refusal keeps its code and its field."""
        if isinstance(exc, MarketplaceError):
            return Refused(exc, getattr(self.context["view"], "field_names", {}))
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        return super().convert_known_exceptions(exc)

    def should_not_handle(self, exc: Exception) -> bool:
        """A program can't read a debug page either."""
        return False

    def format_exception(self, exc: APIException) -> dict[str, Any]:
        """The problem."""
        return ProblemFormatter(exc, self.context, self.exc).run()  # type: ignore[no-any-return]

    def get_response(self, exc: APIException, data: dict[str, Any]) -> Response:
        """The problem as an answer."""
        headers = self.get_headers(exc)
        wait = getattr(exc, "wait", None)
        if wait is not None:
            headers["Retry-After"] = str(max(1, ceil(wait)))
        return Response(data, status=exc.status_code, headers=headers, content_type=MEDIA_TYPE)


class TooLarge(APIException):
    """The body is larger than the portal reads."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is too large.")
    default_code = "too_large"


def problem_for(exc: Exception, context: dict[str, Any]) -> Response:
    """The answer to whatever a view of the API raised."""
    response = ProblemHandler(exc, cast(ExceptionHandlerContext, context)).run()
    assert response is not None  # it handles everything
    return response


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, str | None]] | None = None
) -> dict[str, Any]:
    """The members of a problem. Its type says nothing; its `code` does."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "errors": errors or [],
        "request_id": request_id.get(),
    }


def problem_response(status: int, code: str, detail: str) -> HttpResponse:
    """A problem that arises outside of a view of the API."""
    body = json.dumps(problem(status, code, detail))
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE)


def invalid(field: str, detail: Any, code: str = "invalid") -> ValidationError:
    """The refusal of one field, to be raised by a view."""
    return ValidationError({field: [ErrorDetail(str(detail), code=code)]})


def for_programs(
    status: HTTPStatus, page: Callable[..., HttpResponseBase]
) -> Callable[..., HttpResponseBase]:
    """A handler for what Django itself refuses: a problem below /api/, and elsewhere the page."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return page(request, *args, **kwargs)
        return problem_response(status, status.name.lower(), status.phrase)

    return answer
