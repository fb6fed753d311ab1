"""What an invariant is: a sentence that must always hold, and the SQL that looks for exceptions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence about the market; its SQL returns a row (id, detail), both text, per violation.

    The SQL takes no parameters and holds no percent sign.
    """

    id: str
    statement: str | Promise
    sql: str


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """What came of checking an invariant; `examples` name the first offenders: "id: detail"."""

    id: str
    statement: str | Promise
    violations: int
    examples: tuple[str, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.violations
