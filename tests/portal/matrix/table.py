"""How the table is written: a line for each method of a URL, and who is answered what.

    METHOD path case | answers | missing

The path names things of the world in braces; a case tells lines of one URL apart by their body.
The answers are in the order of `ASKERS`, or one for everybody, or two for nobody and anybody who is
logged in, or three for nobody, people, and staff.

An answer is a status. `302` leads to the log-in and back, `go` is a redirect to any other page.
Behind it, `!` says that it doesn't depend on whose thing it is, `?` that it is only said once the
thing is found, `=` that nothing is changed, and `+` that something may be. Otherwise a refusal and
whatever only reads never change anything. Somebody else's thing and one that is missing are
answered alike; only what anybody may have says what it answers when it is `missing`, if not 404.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.portal.matrix.askers import ANONYMOUS, ASKERS

_STAFF = ("admi", "clrk")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    method: str
    path: str
    case: str
    answers: Mapping[str, str]
    missing: str

    @cached_property
    def name(self) -> str:
        """What bodies and messages call it."""
        return " ".join(filter(None, (self.method, self.path, self.case)))

    @property
    def is_api(self) -> bool:
        """Whether programs ask it."""
        return self.path.startswith("/api/")


def rows_of(*texts: str) -> list[Row]:
    """The lines of the texts; empty ones and those that begin with # say nothing."""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return [_row(line) for line in lines if line and not line.startswith("#")]


def _row(line: str) -> Row:
    asked, said, *missing = line.split("|")
    method, path, *case = asked.split()
    return Row(
        method,
        path,
        " ".join(case),
        _by_asker(said.split(), line),
        missing[0].strip() if missing else "404",
    )


def _by_asker(answers: list[str], line: str) -> dict[str, str]:
    if len(answers) == len(ASKERS):
        return dict(zip(ASKERS, answers, strict=True))
    assert 1 <= len(answers) <= 3, line
    nobody, people, staff = answers[0], answers[min(1, len(answers) - 1)], answers[-1]
    by_asker = {asker: staff if asker in _STAFF else people for asker in ASKERS}
    return by_asker | {ANONYMOUS: nobody}
