"""Finding the answer that was given under a key."""

from __future__ import annotations

from marketplace.parties.models import User
from marketplace.receipts.models import Receipt


def receipt_of(user: User, key: str) -> Receipt | None:
    """The person's receipt under the key, or None."""
    return Receipt.objects.filter(user=user, key=key).first()
