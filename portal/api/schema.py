"""The schema: what each act takes and answers, its refusals included."""

from __future__ import annotations

import re
from typing import Any, Literal

import django_filters
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from portal.api import introduction
from portal.api.errors import MEDIA_TYPE
from portal.api.idempotency import HEADER, REPLAYED
from portal.api.permissions import PEOPLE, Audience, Hat
from portal.api.serializers import AMOUNT, Strict
from portal.filters.ids import WholeNumberFilter
from portal.filters.money import MoneyFilter

Direction = Literal["request", "response"]

_WORDS = re.compile(r"\^?((?:\w+\|)+\w+)\$?")

#: The component that every refusal is.
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal as RFC 9457 has it. Programs read `code`, which is stable.",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "example": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in their language."},
        "code": {"type": "string", "example": "invalid"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {
                        "type": "string",
                        "nullable": True,
                        "description": "The path to the field, such as `lines.3.price`.",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}

_NOT_VALID = [{"field": "price", "code": "invalid_money", "detail": "Enter an amount of money."}]

#: What each status means here, with an example: code, detail, fields.
_REFUSALS: dict[int, tuple[str, str, str, list[dict[str, str]]]] = {
    400: ("Malformed, or values that are not valid.", "invalid", "Some values are not valid.", _NOT_VALID),
    401: ("Not logged in, or the token has ended.", "not_authenticated",
          "Authentication credentials were not provided.", []),
    403: ("Not for this role.", "permission_denied",
          "You do not have permission to perform this action.", []),
    404: ("Not there, or somebody else's.", "not_found", "Not found.", []),
    409: ("Against the state of things, or busy; then `Retry-After` says when to try again.", "busy",
          "The market is busy with that right now. Please try again.", []),
    412: ("Somebody changed it since it was read.", "precondition_failed",
          "It was changed in the meantime.", []),
    415: ("The body is not JSON.", "unsupported_media_type", "Unsupported media type.", []),
    422: ("The market refuses.", "insufficient_funds",
          "There is not enough money available for that.", []),
    428: ("`If-Match` is missing.", "precondition_required", "Send If-Match.", []),
    429: ("Too many requests; `Retry-After` says when to come back.", "throttled",
          "Too many requests. Try again later.", []),
}  # fmt: skip

_COUNT = {"schema": {"type": "integer", "minimum": 0}}
#: The headers of every answer.
LIMITS = {
    "RateLimit-Limit": _COUNT | {"description": "Requests in a window."},
    "RateLimit-Remaining": _COUNT | {"description": "Requests left in this window."},
    "RateLimit-Reset": _COUNT | {"description": "Seconds until the next window."},
}
_RETRY = {"Retry-After": _COUNT | {"description": "Seconds."}}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of access tokens."""

    target_class = "portal.api.authentication.TokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class FilterScheme(DjangoFilterExtension):  # type: ignore[no-untyped-call]
    """What the filters take, which isn't always what their columns hold."""

    target_class = "portal.api.filtering.Filters"
    priority = 1

    def resolve_filter_field(  # type: ignore[no-untyped-def]  # as the package has it
        self, auto_schema, model, filterset_class, field_name, filter_field
    ) -> list[dict[str, Any]]:
        """The parameter; an empty value is none."""
        parameters: list[dict[str, Any]] = super().resolve_filter_field(  # type: ignore[no-untyped-call]
            auto_schema, model, filterset_class, field_name, filter_field
        )
        for parameter in parameters:
            parameter["schema"] = _taken_by(filter_field, parameter["schema"])
            parameter["allowEmptyValue"] = True
        return parameters


def _taken_by(one: django_filters.Filter, guessed: dict[str, Any]) -> dict[str, Any]:
    if isinstance(one, MoneyFilter):
        return AMOUNT
    if isinstance(one, django_filters.NumberFilter):
        bounds = {"minimum": one.extra.get("min_value"), "maximum": one.extra.get("max_value")}
        kind = "integer" if isinstance(one, WholeNumberFilter) else "number"
        return {"type": kind} | {name: at for name, at in bounds.items() if at is not None}
    if isinstance(one, django_filters.CharFilter):
        return guessed | {"maxLength": one.extra["max_length"]}
    if type(one) in (django_filters.ChoiceFilter, django_filters.TypedChoiceFilter):
        return {name: guessed[name] for name in ("type", "enum") if name in guessed}
    return guessed


class ApiSchema(AutoSchema):
    """Adds to each operation what is common: refusals, limits, keys, names."""

    def get_operation_id(self) -> str:
        """`offers_list`, `offers_cancel`: the path without its ids, and the act."""
        action = getattr(self.view, "action", None) or self.method.lower()
        return "_".join([*(part.replace("-", "_") for part in self._resource()), action])

    def get_tags(self) -> list[str]:
        """The resource."""
        return [self._resource()[0]]

    def _resource(self) -> list[str]:
        parts: list[str] = self._tokenize_path()
        action = getattr(self.view, "action", None) or ""
        if len(parts) > 1 and parts[-1].replace("-", "_") == action:
            parts = parts[:-1]
        return parts or ["api"]

    def get_summary(self) -> str:
        """The first sentence of what is said in code."""
        return self._said()[0]

    def get_description(self) -> str:  # type: ignore[override]  # as the package has it
        """The rest of it, and for whom the act is."""
        said = self._said()[1]
        audience = self._audience()
        if audience is None or Hat.ANONYMOUS in audience:
            return said
        whom = (
            "whoever is logged in"
            if audience >= PEOPLE
            else ", ".join(hat.value for hat in Hat if hat in audience)
        )
        return f"{said}\n\nFor: {whom}.".lstrip()

    def _said(self) -> tuple[str, str]:
        """What is said in code: its first sentence, and the rest."""
        said: str = super().get_description()
        first, _, rest = " ".join(said.split("\n\n")[0].split()).partition(". ")
        return first.rstrip("."), "\n\n".join(filter(None, [rest, *said.split("\n\n")[1:]]))

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """The ids; a pattern that lists words is a choice."""
        found: list[dict[str, Any]] = super()._resolve_path_parameters(  # type: ignore[no-untyped-call]
            variables
        )
        for parameter in found:
            words = _WORDS.fullmatch(parameter["schema"].get("pattern", ""))
            if words:
                parameter["schema"] = {"type": "string", "enum": words[1].split("|")}
        return found

    def get_override_parameters(self) -> list[Any]:
        """The headers that an act needs, beside what the view names itself."""
        parameters = list(super().get_override_parameters())
        if self._needs_key():
            parameters.append(
                OpenApiParameter(
                    HEADER,
                    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                    OpenApiParameter.HEADER,
                    required=True,
                    description="The same key and body: the same answer, and one effect.",
                )
            )
        return parameters

    def _map_serializer(
        self, serializer: Any, direction: Direction, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        """A body that refuses unknown fields says so."""
        found: dict[str, Any] = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        kind = serializer if isinstance(serializer, type) else type(serializer)
        if direction == "request" and issubclass(kind, Strict):
            found.setdefault("additionalProperties", False)
        return found

    def get_auth(self) -> list[dict[str, Any]]:
        """A token where one is needed; where it is not, it may be sent."""
        auth: list[dict[str, Any]] = [one for one in super().get_auth() if one]
        audience = self._audience()
        is_open = audience is None or Hat.ANONYMOUS in audience
        return [*auth, {}] if is_open else auth

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        for status, response in found.items():
            response.setdefault("headers", {}).update(LIMITS)
            if self._needs_key() and status < "300":
                response["headers"][REPLAYED] = {
                    "description": "`true` if this is the answer of an earlier request.",
                    "schema": {"type": "string", "enum": ["true"]},
                }
        for refused in sorted(self._refusals()):
            found.setdefault(str(refused), refusal(refused))
        return found

    def _refusals(self) -> set[int]:
        """The statuses that this act can be refused with."""
        statuses = {400, 429, *getattr(self.view, "refusals", {}).get(self._action(), ())}
        audience = self._audience()
        if audience is not None and Hat.ANONYMOUS not in audience:
            statuses.add(401)
            if Hat.PERSON not in audience:
                statuses.add(403)
        else:
            statuses.add(401)  # a token that has ended is refused even where none is needed
        if "{" in self.path or getattr(self.view, "pagination_class", None):
            statuses.add(404)
        if self.method in ("POST", "PUT", "PATCH"):
            statuses |= {403, 409, 415, 422}
        if self.method == "DELETE":
            statuses |= {403, 409, 422}
        return statuses

    def _action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def _audience(self) -> Audience | None:
        declared = getattr(self.view, "for_whom", None)
        return declared.get(self._action()) if isinstance(declared, dict) else None

    def _needs_key(self) -> bool:
        act = getattr(type(self.view), self._action(), None)
        return bool(getattr(act, "needs_idempotency_key", False))


def refusal(status: int) -> dict[str, Any]:
    """How a refusal looks in the schema."""
    description, code, detail, fields = _REFUSALS[status]
    example = {
        "type": "about:blank", "title": description.split(".")[0].split(",")[0], "status": status,
        "detail": detail, "code": code, "errors": fields, "request_id": "0f9c1d2e3a4b5c6d",
    }  # fmt: skip
    return {
        "description": description,
        "headers": LIMITS | (_RETRY if status in (409, 429) else {}),
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }


def add_problem(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Hook: the introduction, and the component to which all refusals point."""
    del generator, request, public
    result["info"]["description"] = introduction.TEXT.strip()
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    return result
