"""A list shows what its reader may open, and nothing that is somebody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.portal.matrix.askers import ASKERS
from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import requests_of

pytestmark = pytest.mark.django_db

_OF_ONE = re.compile(r"(/api/[a-z-]+/)\{(\w+)\}/")


def _lists() -> Mapping[str, list[Row]]:
    """The address of each list with the lines about one of its rows."""
    found: dict[str, list[Row]] = {}
    lists = {row.path for row in ROWS if row.method == "GET"}
    for row in ROWS:
        match = _OF_ONE.fullmatch(row.path)
        if match and row.method == "GET" and match[1] in lists:
            found.setdefault(match[1], []).append(row)
    return found


LISTS = _lists()


def test_there_are_private_lists() -> None:
    assert {"/api/offers/", "/api/deals/", "/api/notices/", "/api/invitations/"} < set(LISTS)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_shows_what_may_be_opened(matrix: Asking, path: str) -> None:
    answers = {asker: matrix.ask(asker, "GET", path) for asker in ASKERS}
    assert any(answer.said == "200" for answer in answers.values())
    for asker, answer in answers.items():
        if answer.said == "200":
            shown = {str(one["id"]) for one in answer.response.json()["results"]}
            _shows(matrix, path, asker, shown)


def _shows(matrix: Asking, path: str, asker: str, shown: set[str]) -> None:
    for row in LISTS[path]:
        for request in requests_of(row, matrix):
            key = request.path.removeprefix(path).rstrip("/")
            may = request.answer_to(asker).startswith("200")
            assert (key in shown) == may, f"{row.name} [{request.whose}] {asker}"
