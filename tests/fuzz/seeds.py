"""What is known to exist: for each operation and role a path, a query and a body that get through.

They come from the table of who may do what, so an operation without a line there is a hole in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.portal.matrix.bodies import BODIES
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.table import Row
from tests.portal.matrix.walking import filled
from tests.portal.matrix.world import Things

#: By the columns of the table.
ROLES: Mapping[str, str] = {
    "anonymous": "anon",
    "person": "pers",
    "customer": "cust",
    "showroom owner": "sown",
    "showroom manager": "sman",
    "showroom analyst": "sana",
    "supplier owner": "pown",
    "supplier manager": "pman",
    "supplier analyst": "pana",
    "staff": "admi",
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One request that names existing things, and the roles whose request it lets in."""

    label: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    lets_in: tuple[str, ...]


def seeds_of(things: Things, operations: Iterable[tuple[str, str]]) -> list[Seed]:
    """All lines of the table that are operations: `operations` are methods and paths with names.

    Raises:
        LookupError: an operation has no line.
    """
    known = sorted(operations, key=lambda one: one[1].count("{"))  # `read/` is no id
    found = [_seed(row, things, known) for row in ROWS if row.is_api]
    seeds = [seed for seed in found if seed]
    missing = {" ".join(one) for one in known} - {seed.label for seed in seeds}
    if missing:
        raise LookupError(f"no line of the table is about {sorted(missing)}")
    return seeds


def _seed(row: Row, things: Things, known: list[tuple[str, str]]) -> Seed | None:
    asked = urlsplit(row.path.format(**things))
    for method, path in known:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        match = re.fullmatch(pattern, asked.path) if method == row.method else None
        if match:
            return Seed(
                f"{method} {path}",
                match.groupdict(),
                dict(parse_qsl(asked.query)),
                filled(BODIES.get(row.name), things),
                tuple(role for role, asker in ROLES.items() if row.answers[asker][0] == "2"),
            )
    return None
