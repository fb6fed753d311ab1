"""Named places in which a fault test may let the process die. Elsewhere they cost nothing."""

from __future__ import annotations

import os
import signal

_registered: set[str] = set()

#: Set by a fault test in the environment of the process that it wants to see dying.
ARMED = "FORECOURT_CRASH_AT"


def register_crash_points(*names: str) -> None:
    """Make the places known, so that a test can walk through all of them."""
    _registered.update(names)


def crash_points() -> list[str]:
    """Every place that any imported room registered, sorted."""
    return sorted(_registered)


def crash_point(name: str) -> None:
    """Die here as if the machine had lost power, if a test armed this place.

    Raises:
        LookupError: the place was never registered, so no test would walk through it.
    """
    if name not in _registered:
        raise LookupError(name)
    if os.environ.get(ARMED) == name:
        os.kill(os.getpid(), signal.SIGKILL)
