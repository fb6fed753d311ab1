"""What the tests of this room share."""

from __future__ import annotations

import pytest


@pytest.fixture(name="rung")
def _rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs for which the bell was rung."""
    jobs: list[str] = []
    monkeypatch.setattr(
        "marketplace.common.nudges.current_app.send_task",
        lambda name, **_options: jobs.append(name),
    )
    return jobs
