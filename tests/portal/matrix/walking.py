"""From a line of the table to requests: whose things they name, and what has to come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from uuid import uuid4

from tests.portal.matrix.askers import ANONYMOUS, ASKERS, LEFT, to_theirs
from tests.portal.matrix.asking import Asking
from tests.portal.matrix.bodies import BODIES
from tests.portal.matrix.table import Row
from tests.portal.matrix.world import Things

#: What is the same whoever asks for it: it can be neither theirs nor missing.
_EVERYBODYS = frozenset({"car_model", "spare"})
_NOWHERE = 987_654_321


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the table with things of one side in it."""

    row: Row
    whose: str
    path: str
    body: Any

    def answer_to(self, asker: str) -> str:
        """What the table has the asker answered."""
        if asker == LEFT:
            asker = ANONYMOUS
        ours = self.row.answers[asker]
        if self.whose == "ours" or ours.endswith("!"):
            return ours.rstrip("!")
        theirs = to_theirs(self.row.answers, asker).rstrip("!")
        is_done = theirs[0] == "2" or theirs == "go"
        return self.row.missing if self.whose == "missing" and is_done else theirs

    def mismatch(self, matrix: Asking, asker: str, **how: Any) -> str | None:
        """What is wrong with the answer, in one line; None if it is as it should be."""
        expected = self.answer_to(asker)
        answer = matrix.ask(asker, self.row.method, self.path, self.body, headers(), **how)
        if answer.said != expected.rstrip("="):
            return f"{self.row.name} [{self.whose}] {asker}: {answer.said}, not {expected}"
        if answer.has_changed and not may_change(self.row.method, expected):
            return f"{self.row.name} [{self.whose}] {asker}: {answer.said}, and something is changed"
        return None


def may_change(method: str, answer: str) -> bool:
    """Whether a table may be another one after this answer."""
    is_reading = method in ("GET", "HEAD", "OPTIONS", "TRACE")
    return not is_reading and (answer == "go" or answer[0] == "2") and not answer.endswith("=")


def headers() -> dict[str, str]:
    """What some requests need, and what harms no other."""
    return {"Idempotency-Key": uuid4().hex, "If-Match": "*"}


def requests_of(row: Row, matrix: Asking) -> Iterator[Request]:
    """The line with ours, with theirs, and with what there isn't."""
    names = things_in(row)
    yield _request(row, "ours", matrix.world.ours)
    if names - _EVERYBODYS:
        yield _request(row, "theirs", matrix.world.theirs)
    if names:
        nowhere: dict[str, Any] = {name: _NOWHERE for name in names - _texts(matrix) - _EVERYBODYS}
        nowhere |= {name: "nobody-knows-it" for name in names & _texts(matrix)}
        if not names - _EVERYBODYS and "{" in row.path:
            nowhere = {name: _NOWHERE for name in names}
        yield _request(row, "missing", {**matrix.world.ours, **nowhere})


def people_of(matrix: Asking) -> Iterator[str]:
    """All who ask."""
    del matrix
    yield from ASKERS
    yield LEFT


def things_in(row: Row) -> set[str]:
    """The names of the things that a line needs."""
    return set(_names(row.path)) | set(_names(repr_of(BODIES.get(row.name))))


def _request(row: Row, whose: str, things: Things) -> Request:
    return Request(row, whose, row.path.format(**things), filled(BODIES.get(row.name), things))


def filled(body: Any, things: Mapping[str, Any]) -> Any:
    """The body with things in place of their names."""
    if isinstance(body, dict):
        return {name: filled(value, things) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, things) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return things[body.strip("{}")]
    return body


def repr_of(body: Any) -> str:
    """All texts of a body."""
    if isinstance(body, dict):
        return " ".join(map(repr_of, body.values()))
    if isinstance(body, list):
        return " ".join(map(repr_of, body))
    return body if isinstance(body, str) else ""


def _names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(text) if name)


def _texts(matrix: Asking) -> set[str]:
    return {name for name, thing in matrix.world.ours.items() if isinstance(thing, str)}
