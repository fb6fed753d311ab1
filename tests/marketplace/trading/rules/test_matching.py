"""The matching rule gives the result of the plain sequential rule, always."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.common.percents import percent_of
from marketplace.pricing.rules.quoting import DiscountKind, PromotionTerm, Terms, TierTerm
from marketplace.trading.rules.matching import Book, MatchPlan, OpenOffer, Shelf, plan_matches
from tests.marketplace.trading.rules.oracle_matching import Seller, naive_matches

START = datetime(2026, 1, 1, tzinfo=UTC)
BOOKS = 10_000


def random_market(
    seed: int,
) -> tuple[list[Seller], list[tuple[int, int, int, int]], dict[tuple[int, int], int]]:
    """A small market whose prices, discounts and maxima meet and tie often."""
    dice = random.Random(seed)
    models = range(1, dice.randint(1, 3) + 1)
    sellers = []
    for seller_id in dice.sample(range(1, 20), dice.randint(1, 5)):
        seller = Seller(seller_id)
        percents = sorted(dice.sample(range(1, 9_500), dice.randint(0, 3)))
        thresholds = sorted(dice.sample(range(1, 7), len(percents)))
        seller.tiers = {t: percent_of(bp) for t, bp in zip(thresholds, percents, strict=True)}
        for pk in range(dice.randint(0, 3)):
            start = dice.randint(-5, 5)
            some = None if dice.random() < 0.5 else {m for m in models if dice.random() < 0.5}
            bp = dice.choice([percents[0] if percents else 500, dice.randint(1, 9_500)])
            seller.promotions.append(
                (seller_id * 10 + pk, percent_of(bp), start, start + dice.randint(1, 6), some)
            )
        for model in models:
            if dice.random() < 0.8:
                seller.stock[model] = [dice.choice([1, 99, 100, 101, 5_000]), dice.randint(0, 3)]
        sellers.append(seller)
    offers = [
        (
            n,
            dice.randint(1, 4),
            dice.choice(models),
            dice.choice([1, 50, 98, 99, 100, 101, 3_000, 6_000]),
        )
        for n in range(1, dice.randint(1, 9))
    ]
    bought = {
        (c, s.seller_id): dice.randint(0, 7)
        for c in range(1, 5)
        for s in sellers
        if dice.random() < 0.5
    }
    return sellers, offers, bought


def book_of(sellers, offers, bought) -> Book:
    """The same market as the rule wants to see it: loyalty only where a tier is reached."""
    terms, shelves = {}, []
    for seller in sellers:
        terms[seller.seller_id] = Terms(
            tuple(
                TierTerm(seller.seller_id * 100 + threshold, threshold, int(percent * 100))
                for threshold, percent in sorted(seller.tiers.items())
            ),
            tuple(
                PromotionTerm(
                    pk, int(percent * 100), START + timedelta(hours=start), START + timedelta(hours=end),
                    None if models is None else frozenset(models),
                )
                for pk, percent, start, end, models in seller.promotions
            ),
        )  # fmt: skip
        for model, (price, quantity) in seller.stock.items():
            shelves.append(
                Shelf(
                    seller.seller_id * 10 + model,
                    seller.seller_id,
                    model,
                    price,
                    quantity,
                    quantity * 7,
                )
            )
    loyalty: dict[int, dict[int, int]] = {}
    for (customer, seller_id), cars in bought.items():
        tiers = terms[seller_id].tiers
        if tiers and cars >= tiers[0].threshold:
            loyalty.setdefault(customer, {})[seller_id] = cars
    return Book(START, [OpenOffer(*offer) for offer in offers], shelves, terms, loyalty)


def outcome(plan: MatchPlan) -> list[tuple[int, int, int]]:
    return [
        (match.offer.offer_id, match.shelf.seller_id, match.price_cents) for match in plan.matches
    ]


@pytest.mark.parametrize("block", range(10))
def test_matching_is_the_plain_sequential_rule_on_random_books(block):
    for seed in range(block * BOOKS // 10, (block + 1) * BOOKS // 10):
        market = random_market(seed)

        found = outcome(plan_matches(book_of(*market)))

        assert found == naive_matches(*market, now=0), f"seed {seed}"


@pytest.mark.parametrize("shards", [2, 3, 5])
def test_any_division_into_shards_gives_the_same_deals(shards):
    for seed in range(300):
        book = book_of(*random_market(seed))
        whole = sorted(outcome(plan_matches(book)))

        parts = [
            Book(
                book.at,
                [offer for offer in book.offers if offer.car_model_id % shards == index],
                [shelf for shelf in book.shelves if shelf.car_model_id % shards == index],
                book.terms,
                book.loyalty,
            )
            for index in range(shards)
        ]

        assert sorted(deal for part in parts for deal in outcome(plan_matches(part))) == whole


def test_on_a_tie_the_lower_list_price_wins_then_the_smaller_showroom():
    half = Terms((), (PromotionTerm(1, 5_000, START, START + timedelta(hours=1)),))
    shelves = [Shelf(1, 7, 1, 200, 1, 0), Shelf(2, 9, 1, 100, 1, 0), Shelf(3, 8, 1, 100, 1, 0)]
    offers = [OpenOffer(n, n, 1, 100) for n in (1, 2, 3)]

    plan = plan_matches(Book(START, offers, shelves, {7: half}, {}))

    assert outcome(plan) == [(1, 8, 100), (2, 9, 100), (3, 7, 100)]


def test_a_promotion_counts_from_its_first_instant_and_no_longer_at_its_last():
    shelves = [Shelf(1, 7, 1, 100, 9, 0)]
    for starts, ends, price in ((0, 1, 90), (-1, 0, 100), (1, 2, 100)):
        promotion = PromotionTerm(
            1, 1_000, START + timedelta(hours=starts), START + timedelta(hours=ends)
        )
        plan = plan_matches(
            Book(START, [OpenOffer(1, 1, 1, 100)], shelves, {7: Terms((), (promotion,))}, {})
        )

        assert plan.matches[0].price_cents == price


def test_on_equal_percents_the_deal_names_loyalty():
    terms = Terms(
        (TierTerm(5, 1, 1_000),), (PromotionTerm(6, 1_000, START, START + timedelta(hours=1)),)
    )
    book = Book(
        START, [OpenOffer(1, 1, 1, 100)], [Shelf(1, 7, 1, 100, 1, 0)], {7: terms}, {1: {7: 1}}
    )

    discount = plan_matches(book).matches[0].discount

    assert discount is not None and (discount.kind, discount.source_id) == (DiscountKind.LOYALTY, 5)


def test_the_cost_of_the_cars_sold_and_left_adds_up_to_the_cost_of_the_stock():
    for quantity in range(1, 8):
        for cost in range(0, 50, 7):
            offers = [OpenOffer(n, n, 1, 100) for n in range(quantity - 1)]
            plan = plan_matches(Book(START, offers, [Shelf(1, 7, 1, 100, quantity, cost)], {}, {}))

            sold = [match.cost_cents for match in plan.matches]
            left = sum(stock.cost_left_cents for stock in plan.sold_from)
            assert sum(sold) + (left if sold else cost) == cost
            assert all(abs(one - Decimal(cost) / quantity) <= 1 for one in sold)
