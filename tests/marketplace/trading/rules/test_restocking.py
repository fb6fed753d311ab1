"""Restocking: worked examples, the traps others fell into, and a plain loop on random showrooms."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest

from marketplace.pricing.rules.quoting import Discount, DiscountKind, PromotionTerm, TierTerm
from marketplace.trading.rules.demand import market_rate, rate, target_stock
from marketplace.trading.rules.restocking import (
    LineNeed,
    LineOutcome,
    PlannedLine,
    Purchase,
    RestockPlan,
    RestockProblem,
    SellerTerms,
    Standing,
    as_body,
    line_of,
    plan_restock,
)
from tests.marketplace.trading.rules.oracle_restocking import PlainCar, plain_restock

AT = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
HOME, RIVAL, OTHER = 1, 2, 3
PLENTY = 10**12


def line(
    prices: Mapping[int, int],
    *,
    car_model_id: int = 7,
    wanted: int = 1,
    stock: int = 0,
    cars_a_day: Fraction = Fraction(1),
    open_offers: int = 0,
    fit: str = "1.0000",
    sourcing: int | None = HOME,
) -> LineNeed:
    """A line that wants some cars of a model at these list prices."""
    return LineNeed(
        car_model_id=car_model_id,
        stock=stock,
        target=stock + wanted,
        rate=cars_a_day,
        open_offers=open_offers,
        fit=Decimal(fit),
        sourcing_supplier_id=sourcing,
        prices=prices,
    )


def promotion(
    bp: int,
    *,
    promotion_id: int = 50,
    starts: timedelta = -DAY,
    ends: timedelta = DAY,
    models: frozenset[int] | None = None,
) -> PromotionTerm:
    """A promotion that starts and ends so long after now."""
    return PromotionTerm(promotion_id, bp, AT + starts, AT + ends, models)


def plan(
    *lines: LineNeed, budget: int = PLENTY, terms: tuple[SellerTerms, ...] = ()
) -> RestockPlan:
    """What a showroom with the budget buys."""
    suppliers = {one.seller_id: one for one in terms}
    return plan_restock(RestockProblem(1, AT, budget, lines, suppliers))


def only_line(
    *lines: LineNeed, budget: int = PLENTY, terms: tuple[SellerTerms, ...] = ()
) -> PlannedLine:
    """The plan's one line."""
    (planned,) = plan(*lines, budget=budget, terms=terms).lines
    return planned


def standings(planned: PlannedLine) -> list[tuple[int, Standing]]:
    """How each candidate fared, the winner first."""
    return [(one.seller_id, planned.standing(one)) for one in planned.candidates]


def test_a_line_is_bought_from_the_sourcings_supplier_at_its_list_price() -> None:
    planned = only_line(line({HOME: 2_000_000, RIVAL: 1_000_000}, wanted=3))

    assert planned.purchases == (Purchase(3, 2_000_000, 2_000_000, None, 0),)
    assert (planned.outcome, planned.seller_id) == (LineOutcome.BOUGHT, HOME)
    assert standings(planned) == [(HOME, Standing.CHOSEN)]


def test_a_supplier_whose_promotion_runs_is_a_candidate_with_that_promotion() -> None:
    terms = (SellerTerms(RIVAL, 0, promotions=(promotion(1000),)),)

    planned = only_line(line({HOME: 2_000_000, RIVAL: 2_100_000}), terms=terms)

    discount = Discount(DiscountKind.PROMOTION, 50, 1000)
    assert planned.purchases == (Purchase(1, 1_890_000, 2_100_000, discount, 0),)
    assert standings(planned) == [(RIVAL, Standing.CHOSEN), (HOME, Standing.DEARER)]


@pytest.mark.parametrize(
    "promoted",
    [
        pytest.param(promotion(9000, starts=timedelta(microseconds=1)), id="before its start"),
        pytest.param(promotion(9000, ends=timedelta(0)), id="at its end"),
        pytest.param(promotion(9000, models=frozenset({8})), id="on another model"),
    ],
)
def test_a_promotion_that_does_not_hold_makes_no_candidate_and_no_price(
    promoted: PromotionTerm,
) -> None:
    terms = tuple(SellerTerms(seller, 0, promotions=(promoted,)) for seller in (HOME, RIVAL))

    planned = only_line(line({HOME: 2_000_000, RIVAL: 1_000_000}), terms=terms)

    assert standings(planned) == [(HOME, Standing.CHOSEN)]
    assert planned.purchases == (Purchase(1, 2_000_000, 2_000_000, None, 0),)


