"""The keeper alone, where a whole server would only rarely show what can happen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil
import pytest

from portal.sandbox.keeper import Redis


def test_what_ends_while_it_is_being_stopped_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Redis(tmp_path, {})
    server.data.mkdir()
    child = subprocess.Popen(["sleep", "60"], cwd=server.data)
    ending = psutil.Process(child.pid)
    monkeypatch.setattr(Redis, "program", "sleep")

    def seen_too_late(*_args: object, **_kwargs: object) -> list[psutil.Process]:
        assert ending.name() == "sleep"
        child.kill()
        child.wait()
        return [ending]

    monkeypatch.setattr(psutil, "process_iter", seen_too_late)
    monkeypatch.setattr(server, "_lives_here", lambda process: True)  # as it did a moment before

    server.clear()

    assert child.wait() == -9
