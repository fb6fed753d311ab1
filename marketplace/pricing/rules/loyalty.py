"""How far a buyer has come with a seller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.pricing.rules.quoting import TierTerm, reached_tier


@dataclass(frozen=True, slots=True)
class Standing:
    """The tier that is reached, the one that comes next, and how many cars are missing to that."""

    reached: TierTerm | None
    following: TierTerm | None
    cars_missing: int | None


def standing(tiers: Sequence[TierTerm], cars: int) -> Standing:
    """Where somebody stands who has bought so many cars; `tiers` rise by threshold."""
    following = next((tier for tier in tiers if tier.threshold > cars), None)
    return Standing(
        reached_tier(tiers, cars), following, following.threshold - cars if following else None
    )