@pytest.mark.parametrize(
    "promoted",
    [
        pytest.param(promotion(100, starts=timedelta(0)), id="from its first instant"),
        pytest.param(promotion(100, ends=timedelta(microseconds=1)), id="to its last instant"),
        pytest.param(promotion(100, models=frozenset({7})), id="on this model"),
    ],
)
def test_a_promotion_that_holds_makes_a_candidate(promoted: PromotionTerm) -> None:
    terms = (SellerTerms(RIVAL, 0, promotions=(promoted,)),)

    assert only_line(line({HOME: 101, RIVAL: 100}), terms=terms).seller_id == RIVAL


def test_loyalty_alone_makes_no_candidate_but_counts_for_one_with_a_promotion() -> None:
    loyal = SellerTerms(RIVAL, 10, (TierTerm(60, 10, 2000),))
    need = line({HOME: 100_00, RIVAL: 100_00})

    assert only_line(need, terms=(loyal,)).seller_id == HOME
    planned = only_line(need, terms=(replace(loyal, promotions=(promotion(100),)),))
    discount = Discount(DiscountKind.LOYALTY, 60, 2000)
    assert planned.purchases == (Purchase(1, 80_00, 100_00, discount, 10),)


@pytest.mark.parametrize(
    "sourcing, winner, loser, standing",
    [
        pytest.param(RIVAL, RIVAL, OTHER, Standing.TIED_WITH_SOURCING, id="larger id loses"),
        pytest.param(OTHER, OTHER, RIVAL, Standing.TIED_WITH_SOURCING, id="smaller id loses too"),
        pytest.param(None, RIVAL, OTHER, Standing.TIED_WITH_SMALLER_ID, id="no sourcing"),
    ],
)
def test_a_tie_goes_to_the_sourcings_supplier_then_to_the_smaller_id(
    sourcing: int | None, winner: int, loser: int, standing: Standing
) -> None:
    terms = tuple(SellerTerms(one, 0, promotions=(promotion(1000),)) for one in (OTHER, RIVAL))

    planned = only_line(line({OTHER: 500, RIVAL: 500}, sourcing=sourcing), terms=terms)

    assert standings(planned) == [(winner, Standing.CHOSEN), (loser, standing)]


def test_the_tie_is_one_of_prices_paid_not_of_list_prices() -> None:
    terms = (SellerTerms(RIVAL, 0, promotions=(promotion(5000),)),)

    planned = only_line(line({HOME: 500, RIVAL: 1000}), terms=terms)

    assert standings(planned) == [(HOME, Standing.CHOSEN), (RIVAL, Standing.TIED_WITH_SOURCING)]


@pytest.mark.parametrize("sourcing", [None, HOME], ids=["no sourcing", "sourcing stopped"])
def test_a_model_without_sourcing_is_bought_from_whoever_promotes_it_or_from_nobody(
    sourcing: int | None,
) -> None:
    need = line({RIVAL: 1000}, sourcing=sourcing)

    nobody = only_line(need)
    assert (nobody.outcome, nobody.seller_id) == (LineOutcome.NOBODY_SELLS_IT, None)
    assert nobody.candidates == nobody.purchases == ()
    assert only_line(need, terms=(SellerTerms(RIVAL, 0, (), (promotion(1),)),)).seller_id == RIVAL


def test_a_line_that_crosses_a_threshold_is_split_and_each_car_priced_by_the_count_before_it() -> (
    None
):
    tiers = (TierTerm(60, 10, 500), TierTerm(61, 12, 1000))

    planned = only_line(line({HOME: 20_300_00}, wanted=6), terms=(SellerTerms(HOME, 8, tiers),))

    assert planned.purchases == (
        Purchase(2, 20_300_00, 20_300_00, None, 8),
        Purchase(2, 19_285_00, 20_300_00, Discount(DiscountKind.LOYALTY, 60, 500), 10),
        Purchase(2, 18_270_00, 20_300_00, Discount(DiscountKind.LOYALTY, 61, 1000), 12),
    )
    assert planned.spent_cents == 2 * (20_300_00 + 19_285_00 + 18_270_00)


def test_a_threshold_that_changes_no_discount_splits_nothing() -> None:
    terms = SellerTerms(HOME, 0, (TierTerm(60, 1, 100), TierTerm(61, 2, 200)), (promotion(900),))

    planned = only_line(line({HOME: 10_000}, wanted=4), terms=(terms,))

    assert planned.purchases == (
        Purchase(4, 9_100, 10_000, Discount(DiscountKind.PROMOTION, 50, 900), 0),
    )


