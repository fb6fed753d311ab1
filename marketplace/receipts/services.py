"""Answering a request once, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection

from marketplace.common.acts import act
from marketplace.parties.models import User
from marketplace.receipts.errors import KeyReused, RequestInFlight
from marketplace.receipts.models import Receipt
from marketplace.receipts.selectors import receipt_of

#: So long a key is remembered.
RECEIPTS_ARE_KEPT = timedelta(hours=24)

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: a status and a body."""

    status: int
    body: str


@act
def answer_once(
    *, user: User, key: str, request_digest: str, work: Callable[[], Answer], at: datetime
) -> tuple[Answer, bool]:
    """Do the work and keep its answer; for a repetition give that answer again, and say so.

    Work and receipt stand or fall together: if the work raises, neither is there. An answer that
    refuses has to undo its own effects before it is returned.

    Raises:
        RequestInFlight: another transaction is at work under the key.
        KeyReused: the key belongs to a request with another digest.
    """
    if not _lock(user.pk, key):
        raise RequestInFlight()
    receipt = receipt_of(user, key)
    if receipt is not None:
        if receipt.request_digest != request_digest:
            raise KeyReused()
        return Answer(receipt.status, receipt.body), True
    answer = work()
    Receipt.objects.create(
        user=user,
        key=key,
        request_digest=request_digest,
        status=answer.status,
        body=answer.body,
        created_at=at,
    )
    return answer, False


def forget_old(*, at: datetime) -> int:
    """Forget the receipts that are older than a day, a batch at a time; returns how many."""
    forgotten = 0
    while batch := _forget_some(at - RECEIPTS_ARE_KEPT):
        forgotten += batch
    return forgotten


@act
def _forget_some(until: datetime) -> int:
    old = Receipt.objects.filter(created_at__lt=until).order_by("created_at")
    batch = old.values("pk")[:_BATCH]
    return Receipt.objects.filter(pk__in=batch).delete()[0]


def _lock(user_id: int, key: str) -> bool:
    """Take the key until the end of the transaction, unless somebody has it."""
    digest = sha256(f"receipt:{user_id}:{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(digest[:8], "big", signed=True)],
        )
        return bool(cursor.fetchone()[0])
