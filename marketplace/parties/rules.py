"""What a membership allows, and what a showroom's policy may be. Values in, decision out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class PartyKind(StrEnum):
    """What kind of trader a party is."""

    CUSTOMER = "customer"
    SHOWROOM = "showroom"
    SUPPLIER = "supplier"


class MemberRole(StrEnum):
    """What a person may do for a showroom or a supplier."""

    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"


def may_write(role: MemberRole) -> bool:
    """Whether the role may change anything; an analyst only reads."""
    return role in (MemberRole.OWNER, MemberRole.MANAGER)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a showroom trades. Percents are in percent, periods in days, sizes in cars or models."""

    cover_days: int = 14
    minimum_stock: int = 1
    demand_window_days: int = 30
    planning_horizon_days: int = 90
    markup_percent: Decimal = Decimal("15.00")
    cash_reserve_cents: int = 0
    assortment_size: int = 20
    minimum_saving_percent: Decimal = Decimal("1.00")


DEFAULT_POLICY = Policy()
