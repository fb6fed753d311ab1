"""What doors there really are, by the resolver's word, and how the table differs from that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RegexPattern

from tests.portal.matrix.table import Row

Patterns = Iterable[URLPattern | URLResolver]

#: Declared by a rule of their own, in `test_admin_area`.
ADMIN = "admin/"

_OF_EVERY_VIEW = ("head", "options")


@dataclass(frozen=True, slots=True)
class Door:
    """A pattern with its whole route, the methods that its view implements, and the view."""

    route: str
    pattern: URLPattern

    @property
    def view(self) -> Any:
        """The class behind it, None for a function."""
        callback = self.pattern.callback
        return getattr(callback, "view_class", None) or getattr(callback, "cls", None)

    @property
    def methods(self) -> frozenset[str]:
        """What the view has a handler for; GET for one that answers every method alike."""
        acts = getattr(self.pattern.callback, "actions", None)
        view = self.view
        if acts is None:
            names = view.http_method_names if view else ()
            acts = [name for name in names if hasattr(view, name)]
        own = frozenset(name.upper() for name in acts if name not in _OF_EVERY_VIEW)
        return own or frozenset({"GET"})


def doors(patterns: Patterns, prefix: str = "") -> Iterator[Door]:
    """All doors behind the patterns."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^" if prefix else "")
        if isinstance(pattern, URLResolver):
            yield from doors(pattern.url_patterns, route)
        else:
            yield Door(route, pattern)


def route_of(row: Row, patterns: Patterns, things: Mapping[str, Any]) -> str | None:
    """The route that the line's path leads to, None if it leads nowhere."""
    path = row.path.partition("?")[0].format(**things)
    try:
        return URLResolver(RegexPattern("^/"), list(patterns)).resolve(path).route
    except Resolver404:
        return None


def complaints(patterns: Patterns, rows: Iterable[Row], things: Mapping[str, Any]) -> list[str]:
    """Every door and method without a line, and every line without a door and method."""
    patterns = list(patterns)
    there = {
        (door.route, method)
        for door in doors(patterns)
        if not door.route.startswith(ADMIN)
        for method in door.methods
    }
    declared = {(route_of(row, patterns, things), row.method): row.name for row in rows}
    missing = [f"{method} {route} is not declared" for route, method in there - set(declared)]
    surplus = [f"{name} is nowhere" for key, name in declared.items() if key not in there]
    return sorted(missing + surplus)
