"""What a door has no method for is refused to everybody, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from django.urls import get_resolver

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.resolving import doors, route_of
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import headers, ours, status_of, who_may

pytestmark = pytest.mark.django_db

PATTERNS = get_resolver().url_patterns
METHODS = {door.route: door.methods for door in doors(PATTERNS)}

_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_UNTOLD = {"302", "401", "403", "404", "405", "go"}

#: allauth reads the body before it looks whether there is anything to do.
_ALLAUTHS = {"400", "409"}


def _by_path() -> Mapping[str, list[Row]]:
    """The lines of each path, whatever things it names."""
    found: dict[str, list[Row]] = {}
    for row in ROWS:
        found.setdefault(re.sub(r"{\w+}", "{}", row.path), []).append(row)
    return found


LINES = _by_path()


@pytest.mark.parametrize("path", LINES)
def test_no_method_but_the_declared_ones_does_anything(matrix: Asking, path: str) -> None:
    wrong = list(_wrong(matrix, path))
    assert not wrong, "\n".join(wrong)


def _wrong(matrix: Asking, path: str) -> Iterator[str]:
    lines = LINES[path]
    route = route_of(lines[0], PATTERNS, matrix.world.ours)
    implemented = METHODS[str(route)]
    may = next(filter(None, map(who_may, lines)), None)
    for asker in {"anon", may or "admi", "pers"}:
        for method in sorted(set(_ALL) - implemented):
            answer = matrix.ask(asker, method, ours(lines[0], matrix).path, headers=headers())
            if answer.has_changed or answer.said not in _expected(lines, method, asker):
                changed = ", and something is changed" if answer.has_changed else ""
                yield f"{method} {path} {asker}: {answer.said}{changed}"


def _expected(lines: list[Row], method: str, asker: str) -> set[str]:
    """What may be said: that there is no such method, or what strangers are told anyway."""
    told = [status_of(row.answers[asker]) for row in lines]
    expected = _UNTOLD if not any(answer[0] == "2" for answer in told) else {"405"}
    if method in ("HEAD", "OPTIONS") and lines[0].path.startswith("/api/auth/"):
        expected |= _ALLAUTHS
    if method == "OPTIONS":
        return expected | {"200", "204"}
    if method == "HEAD":
        return expected | {status_of(row.answers[asker]) for row in lines if row.method == "GET"}
    return expected
