"""The market of the matrix, built once for each module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.portal.matrix.asking import Asking, asking


@pytest.fixture(name="matrix", scope="module")
def _matrix(django_db_setup: None, django_db_blocker: Any) -> Iterator[Asking]:
    """Everybody, ready to ask. What a request does is undone after it."""
    del django_db_setup
    with django_db_blocker.unblock(), asking() as everybody:
        yield everybody
