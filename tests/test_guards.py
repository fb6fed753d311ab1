"""The list of guards fits the code: what `make teeth` would remove is still there, once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.guards import CONSTRAINTS_BY_FILE, GUARDS, Guard, as_page

PROJECT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_once_where_the_list_says(guard: Guard) -> None:
    assert (PROJECT / guard.file).read_text().count(guard.text) == 1
    for test in guard.tests:
        file, name = test.split("::")
        assert f"def {name.partition('[')[0]}(" in (PROJECT / file).read_text()


def test_a_constraint_stands_once_in_its_migration() -> None:
    for file, names in CONSTRAINTS_BY_FILE.items():
        counted = Counter({name: (PROJECT / file).read_text().count(f"'{name}'") for name in names})
        assert counted == Counter(names)


def test_guards_have_names_of_their_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)


def test_the_page_of_guards_is_the_list_of_guards() -> None:
    assert (PROJECT / "tests/GUARDS.md").read_text() == as_page()