def test_a_tier_as_large_as_the_promotion_takes_over_and_the_deal_says_so() -> None:
    terms = SellerTerms(HOME, 0, (TierTerm(60, 1, 900),), (promotion(900),))

    planned = only_line(line({HOME: 10_000}, wanted=2), terms=(terms,))

    assert [(one.unit_price_cents, one.discount) for one in planned.purchases] == [
        (9_100, Discount(DiscountKind.PROMOTION, 50, 900)),
        (9_100, Discount(DiscountKind.LOYALTY, 60, 900)),
    ]


def test_lines_at_one_supplier_share_its_loyalty() -> None:
    terms = (SellerTerms(HOME, 0, (TierTerm(60, 2, 1000),)),)

    first, second = plan(
        line({HOME: 1000}, car_model_id=1, wanted=2, cars_a_day=Fraction(2)),
        line({HOME: 500}, car_model_id=2, wanted=1),
        terms=terms,
    ).lines

    assert first.purchases == (Purchase(2, 1000, 1000, None, 0),)
    assert second.purchases == (Purchase(1, 450, 500, Discount(DiscountKind.LOYALTY, 60, 1000), 2),)
    assert second.candidates[0].price_cents == 450


def test_the_seller_is_chosen_once_by_the_first_car_even_if_another_gets_cheaper() -> None:
    terms = (SellerTerms(RIVAL, 0, (TierTerm(60, 1, 9000),), (promotion(1),)),)

    planned = only_line(line({HOME: 998, RIVAL: 1000}, wanted=5), terms=terms)

    assert planned.purchases == (Purchase(5, 998, 998, None, 0),)
    assert standings(planned) == [(HOME, Standing.CHOSEN), (RIVAL, Standing.DEARER)]


def test_the_budget_may_reach_further_behind_a_threshold() -> None:
    terms = (SellerTerms(HOME, 0, (TierTerm(60, 1, 5000),)),)

    planned = only_line(line({HOME: 1000}, wanted=9), budget=2600, terms=terms)

    assert [(one.quantity, one.unit_price_cents) for one in planned.purchases] == [
        (1, 1000),
        (3, 500),
    ]
    assert planned.outcome == LineOutcome.BOUGHT_IN_PART


def test_ten_or_nothing_is_not_the_rule_a_line_is_bought_in_part_and_the_next_goes_on() -> None:
    result = plan(
        line({HOME: 1000}, car_model_id=1, wanted=10, cars_a_day=Fraction(3)),
        line({HOME: 900}, car_model_id=2, cars_a_day=Fraction(2)),
        line({HOME: 500}, car_model_id=3, wanted=2, cars_a_day=Fraction(1)),
        budget=4700,
    )

    assert [(one.bought, one.outcome, one.budget_cents) for one in result.lines] == [
        (4, LineOutcome.BOUGHT_IN_PART, 4700),
        (0, LineOutcome.BUDGET_EXHAUSTED, 700),
        (1, LineOutcome.BOUGHT_IN_PART, 700),
    ]
    assert (result.spent_cents, result.budget_cents) == (4500, 4700)


@pytest.mark.parametrize("budget", [-5_000, -1, 0, 999])
def test_what_the_budget_does_not_pay_for_is_not_bought(budget: int) -> None:
    planned = only_line(line({HOME: 1000}, wanted=3), budget=budget)

    assert (planned.bought, planned.outcome) == (0, LineOutcome.BUDGET_EXHAUSTED)
    assert (planned.seller_id, planned.purchases) == (HOME, ())


def test_the_last_cent_of_the_budget_may_be_spent() -> None:
    assert only_line(line({HOME: 1000}), budget=1000).outcome == LineOutcome.BOUGHT


@pytest.mark.parametrize(
    "sooner, later",
    [
        pytest.param(
            line({HOME: 900}, car_model_id=9, cars_a_day=Fraction(2, 3)),
            line({HOME: 100}, car_model_id=1, cars_a_day=Fraction(1, 2), open_offers=9),
            id="most in demand first, not least",
        ),
        pytest.param(
            line({HOME: 900}, car_model_id=9, open_offers=2, fit="0.5000"),
            line({HOME: 100}, car_model_id=1, open_offers=1),
            id="then more open offers",
        ),
        pytest.param(
            line({HOME: 900}, car_model_id=9, fit="1.0000"),
            line({HOME: 100}, car_model_id=1, fit="0.9999"),
            id="then the better fit",
        ),
        pytest.param(
            line({HOME: 900}, car_model_id=1),
            line({HOME: 100}, car_model_id=9),
            id="then the smaller id",
        ),
    ],
)
def test_the_models_people_want_most_are_bought_first(sooner: LineNeed, later: LineNeed) -> None:
    for lines in ((sooner, later), (later, sooner)):
        result = plan(*lines, budget=900)

        assert [(one.car_model_id, one.bought) for one in result.lines] == [
            (sooner.car_model_id, 1),
            (later.car_model_id, 0),
        ]


