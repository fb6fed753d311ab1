"""What a guard is, and the places that several lists of guards name."""

from __future__ import annotations

from dataclasses import dataclass

OFFERS = "marketplace/trading/services/offers.py"
MATCH_RACES = "tests/races/test_matching_races.py"
TRADING = "tests/traps/test_trading_guards.py"
CONSTRAINTS = "tests/traps/test_constraints.py"
ASKING = "marketplace/accounts/selectors.py"
ACCOUNT_RACES = "tests/races/test_account_races.py"


@dataclass(frozen=True)
class Guard:
    """A piece of code that keeps something out: without `text` (with `instead`) its tests go red."""

    name: str
    keeps_out: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]
