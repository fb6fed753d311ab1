"""The guards of the market: each with what it keeps out, and the tests that go red without it.

`tests/GUARDS.md` is written from this list, and `tests/teeth.py` removes the guards one by one.
"""

from __future__ import annotations

from tests.guards.accounts import ACCOUNTS
from tests.guards.api import API
from tests.guards.constraints import CONSTRAINT_TEST, CONSTRAINTS_BY_FILE
from tests.guards.guard import Guard
from tests.guards.letters import LETTER
from tests.guards.money import MONEY, OFFER
from tests.guards.people import PEOPLE, TEAM, VIEW
from tests.guards.trading import MATCH, SELLERS, SUPPLY

__all__ = ["CONSTRAINTS_BY_FILE", "CONSTRAINT_TEST", "GUARDS", "Guard", "as_page"]

GUARDS: tuple[Guard, ...] = (
    *MONEY, *OFFER, *MATCH, *SUPPLY, *SELLERS, *PEOPLE, *ACCOUNTS, *TEAM, *VIEW, *API, *LETTER,
)  # fmt: skip


def as_page() -> str:
    """The text of GUARDS.md."""
    lines = [
        "# The guards of the market",
        "",
        "Each keeps something out, and without it the test named goes red: `make teeth` removes them"
        " one by one to prove it. Written from `tests/guards` by `python -m tests.teeth --write`.",
        "",
        "| guard | keeps out | where | goes red without it |",
        "|---|---|---|---|",
    ]
    for guard in GUARDS:
        tests = "<br>".join(f"`{test}`" for test in guard.tests)
        lines.append(f"| {guard.name} | {guard.keeps_out} | `{guard.file}` | {tests} |")
    lines += [
        "",
        f"The database's constraints, each a case of `{CONSTRAINT_TEST}`:",
        "",
        "| constraint | where |",
        "|---|---|",
    ]
    for file, names in CONSTRAINTS_BY_FILE.items():
        lines += [f"| `{name}` | `{file}` |" for name in names]
    return "\n".join(lines) + "\n"
