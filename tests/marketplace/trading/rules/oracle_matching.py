"""Matching as the market's rules tell it, one offer and one car at a time, with no thought of speed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal


@dataclass
class Seller:
    """A showroom of the oracle's market."""

    seller_id: int
    tiers: dict[int, Decimal] = field(default_factory=dict)
    promotions: list[tuple[int, Decimal, int, int, set[int] | None]] = field(default_factory=list)
    stock: dict[int, list[int]] = field(default_factory=dict)


def naive_price(seller: Seller, list_cents: int, model: int, cars_before: int, now: int) -> int:
    """List price less the largest of the discounts that hold now."""
    percents = [percent for threshold, percent in seller.tiers.items() if cars_before >= threshold]
    best_tier = (
        percents[-1:]
        if not percents
        else [seller.tiers[max(t for t in seller.tiers if t <= cars_before)]]
    )
    running = [
        percent
        for _pk, percent, start, end, models in seller.promotions
        if start <= now < end and (models is None or model in models)
    ]
    percent = max([Decimal(0), *best_tier, *running])
    price = (Decimal(list_cents) * (100 - percent) / 100).quantize(Decimal(1), ROUND_HALF_UP)
    return max(1, int(price))


def naive_matches(
    sellers: list[Seller],
    offers: list[tuple[int, int, int, int]],
    bought: dict[tuple[int, int], int],
    now: int,
) -> list[tuple[int, int, int]]:
    """(offer, seller, price) for every offer (id, customer, model, maximum) that is filled, in order."""
    left = {
        (s.seller_id, model): quantity
        for s in sellers
        for model, (_price, quantity) in s.stock.items()
    }
    deals = []
    for offer_id, customer, model, maximum in offers:
        best = None
        for seller in sellers:
            if left.get((seller.seller_id, model), 0) <= 0:
                continue
            listed = seller.stock[model][0]
            price = naive_price(
                seller, listed, model, bought.get((customer, seller.seller_id), 0), now
            )
            if price <= maximum and (best is None or (price, listed, seller.seller_id) < best):
                best = (price, listed, seller.seller_id)
        if best is not None:
            left[best[2], model] -= 1
            deals.append((offer_id, best[2], best[0]))
    return deals
