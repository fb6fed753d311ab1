"""How big a demo world is, and how busy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorldSize:
    """Who lives in a demo world, and how often a day something happens there."""

    suppliers: int
    showrooms: int
    customers: int
    offers_a_day: int
    matches_a_day: int
    restocks_a_day: int
    days_between_reviews: int

    def __post_init__(self) -> None:
        if self.matches_a_day % self.restocks_a_day:
            raise ValueError("a day's matches are divided evenly by its restocks")


SIZES: Mapping[str, WorldSize] = {
    "small": WorldSize(25, 40, 2_000, 260, 4, 2, 6),
    "medium": WorldSize(250, 400, 20_000, 2_600, 6, 2, 10),
    "large": WorldSize(2_500, 4_000, 200_000, 26_000, 4, 1, 20),
}

DEFAULT_DAYS = 60
