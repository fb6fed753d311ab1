"""Whose money: every account has an address, and nobody needs to know more than that."""

from __future__ import annotations

WORLD = "world"
PLATFORM_REVENUE = "platform:revenue"


def wallet(party_id: int) -> str:
    """The money that a party can spend."""
    return f"party:{party_id}:wallet"


def held(party_id: int) -> str:
    """The money that a party has promised and can't spend."""
    return f"party:{party_id}:held"
