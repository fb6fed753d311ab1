"""From a line of the table to requests: whose things they name, and what has to come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from uuid import uuid4

from tests.portal.matrix.askers import ANONYMOUS, ASKERS, LEFT, to_neither, to_theirs
from tests.portal.matrix.asking import Asking
from tests.portal.matrix.bodies import BODIES
from tests.portal.matrix.table import Row
from tests.portal.matrix.world import Things

#: What is the same whoever asks for it: it can be neither theirs nor missing.
_EVERYBODYS = frozenset({"car_model", "spare"})
_NOWHERE = 987_654_321
READING_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


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
        if self.whose == "ours" or (self.whose == "theirs" and "!" in ours):
            return ours
        if self.whose == "theirs":
            return to_theirs(self.row.answers, asker)
        strangers = to_neither(self.row.answers, asker)
        return self.row.missing if is_let_in(strangers) else strangers

    def mismatch(self, matrix: Asking, asker: str, **how: Any) -> str | None:
        """What is wrong with the answer, in one line; None if it is as it should be."""
        expected = self.answer_to(asker)
        watched = not may_change(self.row.method, expected)
        sent = headers() | how.pop("headers", {})
        answer = matrix.ask(
            asker, self.row.method, self.path, self.body, sent, watched=watched, **how
        )
        about = f"{self.row.name} [{self.whose}] {asker}: {answer.said}"
        if answer.said != status_of(expected):
            return f"{about}, not {expected}"
        return f"{about}, and something is changed" if answer.has_changed else None


def status_of(answer: str) -> str:
    """The answer without its marks."""
    return answer.rstrip("!=+?")


def is_let_in(answer: str) -> bool:
    """Whether it is one to somebody who may look for the thing, be it that it can't be done."""
    found = status_of(answer)
    return "?" in answer or found[0] == "2" or found in ("go", "409", "410", "422")


def may_change(method: str, answer: str) -> bool:
    """Whether a table may be another one after this answer."""
    is_done = status_of(answer) == "go" or answer[0] == "2"
    return "+" in answer or (is_done and method not in READING_METHODS and "=" not in answer)


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
        yield _request(row, "missing", {**matrix.world.ours, **_nowhere(names, matrix)})


def ours(row: Row, matrix: Asking) -> Request:
    """The line with ours."""
    return next(requests_of(row, matrix))


def who_may(row: Row, *, also_anonymous: bool = True) -> str | None:
    """The first whom the line lets in, if any."""
    answers = row.answers.items()
    may = (asker for asker, answer in answers if is_let_in(answer))
    return next((asker for asker in may if also_anonymous or asker != ANONYMOUS), None)


def askers_of(request: Request) -> tuple[str, ...]:
    """Who asks: everybody for ours, unless all are answered alike; the rest by examples."""
    if request.whose == "theirs":
        return ("cust", "cus2", "sown", "sana", "sow2", "pown", "pow2", "admi", "unco")
    if request.whose == "missing":
        return ("anon", "pers", "cus2", "sow2", "pow2", "admi", "unco")
    people = {answer for asker, answer in request.row.answers.items() if asker != ANONYMOUS}
    if len(people) == 1:
        return ("anon", "pers", "cust", "sana", "pown", "admi", "unco", LEFT)
    return (*ASKERS, LEFT)


def _nowhere(names: set[str], matrix: Asking) -> Things:
    """Values of the names that nothing has; what is everybody's only if there is nothing else."""
    absent = names - _EVERYBODYS or names
    texts = {name for name, thing in matrix.world.ours.items() if isinstance(thing, str)}
    return {name: "nobody-knows-it" if name in texts else _NOWHERE for name in absent}


def things_in(row: Row) -> set[str]:
    """The names of the things that a line needs."""
    return things_in_path(row) | set(_names(repr_of(BODIES.get(row.name))))


def things_in_path(row: Row) -> set[str]:
    """The names of the things that the line's path needs."""
    return set(_names(row.path))


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
