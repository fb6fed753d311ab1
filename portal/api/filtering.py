"""The query string of a list: the pages' own filters, an order, and no unknown words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.fields import BooleanField
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from portal.api.errors import invalid


class Filters(DjangoFilterBackend):  # type: ignore[misc]  # django-filter has no types
    """The FilterSet of the pages; a value that it can't read is a 400 that names it."""

    def get_filterset_kwargs(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> dict[str, Any]:
        """What the query string says. A box on a page is on whatever its value; here it isn't."""
        for name, one in view.filterset_class.base_filters.items():
            said = request.query_params.get(name, "")
            if isinstance(one, BooleanFilter) and said not in ("", "true", "false"):
                raise invalid(name, BooleanField.default_error_messages["invalid"])
        found: dict[str, Any] = super().get_filterset_kwargs(request, queryset, view)
        return found


class Ordering(BaseFilterBackend):
    """`?ordering=-price,name` by the names that the resource offers; rows without a value last.

    `ordering_fields` maps the API's names to columns; `ordering` is the order when none is asked for.
    Rows that are equal in it stand in the order of their keys, so pages don't overlap.
    """

    param = "ordering"

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """The rows in order."""
        asked = [name for name in request.query_params.get(self.param, "").split(",") if name]
        if not asked:
            order = getattr(view, "ordering", None) or queryset.query.order_by
            return queryset.order_by(*(order or queryset.model._meta.ordering), "pk")
        return queryset.order_by(*(self._column(name.strip(), view) for name in asked), "pk")

    @staticmethod
    def _column(name: str, view: Any) -> Any:
        columns: Mapping[str, str] = view.ordering_fields
        column = columns.get(name.removeprefix("-"))
        if column is None:
            raise invalid(
                Ordering.param,
                _("Order by %(names)s.") % {"names": ", ".join(columns) or "—"},
                "unknown_ordering",
            )
        place = F(column)
        return place.desc(nulls_last=True) if name[0] == "-" else place.asc(nulls_last=True)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """How the schema describes it."""
        names = [way + name for name in view.ordering_fields for way in ("", "-")]
        if not names:
            return []
        return [
            {
                "name": self.param,
                "in": "query",
                "required": False,
                "allowEmptyValue": True,
                "description": "Names to order by, separated by commas; a minus turns one round.",
                "schema": {"type": "array", "items": {"type": "string", "enum": names}},
                "style": "form",
                "explode": False,
            }
        ]


def refuse_unknown(request: Request, known: set[str]) -> None:
    """Refuse a query string with a name that means nothing: a typo would quietly filter nothing.

    Raises:
        ValidationError: so it is.
    """
    for name in request.query_params:
        if name not in known:
            shown = name.encode("ascii", "replace").decode()[:50]
            raise invalid(shown, _("There is no such parameter."), "unknown_parameter")
