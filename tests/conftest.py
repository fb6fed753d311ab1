"""What all tests share: a silent bell, a market to trade in, and the audit after it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import caches

from marketplace.trading.selectors.auditing import audit
from tests.market import Market


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were rung for, in whatever thread; no broker hears of them.

    A test that wants the real bell rings it in a process of its own.
    """
    jobs: list[str] = []
    monkeypatch.setattr(
        "marketplace.common.nudges.current_app.send_task",
        lambda name, **_options: jobs.append(name),
    )
    return jobs


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted in the cache is counted for this test alone, in whatever thread."""
    prefix = uuid4().hex
    monkeypatch.setitem(settings.CACHES["default"], "KEY_PREFIX", prefix)
    monkeypatch.setattr(caches["default"], "key_prefix", prefix)


@pytest.fixture
def audit_clean(transactional_db: None) -> Iterator[None]:
    """After the test every invariant has to hold in what it committed."""
    del transactional_db
    yield
    prove()


@pytest.fixture
def market(audit_clean: None) -> Market:
    """An empty market in which nothing appears from nowhere, and in which the audit is clean."""
    del audit_clean
    return Market()


def prove() -> None:
    """Fail, naming the offenders, if any invariant is violated."""
    violated = [(one.id, *one.examples) for one in audit() if not one.holds]
    assert not violated, f"invariants violated: {violated}"
