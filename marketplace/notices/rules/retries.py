"""When an e-mail is tried again."""

from __future__ import annotations

from datetime import timedelta

#: The pauses before the second and every later attempt; after the last one the e-mail is given up.
RETRY_PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 120, 600, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600)
)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts (1 or more); None: give up."""
    return RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None
