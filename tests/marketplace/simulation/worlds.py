"""Demo worlds small enough for a test, made by the very code that makes the big ones."""

from __future__ import annotations

from marketplace.simulation.rules.sizes import WorldSize
from marketplace.simulation.services.seeding import seed_demo
from tests.marketplace import factories

NOW = factories.NOW

TINY = WorldSize(
    suppliers=3,
    showrooms=4,
    customers=30,
    offers_a_day=12,
    matches_a_day=2,
    restocks_a_day=2,
    days_between_reviews=3,
)


def seed_tiny(*, seed: int = 1, days: int = 10) -> None:
    """A demo world that ends at `NOW`."""
    seed_demo(size=TINY, seed=seed, days=days, at=NOW)
