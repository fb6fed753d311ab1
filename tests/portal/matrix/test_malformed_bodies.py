"""A body that makes no sense gets a 4xx that names the field, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.portal.matrix.asking import Answer, Asking
from tests.portal.matrix.bodies import BODIES
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import headers, ours, status_of, who_may

pytestmark = pytest.mark.django_db

_ALLAUTHS = "/api/auth/"

_NOT_JSON = (b"{", b"\xff\xfe", b"null", b"[]", b'"x"', b"[" * 100_000, b'{"a": 1, "a": 1}')
_NOT_JSON += (b'{"a": NaN}', b'{"a": "\\ud800"}', b"a=1&b=2")

#: No field takes any of these.
_NEVER = ({"deep": [{"er": None}]}, "\x00", True)
#: Some fields do.
_SELDOM = (None, [], 10**30, "\u00f1" * 100_000)

WITH_BODY = [row for row in ROWS if BODIES.get(row.name)]
API = [row for row in WITH_BODY if row.is_api]
#: Of the button that forgets a change only the name counts.
PAGES = [row for row in WITH_BODY if not row.is_api and row.case != "forget"]


@pytest.mark.parametrize("row", API, ids=lambda row: row.name)
def test_what_is_no_json_object_is_refused(matrix: Asking, row: Row) -> None:
    for body in _NOT_JSON:
        answer = _ask(matrix, row, who_may(row) or "admi", body)
        assert answer.said[0] == "4" and not answer.has_changed, (body[:9], answer.said)
        assert answer.response["Content-Type"].startswith("application/")
        if answer.said == "400":
            assert answer.response.json()["code"]


@pytest.mark.parametrize("row", API, ids=lambda row: row.name)
def test_a_field_that_makes_no_sense_is_named(matrix: Asking, row: Row) -> None:
    asker = who_may(row) or "admi"
    is_ours = not row.path.startswith(_ALLAUTHS)
    wrong = []
    for field, value, is_sure, body in _bent(ours(row, matrix).body, is_ours=is_ours):
        answer = _ask(matrix, row, asker, body)
        is_fine = _is_refused(answer, field, is_ours) if is_sure else _is_sane(answer, row, asker)
        if not is_fine:
            wrong.append(f"{row.name} {field}={value}: {answer.said} {answer.response.content!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_a_form_that_makes_no_sense_changes_nothing(matrix: Asking, row: Row) -> None:
    asker = who_may(row) or "pers"
    sent = ours(row, matrix).body
    nuls = {field: "\x00" for field in sent}
    last = sent | {field: "\x00" for field in list(sent)[-1:]}
    for body in (b"", b"%00=%00&\xff=\xfe&&&==", b"a" * 100_000, nuls, last):
        answer = _ask(matrix, row, asker, body)
        assert answer.said[0] != "5" and not answer.has_changed, (body, answer.said)


def _ask(matrix: Asking, row: Row, asker: str, body: Any) -> Answer:
    return matrix.ask(asker, row.method, ours(row, matrix).path, body, headers())


def _bent(body: dict[str, Any], *, is_ours: bool) -> Iterator[tuple[str, str, bool, bytes]]:
    """Each field with each wrong value: its name, what is sent, whether it is surely wrong.

    An unknown field is, but allauth (`is_ours` is false) passes it over.
    """
    for field in body:
        for values, is_sure in ((_NEVER, True), (_SELDOM, False)):
            for value in values:
                yield field, repr(value)[:20], is_sure, json.dumps(body | {field: value}).encode()
        left = {name: value for name, value in body.items() if name != field}
        yield field, "nothing", False, json.dumps(left).encode()
    yield "unknown_field", "1", is_ours, json.dumps(body | {"unknown_field": 1}).encode()


def _is_sane(answer: Answer, row: Row, asker: str) -> bool:
    """Whether it is no crash, and a refusal has changed nothing."""
    is_done = answer.said == status_of(row.answers[asker])
    return answer.said[0] != "5" and (is_done or not answer.has_changed)


def _is_refused(answer: Answer, field: str, is_ours: bool) -> bool:
    """Whether it is a refusal that changes nothing and names the field, if values are its reason."""
    if answer.said[0] != "4" or answer.has_changed:
        return False
    if answer.said != "400" or not is_ours:
        return True
    said = answer.response.json()
    named = [str(error["field"]).split(".", maxsplit=1)[0] for error in said["errors"]]
    return bool(said["code"]) and field in named
