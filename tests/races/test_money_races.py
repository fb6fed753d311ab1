"""Money that several people move at once: nothing is lost, spent twice, or waits for ever."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from marketplace.ledger.addresses import WORLD, held, wallet
from marketplace.ledger.models import Account, Transfer
from marketplace.ledger.selectors import available
from marketplace.ledger.services import Move, credit, post
from marketplace.trading.models import Offer
from marketplace.trading.services.offers import cancel_offer, post_offer
from tests.market import NOW, Market, money_of
from tests.marketplace.factories import make_superuser
from tests.races.together import (
    at_once,
    free_to_lock,
    holding,
    holding_account,
    refusals,
    turns,
)

ROUNDS = 5


def give(party_id: int, cents: int) -> None:
    """First money for a party that is only a number."""
    post(Move(f"opening:{party_id}", WORLD, wallet(party_id), cents, "opening"), at=NOW)


def test_of_two_offers_posted_at_once_on_one_wallet_only_the_one_that_fits_is_posted(
    market: Market,
) -> None:
    car_model = market.car_model()
    for number in range(ROUNDS):
        customer = market.customer(f"Ann{number}", cents=1_500)
        post_one = partial(
            post_offer, customer=customer, car_model=car_model, max_price_cents=1_000, at=NOW
        )

        outcomes = at_once(post_one, post_one, post_one)

        assert refusals(outcomes) == ["insufficient_funds"] * 2
        assert money_of(customer) == (500, 1_000)
        assert Offer.objects.filter(customer=customer).count() == 1


def test_whoever_waited_for_a_wallet_sees_what_is_left_of_it(market: Market) -> None:
    car_model, customer = market.car_model(), market.customer("Ann", cents=1_500)
    # Both accounts are there: else the second would wait for the first to open one.
    cancel_offer(customer=customer, offer=market.offer(customer, car_model, 1), at=NOW)
    post_one = partial(
        post_offer, customer=customer, car_model=car_model, max_price_cents=1_000, at=NOW
    )

    with turns() as act, holding_account(wallet(customer.pk)):
        both = [act.send(post_one, waiting=1), act.send(post_one, waiting=2)]

    assert refusals([one.result() for one in both]) == ["insufficient_funds"]
    assert money_of(customer) == (500, 1_000)


def test_of_two_cancellations_at_once_one_gives_the_money_back(market: Market) -> None:
    car_model, customer = market.car_model(), market.customer("Ann", cents=1_500)
    for _ in range(ROUNDS):
        offer = market.offer(customer, car_model, 1_000)
        cancel = partial(cancel_offer, customer=customer, offer=offer, at=NOW)

        outcomes = at_once(cancel, cancel, cancel)

        assert refusals(outcomes) == ["offer_closed"] * 2
        assert money_of(customer) == (1_500, 0)


def test_whoever_waited_for_an_offer_sees_that_it_was_cancelled(market: Market) -> None:
    customer = market.customer("Ann", cents=1_500)
    offer = market.offer(customer, market.car_model(), 1_000)
    cancel = partial(cancel_offer, customer=customer, offer=offer, at=NOW)

    with turns() as act, holding_account(held(customer.pk)):
        both = [act.send(cancel, waiting=1), act.send(cancel, waiting=2)]

    assert refusals([one.result() for one in both]) == ["offer_closed"]
    assert money_of(customer) == (1_500, 0)
    assert Transfer.objects.filter(kind="release").count() == 1


@pytest.mark.django_db(transaction=True)
def test_money_that_crosses_never_locks_each_other_out() -> None:
    give(2, 10_000)
    give(1, 10_000)
    for number in range(4 * ROUNDS):
        outcomes = at_once(
            partial(post, Move(f"a:{number}", wallet(1), wallet(2), 7, "test"), at=NOW),
            partial(post, Move(f"b:{number}", wallet(2), wallet(1), 5, "test"), at=NOW),
        )
        assert refusals(outcomes) == []

    assert (available(1), available(2)) == (10_000 - 40, 10_000 + 40)


@pytest.mark.django_db(transaction=True)
def test_accounts_are_locked_in_the_order_of_their_keys() -> None:
    give(9, 100)
    give(1, 100)
    first, second = Account.objects.exclude(address=WORLD).order_by("pk")
    assert (first.address, second.address) == (wallet(9), wallet(1))

    def by_address() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        return post(Move("x", wallet(1), wallet(9), 5, "test"), at=NOW)

    with turns() as act, holding_account(first.address):
        waits = act.send(by_address, waiting=1)
        assert free_to_lock("SELECT FROM ledger_account WHERE id = %s FOR UPDATE NOWAIT", second.pk)

    assert refusals([waits.result()]) == []
    assert (available(1), available(9)) == (95, 105)


@pytest.mark.django_db(transaction=True)
def test_accounts_opened_at_once_are_opened_once() -> None:
    give(1, 1_000)
    for number in range(ROUNDS):
        outcomes = at_once(
            *(
                partial(
                    post,
                    Move(f"n:{number}:{one}", wallet(1), wallet(100 + number), 3, "test"),
                    at=NOW,
                )
                for one in range(3)
            )
        )
        assert refusals(outcomes) == []
        assert available(100 + number) == 9


@pytest.mark.django_db(transaction=True)
def test_one_reference_posted_several_times_at_once_has_one_effect() -> None:
    give(1, 1_000)
    for number in range(ROUNDS):
        move = Move(f"same:{number}", wallet(1), wallet(2), 10, "test")

        outcomes = at_once(*[partial(post, move, at=NOW)] * 4)

        assert len({one[0].pk for one in outcomes}) == 1
        assert available(2) == 10 * (number + 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_of_one_reference_at_once_the_other_one_is_refused() -> None:
    give(1, 1_000)
    give(3, 1_000)
    for number in range(ROUNDS):
        outcomes = at_once(
            partial(post, Move(f"same:{number}", wallet(1), wallet(2), 10, "test"), at=NOW),
            partial(post, Move(f"same:{number}", wallet(3), wallet(4), 10, "test"), at=NOW),
        )
        assert refusals(outcomes) == ["reference_taken"]

    assert available(1) + available(2) == available(3) + available(4) == 1_000
    assert available(2) + available(4) == 10 * ROUNDS


def test_a_correction_sent_several_times_at_once_is_made_once(market: Market) -> None:
    administrator, customer = make_superuser(), market.customer("Ann", cents=0)
    correct = partial(
        credit, party_id=customer.pk, amount_cents=700, reason="gift", actor=administrator,
        at=NOW, key="one form",
    )  # fmt: skip

    at_once(correct, correct, correct)

    assert money_of(customer) == (700, 0)


def test_whoever_finds_a_lock_taken_for_too_long_is_told_that_the_market_is_busy(
    market: Market,
) -> None:
    customer = market.customer("Ann", cents=1_500)
    offer = market.offer(customer, market.car_model(), 1_000)
    cancel = partial(cancel_offer, customer=customer, offer=offer, at=NOW)

    with holding("SELECT FROM trading_offer WHERE id = %s FOR UPDATE", offer.pk):
        assert refusals(at_once(cancel)) == ["busy"]

    assert money_of(customer) == (500, 1_000)
