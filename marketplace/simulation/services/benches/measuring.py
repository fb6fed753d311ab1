"""What a run takes besides time: SQL statements, and memory."""

from __future__ import annotations

import gc
import re
import resource
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from marketplace.common.bulk import observe

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass(slots=True)
class Taken:
    """What one process took: statements, transaction control included; bytes idle and at the peak."""

    statements: int = 0
    idle_bytes: int = 0
    peak_bytes: int = 0

    @property
    def extra_bytes(self) -> int:
        """The memory that the work needed on top of an idle process."""
        return self.peak_bytes - self.idle_bytes


class _Tally(deque[dict[str, str]]):
    """Where Django logs its statements, BEGIN and COMMIT too: they are counted and not kept."""

    entries = 0

    def append(self, _entry: dict[str, str]) -> None:
        """One more."""
        self.entries += 1


@contextmanager
def measured(*, counting: bool) -> Iterator[Taken]:
    """Measure what is done inside. Counting costs time, so a run is counted or timed."""
    taken = Taken()
    gc.collect()
    taken.idle_bytes = _idle_bytes()
    tally = _Tally()
    standing = connection.queries_log, connection.force_debug_cursor
    end_observing = observe(lambda _sql: tally.append({}))
    if counting:
        connection.queries_log, connection.force_debug_cursor = tally, True
    try:
        yield taken
    finally:
        end_observing()
        connection.queries_log, connection.force_debug_cursor = standing
        taken.statements = tally.entries
        taken.peak_bytes = _peak_bytes()


def _idle_bytes() -> int:
    """The memory of this process now; its peak counts from here, where the system can do that."""
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        return _peak_bytes()
    return _status_bytes("VmRSS")


def _peak_bytes() -> int:
    try:
        return _status_bytes("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _status_bytes(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError(f"no {name}")
    return int(found[1]) * 1024
