"""A supplier's price list as one document."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.pricing.models import Listing
from marketplace.pricing.rules.price_lists import version_of


@dataclass(frozen=True, slots=True)
class PriceList:
    """The car models that a supplier sells, by id, each with its price in cents."""

    lines: tuple[tuple[int, int], ...]
    version: str


def price_list_of(supplier_id: int) -> PriceList:
    """What the supplier sells today, in one query."""
    lines = tuple(
        Listing.objects.active()
        .filter(seller=supplier_id, car_model__is_active=True)
        .order_by("car_model")
        .values_list("car_model", "price_cents")
    )
    return PriceList(lines, version_of(lines))
