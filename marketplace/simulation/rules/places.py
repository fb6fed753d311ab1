"""Where the people and parties of the demo world are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

_FOUR_DECIMALS = Decimal("0.0001")

#: How far from a city's centre somebody may live, in ten-thousandths of a degree: about 5 km.
_SPREAD = 450


@dataclass(frozen=True, slots=True)
class Place:
    """A country code, a city, and coordinates in degrees."""

    country: str
    city: str
    latitude: Decimal
    longitude: Decimal

    def nearby(self, rng: Random) -> Place:
        """Somewhere in the same city."""
        return Place(
            self.country,
            self.city,
            self.latitude + rng.randint(-_SPREAD, _SPREAD) * _FOUR_DECIMALS,
            self.longitude + rng.randint(-_SPREAD, _SPREAD) * _FOUR_DECIMALS,
        )
