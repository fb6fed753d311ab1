"""What the supplier review has to know about one showroom, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from marketplace.pricing.rules.quoting import TierTerm


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """How a supplier rewards this showroom: cars bought there so far, and its tiers, rising."""

    supplier_id: int
    cars_bought: int
    tiers: tuple[TierTerm, ...]


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
