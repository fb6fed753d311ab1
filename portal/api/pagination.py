"""Lists in parts: numbered pages for tables, a cursor for feeds that grow while they are read.

Links are relative to the site, so no header of the request can point them elsewhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail, NotFound
from rest_framework.exceptions import ValidationError as Invalid
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100


def _size_asked_for(request: Request) -> int:
    asked = request.query_params.get("page_size", str(PAGE_SIZE))
    if asked.isascii() and asked.isdigit() and len(asked) < 4 and 1 <= int(asked) <= MAX_PAGE_SIZE:
        return int(asked)
    message = _("Ask for 1 to %(most)d rows.") % {"most": MAX_PAGE_SIZE}
    raise Invalid({"page_size": [ErrorDetail(str(message), code="invalid")]})


def _relative(link: str | None) -> str | None:
    return urlsplit(link)._replace(scheme="", netloc="").geturl() if link else None


def _truthful(schema: dict[str, Any], size: int) -> dict[str, Any]:
    """The schema of a page with relative links."""
    for link in ("next", "previous"):
        schema["properties"][link]["format"] = "uri-reference"
        schema["properties"][link]["example"] = None
    rows = schema["properties"]["results"]
    if isinstance(rows, dict):  # for an example it is whatever stands for the rows
        rows["maxItems"] = size
    return schema


def _bounded(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parameters with their bounds."""
    for parameter in parameters:
        if parameter["name"] == "page_size":
            parameter["schema"] |= {"minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
        elif parameter["name"] == "page":
            parameter["schema"] |= {"minimum": 1}
            parameter["allowEmptyValue"] = True
    return parameters


class Pages(PageNumberPagination):
    """`?page=2&page_size=50`. A page that isn't there is a 404, a bad size a 400."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_page_size(self, request: Request) -> int:
        """How many rows make a page."""
        return _size_asked_for(request)

    def get_next_link(self) -> str | None:
        """Where the next page is."""
        return _relative(super().get_next_link())

    def get_previous_link(self) -> str | None:
        """Where the page before is."""
        return _relative(super().get_previous_link())

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What the query string takes."""
        return _bounded(super().get_schema_operation_parameters(view))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a page looks like."""
        return _truthful(super().get_paginated_response_schema(schema), MAX_PAGE_SIZE)


class Feed(CursorPagination):
    """`?cursor=…`, newest first: rows that arrive meanwhile shift nothing. A bad cursor is a 404."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering = "-pk"

    def get_page_size(self, request: Request) -> int:
        """How many rows make a part."""
        return _size_asked_for(request)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """The newest first, or what the view says: one column whose values never repeat."""
        return (getattr(view, "feed_ordering", self.ordering),)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        """The rows at the cursor. Its text comes from outside, whatever it looks like."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
            raise NotFound(self.invalid_cursor_message) from error

    def get_next_link(self) -> str | None:
        """Where the next part is."""
        return _relative(super().get_next_link())

    def get_previous_link(self) -> str | None:
        """Where the part before is."""
        return _relative(super().get_previous_link())

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What the query string takes."""
        return _bounded(super().get_schema_operation_parameters(view))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a part looks like."""
        return _truthful(super().get_paginated_response_schema(schema), MAX_PAGE_SIZE)