def test_a_showroom_with_an_empty_stock_buys() -> None:
    assert only_line(line({HOME: 1000}, stock=0, wanted=2)).bought == 2


def test_a_slow_seller_is_restocked_to_the_minimum() -> None:
    slow = rate(0, 30, market_rate(0, 40, 30))
    need = replace(line({HOME: 1000}, cars_a_day=slow), target=target_stock(slow, 14, 1))

    assert only_line(need).bought == 1


@pytest.mark.parametrize("stock", [5, 6])
def test_a_line_that_holds_its_target_is_left_alone(stock: int) -> None:
    assert plan(replace(line({HOME: 1000}), stock=stock, target=5)).lines == ()


def test_the_body_tells_a_line_whole() -> None:
    home = SellerTerms(
        HOME, 1, (TierTerm(60, 2, 100),), (promotion(50, promotion_id=9, ends=-DAY),)
    )
    rival = SellerTerms(RIVAL, 0, (), (promotion(1500),))
    need = line({HOME: 1000, RIVAL: 2000}, wanted=2, open_offers=4, cars_a_day=Fraction(6, 74))

    body = json.loads(json.dumps(as_body(plan(need, budget=5000, terms=(home, rival)))))

    assert (body["showroom"], body["budget_cents"], body["spent_cents"]) == (1, 5000, 1990)
    assert line_of(body, 8) is None
    assert line_of(body, 7) == {
        "car_model": 7,
        "outcome": "bought",
        "rate": "3/37",
        "target": 2,
        "stock": 0,
        "wanted": 2,
        "bought": 2,
        "open_offers": 4,
        "fit": "1.0000",
        "sourcing": HOME,
        "seller": HOME,
        "budget_cents": 5000,
        "spent_cents": 1990,
        "candidates": [
            {
                "seller": HOME,
                "standing": "chosen",
                "list_cents": 1000,
                "price_cents": 1000,
                "cars_before": 1,
                "considered": [
                    ["loyalty", 60, 100, "not_reached"],
                    ["promotion", 9, 50, "ended"],
                ],
            },
            {
                "seller": RIVAL,
                "standing": "dearer",
                "list_cents": 2000,
                "price_cents": 1700,
                "cars_before": 0,
                "considered": [["promotion", 50, 1500, "applied"]],
            },
        ],
        "purchases": [
            {
                "quantity": 1,
                "unit_price_cents": 1000,
                "list_cents": 1000,
                "cars_before": 1,
                "discount": None,
            },
            {
                "quantity": 1,
                "unit_price_cents": 990,
                "list_cents": 1000,
                "cars_before": 2,
                "discount": ["loyalty", 60, 100],
            },
        ],
    }


def test_each_model_has_the_trace_of_its_own_promotions() -> None:
    terms = SellerTerms(HOME, 0, (), (promotion(1000, models=frozenset({1})),))

    covered, bare = plan(
        line({HOME: 100}, car_model_id=1), line({HOME: 100}, car_model_id=2), terms=(terms,)
    ).lines

    outcomes = [one.candidates[0].considered[0].outcome.name for one in (covered, bare)]
    assert outcomes == ["APPLIED", "NOT_COVERED"]
    assert [one.candidates[0].price_cents for one in (covered, bare)] == [90, 100]


