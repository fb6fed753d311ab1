"""A write by session needs our pages' CSRF token; a program's token is enough by itself."""

from __future__ import annotations

import pytest

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import READING_METHODS, headers, ours, status_of, who_may

pytestmark = pytest.mark.django_db

_HEADLESS = "/api/auth/"
WRITES = [row for row in ROWS if row.method not in READING_METHODS]
BY_SESSION = [row for row in WRITES if not row.path.startswith(_HEADLESS)]
BY_TOKEN = [row for row in ROWS if row.is_api and who_may(row, also_anonymous=False)]


@pytest.mark.parametrize("row", BY_SESSION, ids=lambda row: row.name)
def test_a_write_that_no_page_of_ours_sent_is_refused(matrix: Asking, row: Row) -> None:
    asked = ours(row, matrix)
    asker = who_may(row, also_anonymous=False) or "admi"
    answer = matrix.ask(asker, row.method, asked.path, asked.body, headers(), strictly=True)
    assert (answer.said, answer.has_changed) == ("403", False)
    if row.is_api:
        assert answer.response.json()["code"] == "csrf_failed"


@pytest.mark.parametrize(
    "row", [row for row in WRITES if row.path.startswith(_HEADLESS)], ids=lambda row: row.name
)
def test_the_accounts_of_programs_know_no_session_of_the_pages(matrix: Asking, row: Row) -> None:
    asked = ours(row, matrix)
    answer = matrix.ask(
        "cust", row.method, asked.path, asked.body, headers(), strictly=True, by_token=False
    )
    assert answer.said == status_of(row.answers["anon"])


@pytest.mark.parametrize("row", BY_TOKEN, ids=lambda row: row.name)
def test_a_program_needs_its_token_alone(matrix: Asking, row: Row) -> None:
    asker = who_may(row, also_anonymous=False)
    assert asker is not None
    assert ours(row, matrix).mismatch(matrix, asker, strictly=True, by_token=True) is None
