"""A partial is answered to exactly those who are answered the page, and is no page."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.resolving import doors, route_of
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import ours, who_may

pytestmark = pytest.mark.django_db

PATTERNS = get_resolver().url_patterns
PARTIALS = {door.route: tuple(getattr(door.view, "partials", ())) for door in doors(PATTERNS)}
PAGES = [row for row in ROWS if not row.is_api]


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_people_are_answered_a_partial_as_the_page(matrix: Asking, row: Row) -> None:
    partials = PARTIALS[str(route_of(row, PATTERNS, matrix.world.ours))]
    asked = ours(row, matrix)
    mismatches = [
        asked.mismatch(matrix, asker, headers=_htmx(asked.path, partial))
        for partial in partials[:1]
        for asker in {"anon", "sana", "sow2", who_may(row) or "admi"}
    ]
    wrong = [mismatch for mismatch in mismatches if mismatch]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "row", [row for row in PAGES if row.method == "GET" and who_may(row)], ids=lambda row: row.name
)
def test_a_partial_is_no_page(matrix: Asking, row: Row) -> None:
    path = ours(row, matrix).path
    for partial in PARTIALS[str(route_of(row, PATTERNS, matrix.world.ours))]:
        answer = matrix.ask(who_may(row) or "", "GET", path, headers=_htmx(path, partial))
        text = answer.response.content
        assert f'id="{partial}"'.encode() in text and b"<html" not in text


def _htmx(path: str, partial: str) -> dict[str, str]:
    return {
        "HX-Request": "true",
        "HX-Target": partial,
        "HX-Current-URL": f"http://testserver{path}",
    }
