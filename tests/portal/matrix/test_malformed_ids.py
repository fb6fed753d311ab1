"""An id or a secret that can't be one is answered like one that there isn't."""

from __future__ import annotations

import pytest

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import headers, ours, things_in_path, who_may

pytestmark = pytest.mark.django_db

NO_IDS = ("0", "-1", "9999999999999999999999", "abc", "1e3", "%00", "\u00f1", "1'", "%2e%2e", "")
_UNTOLD = {"302", "401", "403", "404"}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if things_in_path(row)], ids=lambda row: row.name
)
def test_what_is_no_id_is_not_found(matrix: Asking, row: Row) -> None:
    body = ours(row, matrix).body
    told = {"404", row.missing, "400" if "?" in row.path else "404"}
    wrong = []
    for no_id in NO_IDS:
        path = row.path.format(**{name: no_id for name in things_in_path(row)})
        askers = {who_may(row) or "admi": told}
        if no_id in ("0", "abc"):
            askers.setdefault("pers", told | _UNTOLD)
        for asker, expected in askers.items():
            answer = matrix.ask(asker, row.method, path, body, headers())
            if answer.said not in expected or answer.has_changed:
                wrong.append(f"{row.method} {path} {asker}: {answer.said}")
            elif row.is_api and not _is_problem(answer.response):
                wrong.append(f"{row.method} {path} {asker}: no problem")
    assert not wrong, "\n".join(wrong)


def _is_problem(response: object) -> bool:
    type_, said = response["Content-Type"], response.json()  # type: ignore[index,attr-defined]
    return type_ == "application/problem+json" and bool(said["code"])
