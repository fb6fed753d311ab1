"""Tables: filter, search, sort and page, all in one query string that can be shared.

Whatever the query string says, the page is shown: what can't be understood is told at its field or
left out, never a 500.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import django_tables2
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.fields import MoneyField
from portal.templatetags.market import grouped, money
from portal.web.rendering import Page


class MarketTable(django_tables2.Table):  # type: ignore[misc]  # django-tables2 has no types
    """A table of the portal. `partial` is the element that a sorted or paged table replaces."""

    partial = ""
    empty_title: ClassVar[str | Promise] = _("Nothing here yet")

    class Meta:
        template_name = "components/table.html"
        attrs = {"class": "market-table"}


NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}
#: The number that matters most: on a phone it has a line of its own.
WIDE = {"th": {"class": "num"}, "td": {"class": "num wide"}}


class NumberColumn(django_tables2.Column):  # type: ignore[misc]  # django-tables2 has no types
    """A count: right-aligned, with separators."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMBER} | kwargs)

    def render(self, value: int) -> str:
        """The count with separators."""
        return grouped(value)


class MoneyColumn(NumberColumn):
    """An amount, right-aligned, with currency. Rows without one come last in either order."""

    def render(self, value: int) -> str:
        """The amount with currency."""
        return money(value)

    def order(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        """Sort by the amount."""
        place = F(str(self.accessor))
        order = place.desc(nulls_last=True) if is_descending else place.asc(nulls_last=True)
        return queryset.order_by(order), True


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the query string without it."""

    label: str
    query: str


class TablePage(Page):
    """A page around one table; `table_partial` is the element that filtering replaces."""

    table_class: ClassVar[type[MarketTable]]
    filterset_class: ClassVar[type[Any]]
    table_partial: ClassVar[str]
    per_page: ClassVar[int] = 25

    def get_queryset(self) -> QuerySet[Any]:
        """All the rows that this visitor may see."""
        raise NotImplementedError

    def hidden_columns(self) -> tuple[str, ...]:
        """The columns that are not for this visitor."""
        return ()

    def get_context(self) -> dict[str, Any]:
        """The filter, the chips and one page of the table."""
        asked = self.request.GET
        filterset = self.filterset_class(asked, queryset=self.get_queryset(), request=self.request)
        table = self.table_class(
            filterset.qs, order_by=asked.getlist("sort")[:3], exclude=self.hidden_columns()
        )
        table.partial = self.table_partial
        table.data.data = _in_a_fixed_order(table.data.data)
        table.paginate(per_page=self.per_page)
        table.page = table.paginator.get_page(asked.get("page"))
        chips = chips_of(filterset.form, asked)
        return {"filter": filterset, "table": table, "chips": chips}


def _in_a_fixed_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that are equal in what they are sorted by must not change places between pages."""
    order = rows.query.order_by or rows.model._meta.ordering
    return rows.order_by(*order, "pk")


def chips_of(form: Any, asked: QueryDict) -> list[Chip]:
    """A chip for each value of each filter that is in effect."""
    form.is_valid()
    chips = []
    for name, value in form.cleaned_data.items():
        if value in (None, "", [], False):
            continue
        field = form.fields[name]
        for raw in asked.getlist(name):
            if raw:
                chips.append(Chip(_chip_label(field, raw, value), _without(asked, name, raw)))
    return chips


def _chip_label(field: Any, raw: str, value: object) -> str:
    choices: Mapping[str, str] = dict(getattr(field, "choices", ()))
    if choices:
        return str(choices.get(raw, raw))
    if isinstance(value, bool):
        return str(field.label)
    shown = money(value) if isinstance(field, MoneyField) and isinstance(value, int) else raw
    return f"{field.label}: {shown}"


def _without(asked: QueryDict, name: str, value: str) -> str:
    left = asked.copy()
    left.setlist(name, [other for other in left.getlist(name) if other != value])
    left.pop("page", None)
    return left.urlencode()
