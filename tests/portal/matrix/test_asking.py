"""The matrix itself: a change is noticed, of whatever table, and undone before the next request."""

from __future__ import annotations

import pytest

from tests.portal.matrix.askers import to_neither, to_theirs
from tests.portal.matrix.asking import Asking
from tests.portal.matrix.table import rows_of
from tests.portal.matrix.walking import is_let_in, may_change, status_of

pytestmark = pytest.mark.django_db

_NEW = {"name": "New"}


@pytest.mark.parametrize(
    ("asker", "method", "path", "body"),
    [
        ("cust", "PATCH", "/api/profile/", {"language": "es"}),
        ("cust", "POST", "/api/profile/close/", {"current_password": "a horse in 7 showrooms"}),
        ("pers", "POST", "/account/join/showroom/", _NEW),
        ("anon", "POST", "/password/reset/", {"email": "pers@example.com"}),
    ],
)
def test_a_change_is_noticed_and_undone(
    matrix: Asking, asker: str, method: str, path: str, body: object
) -> None:
    first, second = (matrix.ask(asker, method, path, body) for _ in range(2))
    assert first.has_changed and (second.said, second.has_changed) == (first.said, True)
    assert not matrix.ask(asker, "GET", "/").has_changed


def test_what_is_refused_changes_nothing(matrix: Asking) -> None:
    answer = matrix.ask("cust", "POST", "/api/profile/customer/", _NEW)
    assert (answer.said, answer.has_changed) == ("409", False)


def test_a_line_says_what_strangers_to_one_side_or_both_are_told() -> None:
    (row,) = rows_of("GET /x/{showroom}/ | 401 404 404 404 200 200 403 404 404 404 404 404 1 2 200")
    asked = ("sown", "sana", "sow2", "unco", "admi")
    assert [to_theirs(row.answers, one) for one in asked] == ["404", "404", "200", "404", "1"]
    assert [to_neither(row.answers, one) for one in asked] == ["404", "404", "404", "404", "1"]


def test_marks_say_what_else_holds() -> None:
    assert status_of("401+?") == "401"
    assert may_change("DELETE", "401+") and may_change("POST", "go")
    assert not any(map(may_change, ("POST", "POST", "GET"), ("200=", "403", "200")))
    assert is_let_in("403?") and is_let_in("409") and not is_let_in("403")
