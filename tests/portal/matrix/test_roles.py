"""Every URL × method × asker × ownership is answered as the table says."""

from __future__ import annotations

import pytest

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import askers_of, requests_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_everybody_is_answered_as_declared(matrix: Asking, row: Row) -> None:
    mismatches = [
        request.mismatch(matrix, asker)
        for request in requests_of(row, matrix)
        for asker in askers_of(request)
    ]
    wrong = [mismatch for mismatch in mismatches if mismatch]
    assert not wrong, "\n".join(wrong)
