"""What the supplier review has to know about one showroom, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from marketplace.trading.rules.loyalty_costs import Tier


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """How a supplier rewards this showroom: cars bought there so far, and its tiers, rising."""

    supplier_id: int
    cars_bought: int
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class SourcingLine:
    """A car model of the assortment.

    `prices` are list prices in cents by supplier, of those that list the model; `expected_cars` is
    at least 1. `rate`, in cars a day, is only carried into the explanation.
    """

    car_model_id: int
    expected_cars: int
    current_supplier_id: int | None
    prices: Mapping[int, int]
    rate: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class SourcingProblem:
    """A showroom's lines and the suppliers' terms; a supplier without terms has no tiers."""

    showroom_id: int
    lines: tuple[SourcingLine, ...]
    suppliers: Mapping[int, SupplierTerms]
    minimum_saving_percent: Decimal
    horizon_days: int


def expected_cars(rate: Fraction, horizon_days: int) -> int:
    """N(m) of market.md §8: the rate over the horizon, rounded half up, at least one car."""
    return max(1, int(rate * horizon_days + Fraction(1, 2)))
