"""The kinds of things people are told, and when an e-mail is tried again."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class NoticeKind(StrEnum):
    """What somebody is told; each kind has a title and a text made from the notice's values."""

    OFFER_FILLED = "offer_filled"
    OFFER_EXPIRED = "offer_expired"
    BALANCE_CORRECTED = "balance_corrected"


#: The pauses before the second and every later attempt; after the last one the e-mail is given up.
RETRY_PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (30, 120, 600, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600)
)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts (1 or more); None: give up."""
    return RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None
