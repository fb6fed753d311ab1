"""A showroom's restock and its supplier review, put as the problems that the rules solve."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.pricing.rules.quoting import NO_TERMS
from marketplace.pricing.selectors.stock import StockRow
from marketplace.trading.rules.demand import expected_cars, target_stock
from marketplace.trading.rules.restocking import LineNeed, RestockProblem, SellerTerms
from marketplace.trading.rules.sourcing_problem import (
    SourcingLine,
    SourcingProblem,
    SupplierTerms,
)
from marketplace.trading.selectors.supply import ShowroomRow, Supply


def restock_problem(
    showroom: ShowroomRow,
    supply: Supply,
    *,
    stock: Mapping[int, StockRow],
    patronage: Mapping[int, int],
    available_cents: int,
) -> RestockProblem:
    """What the showroom needs and who could deliver it.

    A model that the showroom took off sale is not bought. `patronage` is cars bought by supplier.
    """
    policy = showroom.policy
    needs = []
    for line in showroom.lines:
        held = stock.get(line.car_model_id)
        if held is not None and not held.is_active:
            continue
        rate = supply.sales.rate(
            showroom.showroom_id, showroom.founded_at, policy.demand_window_days, line.car_model_id
        )
        needs.append(
            LineNeed(
                car_model_id=line.car_model_id,
                stock=held.quantity if held else 0,
                target=target_stock(rate, policy.cover_days, policy.minimum_stock),
                rate=rate,
                open_offers=supply.open_offers.get(line.car_model_id, 0),
                fit=line.fit,
                sourcing_supplier_id=line.supplier_id,
                prices=supply.prices.get(line.car_model_id, {}),
            )
        )
    sources = {line.supplier_id for line in showroom.lines if line.supplier_id is not None}
    promoting = {seller for seller, terms in supply.terms.items() if terms.promotions}
    return RestockProblem(
        showroom_id=showroom.showroom_id,
        at=supply.at,
        budget_cents=available_cents - policy.cash_reserve_cents,
        lines=tuple(needs),
        suppliers={
            seller: SellerTerms(seller, patronage.get(seller, 0), terms.tiers, terms.promotions)
            for seller in sorted(sources | promoting)
            for terms in [supply.terms.get(seller, NO_TERMS)]
        },
    )


def sourcing_problem(showroom: ShowroomRow, supply: Supply) -> SourcingProblem:
    """Which suppliers the showroom could stay with or change to."""
    policy = showroom.policy
    lines = []
    for line in showroom.lines:
        rate = supply.sales.rate(
            showroom.showroom_id, showroom.founded_at, policy.demand_window_days, line.car_model_id
        )
        lines.append(
            SourcingLine(
                car_model_id=line.car_model_id,
                expected_cars=expected_cars(rate, policy.planning_horizon_days),
                current_supplier_id=line.supplier_id,
                prices=supply.prices.get(line.car_model_id, {}),
                rate=rate,
            )
        )
    bought = supply.patronage.get(showroom.showroom_id, {})
    listing = {supplier for line in lines for supplier in line.prices}
    return SourcingProblem(
        showroom_id=showroom.showroom_id,
        lines=tuple(lines),
        suppliers={
            supplier: SupplierTerms(
                supplier, bought.get(supplier, 0), supply.terms.get(supplier, NO_TERMS).tiers
            )
            for supplier in sorted(listing)
        },
        minimum_saving_percent=policy.minimum_saving_percent,
        horizon_days=policy.planning_horizon_days,
    )
