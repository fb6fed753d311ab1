"""What the sellers of the bench's market ask and take off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from marketplace.common.bulk import copy_rows
from marketplace.pricing.models import Listing, LoyaltyTier, Promotion

_SHOWROOM_TIERS = ((3, 2), (10, 5))
_SUPPLIER_TIERS = ((10, 1), (50, 3), (200, 5))


def write_price_lists(
    suppliers: Sequence[int], base_cents: Mapping[int, int], rng: Random, at: datetime
) -> dict[int, dict[int, int]]:
    """Every supplier lists about half of the car models; returns prices by model and supplier."""
    prices: dict[int, dict[int, int]] = {}
    for number, (model, base) in enumerate(base_cents.items()):
        sure = suppliers[number % len(suppliers)]
        prices[model] = {
            supplier: base * rng.randrange(750, 900) // 1000
            for supplier in suppliers
            if supplier == sure or rng.random() < 0.5
        }
    copy_rows(
        Listing,
        ["seller_id", "car_model_id", "price_cents", "stock_cost_cents", "pricing", "is_active",
         "created_at", "updated_at"],
        (
            (supplier, model, cents, 0, Listing.Pricing.MANUAL.value, True, at, at)
            for model, asked in prices.items()
            for supplier, cents in asked.items()
        ),
    )  # fmt: skip
    return prices


def write_terms(
    suppliers: Sequence[int],
    showrooms: Sequence[int],
    car_models: Sequence[int],
    rng: Random,
    at: datetime,
) -> None:
    """Tiers of every second seller; a promotion of every twentieth, on all or on five models."""
    copy_rows(
        LoyaltyTier,
        ["seller_id", "threshold", "percent", "is_active", "created_at", "updated_at"],
        _tiers(suppliers, showrooms, at - timedelta(days=2)),
    )
    for number, seller in enumerate([*suppliers[::20], *showrooms[::20]]):
        promotion = Promotion.objects.create(
            seller_id=seller,
            name=f"Week {number}",
            percent=Decimal(rng.randrange(200, 1000)) / 100,
            starts_at=at - timedelta(days=2),
            ends_at=at + timedelta(days=5),
            covers_all=number % 2 == 0,
            created_at=at - timedelta(days=3),
        )
        if not promotion.covers_all:
            promotion.car_models.set(rng.sample(car_models, min(5, len(car_models))))
    Promotion.objects.update(updated_at=at - timedelta(days=3))


def _tiers(
    suppliers: Sequence[int], showrooms: Sequence[int], at: datetime
) -> Iterator[tuple[object, ...]]:
    for sellers, tiers in ((suppliers, _SUPPLIER_TIERS), (showrooms, _SHOWROOM_TIERS)):
        for seller in sellers[::2]:
            for threshold, percent in tiers:
                yield seller, threshold, percent, True, at, at
