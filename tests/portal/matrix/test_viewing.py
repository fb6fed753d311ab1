"""An administrator who views the portal as a person sees what the person sees, and does nothing."""

from __future__ import annotations

import pytest

from portal.web.viewing import CLOSED
from tests.portal.matrix.asking import VIEWED, Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import headers, ours, status_of

pytestmark = pytest.mark.django_db

#: Done as the administrator: they end the viewing.
_OWN_ACTS = ("POST /staff/viewing/end/", "POST /log-out/")

#: It notes the address for allauth, and what was noted is the same: seen only by the database.
_WRITES = "GET /confirm-email/{confirmation}/"

READING = [row for row in ROWS if row.method == "GET"]
WRITING = [row for row in ROWS if row.method != "GET" and row.name not in _OWN_ACTS]


@pytest.mark.parametrize("row", READING, ids=lambda row: row.name)
def test_one_sees_what_the_person_sees(matrix: Asking, row: Row) -> None:
    for person in ("cust", "sown", "pown"):
        is_closed = row.path.startswith(CLOSED) or row.name == _WRITES
        expected = "403" if is_closed else status_of(row.answers[person])
        _is_answered(matrix, row, person, expected)


@pytest.mark.parametrize("row", WRITING, ids=lambda row: row.name)
def test_one_does_nothing(matrix: Asking, row: Row) -> None:
    for person in ("cust", "sown"):
        _is_answered(matrix, row, person, "403")


@pytest.mark.parametrize("act", _OWN_ACTS)
def test_one_ends_it(matrix: Asking, act: str) -> None:
    path = act.split()[1]
    assert [matrix.ask(f"view {person}", "POST", path).said for person in VIEWED] == ["go"] * 4


def _is_answered(matrix: Asking, row: Row, person: str, expected: str) -> None:
    asked = ours(row, matrix)
    answer = matrix.ask(
        f"view {person}", row.method, asked.path, asked.body, headers(), by_token=False
    )
    assert (answer.said, answer.has_changed) == (expected, False), person
