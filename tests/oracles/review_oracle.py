"""The supplier review by brute force: every assignment of suppliers to car models is tried."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from itertools import product

from tests.oracles.market_oracle import World, half_up


def expected_cars(world: World, showroom: int, model: int, at: datetime) -> int:
    """Cars of a model that a showroom expects to sell over its horizon."""
    policy = world.parties[showroom].policy
    assert policy is not None
    return max(1, half_up(world.rate(showroom, model, at) * policy.horizon_days))


def _means(world: World, supplier: int, showroom: int, most: int) -> list[Fraction]:
    """F: by number of cars, the mean of what loyalty leaves of the price of each of them."""
    bought = world.bought(supplier, showroom)
    total, means = Fraction(0), [Fraction(0)]
    for count in range(most):
        tier = world.tier_at(supplier, bought + count)
        total += 1 - (Fraction(tier.percent) / 100 if tier else 0)
        means.append(total / (count + 1))
    return means


def review(world: World, at: datetime) -> None:
    """Choose the supplier of every line anew; a deactivated car model's line stays as it is."""
    for room in world.of_kind("showroom"):
        for model, supplier in best_plan(world, room.id, at).items():
            world.assortments[room.id][model].supplier = supplier


def best_plan(world: World, showroom: int, at: datetime) -> dict[int, int | None]:
    """The cheapest plan if it saves enough, else the one that changes only what it must."""
    policy = world.parties[showroom].policy
    assert policy is not None
    lines = {
        model: line
        for model, line in sorted(world.assortments.get(showroom, {}).items())
        if world.models[model].active
    }
    able = {
        model: [one.id for one in world.of_kind("supplier") if world.listing(one.id, model)]
        for model in lines
    }
    models = [model for model in lines if able[model]]
    homes = [
        lines[model].supplier if lines[model].supplier in able[model] else None for model in models
    ]
    plans = _plans(world, showroom, {model: able[model] for model in models}, homes, at)
    best = min(plans)
    kept = min(
        plan
        for plan in plans
        if all(home in (None, one) for home, one in zip(homes, plan[2], strict=True))
    )
    saving = kept[0] - best[0]
    enough = saving > 0 and saving >= kept[0] * Fraction(policy.minimum_saving) / 100
    chosen = dict(zip(models, (best if enough else kept)[2], strict=True))
    return {model: chosen.get(model) for model in lines}


def _plans(
    world: World, showroom: int, able: dict[int, list[int]], homes: list[int | None], at: datetime
) -> list[tuple[Fraction, int, tuple[int, ...]]]:
    """Every assignment of suppliers to car models: (cost, switches, suppliers).

    Left free: of plans that cost the same the one with the fewest switches wins, then the one
    with the smaller supplier ids, car model by car model.
    """
    models = list(able)
    cars = [expected_cars(world, showroom, model, at) for model in models]
    suppliers = {one for some in able.values() for one in some}
    mean = {one: _means(world, one, showroom, sum(cars)) for one in suppliers}
    prices = {(one, model): listing.price for (one, model), listing in world.listings.items()}
    plans = []
    for choice in product(*able.values()):
        number = dict.fromkeys(choice, 0)
        listed = dict.fromkeys(choice, 0)
        for supplier, model, count in zip(choice, models, cars, strict=True):
            number[supplier] += count
            listed[supplier] += count * prices[supplier, model]
        cost = sum((listed[one] * mean[one][number[one]] for one in number), Fraction(0))
        switches = sum(home not in (None, one) for home, one in zip(homes, choice, strict=True))
        plans.append((cost, switches, choice))
    return plans
