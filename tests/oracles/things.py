"""The things of the oracle's market: plain values that the oracle writes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction


@dataclass
class CarModel:
    """A car model; `traits` are its characteristics by name."""

    id: int
    traits: dict[str, object]
    suggested_price: int
    active: bool = True


@dataclass
class Criterion:
    """What is wanted of one characteristic: some values, or a range with open ends."""

    trait: str
    must: bool
    values: tuple[object, ...] = ()
    least: int | None = None
    most: int | None = None

    def met(self, model: CarModel) -> bool:
        """Whether the car model is what is wanted; an absent characteristic never is."""
        value = model.traits[self.trait]
        if self.values:
            return value in self.values
        if value is None:
            return False
        assert isinstance(value, int)
        above = self.least is None or value >= self.least
        below = self.most is None or value <= self.most
        return above and below


@dataclass
class Policy:
    """How a showroom wants to run its stock."""

    cover_days: int
    minimum_stock: int
    window_days: int
    horizon_days: int
    markup: Decimal
    reserve: int
    assortment_size: int
    minimum_saving: Decimal


@dataclass
class Party:
    """A customer, a showroom or a supplier."""

    id: int
    kind: str
    created_at: datetime
    active: bool = True
    wallet: int = 0
    held: int = 0
    policy: Policy | None = None
    preference: list[Criterion] = field(default_factory=list)


@dataclass
class Listing:
    """What a seller sells; a supplier has no quantity. A seller has one of a car model, ever."""

    seller: int
    model: int
    price: int
    quantity: int | None = None
    cost: int = 0
    automatic: bool = False
    active: bool = True


@dataclass
class Promotion:
    """A discount for a period; without models it is on all of them."""

    id: int
    seller: int
    percent: Decimal
    starts_at: datetime
    ends_at: datetime
    models: frozenset[int] | None = None
    active: bool = True


@dataclass
class Tier:
    """A loyalty tier."""

    id: int
    seller: int
    threshold: int
    percent: Decimal
    active: bool = True


@dataclass
class Offer:
    """What a customer would pay at most."""

    id: int
    customer: int
    model: int
    maximum: int
    created_at: datetime
    expires_at: datetime
    status: str = "open"
    closed_at: datetime | None = None


@dataclass
class Quote:
    """A price and the discount that applied."""

    price: int
    list_price: int
    percent: Decimal = Decimal(0)
    promotion: int | None = None
    tier: int | None = None


@dataclass
class Deal:
    """Something was sold."""

    seller: int
    buyer: int
    model: int
    quantity: int
    quote: Quote
    sold_at: datetime
    cars_before: int | None
    offer: int | None = None
    cost: int | None = None


@dataclass
class AssortmentLine:
    """A car model of an assortment and the supplier that it is bought from."""

    rank: int
    fit: Fraction
    missed: list[str]
    supplier: int | None = None


@dataclass
class PriceChange:
    """A listing's price from one instant on."""

    seller: int
    model: int
    old: int | None
    new: int
    at: datetime