def random_problem(chance: random.Random) -> RestockProblem:
    """A small showroom in which equal prices, thresholds and empty pockets are common."""
    sellers = range(1, chance.randint(1, 5) + 1)
    prices = chance.choice([(99, 100, 101), (1, 2, 3), (7, 100), (10_000, 10_500, 11_111, 20_000)])
    lines = tuple(
        line(
            {seller: chance.choice(prices) for seller in sellers if chance.random() < 0.8},
            car_model_id=car_model_id,
            stock=chance.randint(0, 3),
            wanted=chance.choice([-1, 0, 1, 2, 3, 5, 9]),
            cars_a_day=Fraction(chance.randint(0, 4), chance.randint(1, 3)),
            open_offers=chance.randint(0, 1),
            fit=chance.choice(["1.0000", "0.5000"]),
            sourcing=chance.choice([None, *sellers, *sellers, 9]),
        )
        for car_model_id in chance.sample(range(1, 30), chance.randint(1, 8))
    )
    terms = [random_terms(chance, seller) for seller in sellers if chance.random() < 0.9]
    budget = chance.choice(
        [-100, 0, 1, max(prices), chance.randint(0, 2500) * max(prices) // 100, PLENTY]
    )
    return RestockProblem(1, AT, budget, lines, {one.seller_id: one for one in terms})


def random_terms(chance: random.Random, seller_id: int) -> SellerTerms:
    """A supplier's terms, its thresholds near to what was bought."""
    thresholds = sorted(chance.sample(range(1, 12), chance.randint(0, 4)))
    percents = sorted(chance.sample([1, 100, 500, 1000, 3333, 5000, 9500], len(thresholds)))
    tiers = tuple(TierTerm(10 + t, t, bp) for t, bp in zip(thresholds, percents))
    promotions = tuple(
        promotion(
            chance.choice([1, 500, 1000, 5000]),
            promotion_id=promotion_id,
            starts=chance.choice([-DAY, -DAY, timedelta(0), DAY]),
            ends=chance.choice([2 * DAY, 2 * DAY, timedelta(microseconds=1), timedelta(0)]),
            models=chance.choice([None, frozenset(chance.sample(range(1, 30), 15))]),
        )
        for promotion_id in chance.sample(range(100), chance.randint(0, 3))
    )
    return SellerTerms(seller_id, chance.randint(0, 8), tiers, promotions)


def cars_of(result: RestockPlan) -> list[PlainCar]:
    """Every car of a plan by itself."""
    return [
        PlainCar(
            planned.car_model_id,
            planned.seller_id or 0,
            one.unit_price_cents,
            one.discount and (one.discount.kind.value, one.discount.source_id),
            one.cars_before + place,
        )
        for planned in result.lines
        for one in planned.purchases
        for place in range(one.quantity)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_the_plan_is_that_of_a_plain_loop(seed: int) -> None:
    chance = random.Random(seed)
    for round_ in range(200):
        problem = random_problem(chance)

        result, expected = plan_restock(problem), plain_restock(problem)

        at = f"seed {seed}, round {round_}: {problem}"
        assert cars_of(result) == expected.cars, at
        assert [(one.car_model_id, one.seller_id) for one in result.lines] == expected.sellers, at
        assert result.budget_cents - result.spent_cents == expected.budget, at
        check_invariants(result)


def check_invariants(result: RestockPlan) -> None:
    """What holds for every plan, whatever the problem."""
    assert result.spent_cents == sum(one.spent_cents for one in result.lines)
    assert result.spent_cents <= max(0, result.budget_cents)
    for planned in result.lines:
        bought = sum(one.quantity for one in planned.purchases)
        assert 0 <= planned.bought == bought <= planned.wanted
        assert [standing == Standing.CHOSEN for _, standing in standings(planned)] == [
            place == 0 for place in range(len(planned.candidates))
        ]
        if planned.purchases:
            assert planned.purchases[0].unit_price_cents == planned.candidates[0].price_cents
        discounts = [one.discount for one in planned.purchases]
        assert all(one != other for one, other in zip(discounts, discounts[1:]))


def test_the_random_showrooms_reach_every_outcome_and_every_standing() -> None:
    chance = random.Random(0)
    lines = [one for _ in range(600) for one in plan_restock(random_problem(chance)).lines]

    assert {one.outcome for one in lines} == set(LineOutcome)
    assert {standing for one in lines for _, standing in standings(one)} == set(Standing)
    assert sum(len(one.purchases) > 1 for one in lines) > 50
    assert any(
        len(one.purchases) > 1 and one.outcome == LineOutcome.BOUGHT_IN_PART for one in lines
    )


def after(problem: RestockProblem, result: RestockPlan) -> RestockProblem:
    """The showroom when the plan was carried out."""
    stock = {one.car_model_id: one.bought for one in result.lines}
    cars = {
        seller: sum(one.bought for one in result.lines if one.seller_id == seller)
        for seller in problem.suppliers
    }
    return replace(
        problem,
        budget_cents=problem.budget_cents - result.spent_cents,
        lines=tuple(
            replace(one, stock=one.stock + stock.get(one.car_model_id, 0)) for one in problem.lines
        ),
        suppliers={
            seller: replace(terms, cars_before=terms.cars_before + cars[seller])
            for seller, terms in problem.suppliers.items()
        },
    )


def test_restocking_again_buys_nothing_where_money_was_no_matter() -> None:
    chance = random.Random(1)
    for _ in range(300):
        problem = replace(random_problem(chance), budget_cents=PLENTY)
        result = plan_restock(problem)

        assert plan_restock(after(problem, result)).spent_cents == 0
