"""Matching while others match, cancel, expire, reprice and withdraw: wholly before or wholly after."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

from marketplace.common.shards import WHOLE, shards
from marketplace.ledger.addresses import held, wallet
from marketplace.parties.services import deactivate_party
from marketplace.pricing.models import Listing, Patronage
from marketplace.pricing.services import deactivate_listing, publish_promotion, set_price
from marketplace.trading.models import Deal, JobRun, Offer
from marketplace.trading.services.matching import MatchReport, match_offers
from marketplace.trading.services.offers import cancel_offer, expire_offers
from tests.market import NOW, Market, money_of, small_market
from tests.races.together import (
    at_once,
    holding_account,
    refusals,
    turns,
    undecided,
    until,
    waiting_for,
)

ROUNDS = 6
AT = NOW + timedelta(minutes=5)


def match(slot: str, at=AT) -> partial[MatchReport]:
    """A run of matching over the whole book."""
    return partial(match_offers, shard=WHOLE, slot=slot, at=at)


def test_of_two_runs_of_one_slot_one_has_the_effect(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=3)
    for name in ("Ann", "Bob", "Cid", "Dan"):
        market.offer(market.customer(name), car_model, 1_000_000)

    with turns() as act, holding_account(wallet(showroom.pk)):
        both = [act.send(match("t1"), waiting=1), act.send(match("t1"), waiting=2)]

    assert sorted(one.result().deals for one in both) == [0, 3]
    assert Deal.objects.filter(kind="retail").count() == 3
    assert JobRun.objects.filter(job="match-offers").count() == 1
    assert market.listing(showroom, car_model).quantity == 0


def test_a_run_of_another_slot_waits_for_the_shard(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=1)
    market.offer(market.customer("Ann"), car_model, 1_000_000)

    with turns() as act, holding_account(wallet(showroom.pk)):
        first = act.send(match("t1"), waiting=1)
        second = act.send(match("t2"), waiting=2)
        assert waiting_for("advisory")

    assert (first.result().deals, second.result().deals) == (1, 0)


def test_runs_of_different_slots_and_divisions_at_once_sell_every_car_once(
    audit_clean: None,
) -> None:
    market, car_model, showroom = small_market(cars=12)
    customers = [market.customer(name, 10_000_000) for name in ("Ann", "Bob", "Cid")]
    for number in range(ROUNDS):
        offers = [market.offer(customer, car_model, 1_000_000) for customer in customers]

        outcomes = at_once(
            match(f"a{number}"),
            match(f"b{number}"),
            *(partial(match_offers, shard=shard, slot=f"c{number}", at=AT) for shard in shards(2)),
        )

        assert refusals(outcomes) == []
        wanted = min(3, 12 - 3 * number)
        assert sum(one.deals for one in outcomes) == max(0, wanted)
        for offer in offers:
            offer.refresh_from_db()
        assert Counter(offer.status for offer in offers)["filled"] == max(0, wanted)

    assert market.listing(showroom, car_model).quantity == 0
    assert (
        sum(money_of(customer)[0] + money_of(customer)[1] for customer in customers) == 18_000_000
    )


def test_shards_at_once_count_a_common_patron_exactly(audit_clean: None) -> None:
    market = Market()
    car_models = [market.car_model(f"Model {letter}") for letter in "ABCDEF"]
    market.supplier("Works", dict.fromkeys(car_models, 500))
    showroom = market.showroom("Corner", minimum_stock=2)
    market.stock_up()
    ann = market.customer("Ann", 100_000)
    for car_model in car_models:
        market.offer(ann, car_model, 1_000)
        market.offer(ann, car_model, 900)

    outcomes = at_once(
        *(partial(match_offers, shard=shard, slot="t1", at=AT) for shard in shards(6))
    )

    assert refusals(outcomes) == []
    patronage = Patronage.objects.get(seller=showroom, buyer=ann)
    assert (patronage.cars, patronage.spent_cents) == (12, 12 * 575)
    assert money_of(ann) == (100_000 - 12 * 575, 0)


def test_a_match_and_a_cancellation_at_once_have_exactly_one_winner(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=ROUNDS)
    ann = market.customer("Ann", 100_000_000)
    for number in range(ROUNDS):
        offer = market.offer(ann, car_model, 1_200_000)

        outcomes = at_once(
            match(f"t{number}"), partial(cancel_offer, customer=ann, offer=offer, at=AT)
        )

        offer.refresh_from_db()
        bought = offer.status == "filled"
        assert refusals(outcomes) == ["offer_closed"] * bought
        assert outcomes[0].deals == bought
        assert offer.status in {"filled", "cancelled"}

    bought_cars = Deal.objects.filter(kind="retail").count()
    assert money_of(ann) == (100_000_000 - 1_000_000 * bought_cars, 0)
    assert market.listing(showroom, car_model).quantity == ROUNDS - bought_cars


def test_a_cancellation_that_comes_first_leaves_the_car_to_the_next_offer(
    audit_clean: None,
) -> None:
    market, car_model, _showroom = small_market(cars=1)
    ann, bob = market.customer("Ann", 1_500_000), market.customer("Bob", 1_500_000)
    offers = market.offer(ann, car_model, 1_200_000), market.offer(bob, car_model, 1_200_000)

    with turns() as act:
        with undecided(partial(cancel_offer, customer=ann, offer=offers[0], at=AT)):
            matching = act.send(match("t1"), waiting=1)

    assert matching.result().deals == 1
    assert (money_of(ann), money_of(bob)) == ((1_500_000, 0), (500_000, 0))
    assert Deal.objects.get(kind="retail").offer_id == offers[1].pk


def test_a_cancellation_that_comes_second_is_told_that_the_offer_is_closed(
    audit_clean: None,
) -> None:
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann", 1_500_000)
    offer = market.offer(ann, car_model, 1_200_000)

    with turns() as act, holding_account(wallet(showroom.pk)):
        matching = act.send(match("t1"), waiting=1)
        cancelling = act.send(partial(cancel_offer, customer=ann, offer=offer, at=AT), waiting=2)

    assert (matching.result().deals, refusals([cancelling.result()])) == (1, ["offer_closed"])
    assert money_of(ann) == (500_000, 0)


def test_a_price_that_rises_during_a_run_is_seen_or_came_after_it(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=2)
    ann = market.customer("Ann", 2_000_000)
    offer = market.offer(ann, car_model, 1_000_000)
    listing = market.listing(showroom, car_model)
    dearer = partial(set_price, listing=listing, price_cents=1_100_000, at=AT)

    with turns() as act:
        with undecided(dearer):
            matching = act.send(match("t1"), waiting=1)
    assert matching.result().deals == 0
    assert money_of(ann) == (1_000_000, 1_000_000)

    market.price(showroom, car_model, 900_000, AT)
    with turns() as act, holding_account(wallet(showroom.pk)):
        matching = act.send(match("t2"), waiting=1)
        act.send(dearer, waiting=2)
    assert matching.result().deals == 1
    assert Deal.objects.get(offer=offer).unit_price_cents == 900_000
    listing.refresh_from_db()
    assert (listing.price_cents, listing.quantity) == (1_100_000, 1)


def test_a_price_that_falls_during_a_run_is_what_the_customer_pays(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann", 2_000_000)
    market.offer(ann, car_model, 1_000_000)
    listing = market.listing(showroom, car_model)

    with turns() as act:
        with undecided(partial(set_price, listing=listing, price_cents=950_000, at=AT)):
            matching = act.send(match("t1"), waiting=1)

    assert matching.result().volume_cents == 950_000
    assert money_of(ann) == (1_050_000, 0)


def test_prices_that_keep_changing_at_once_never_give_a_price_that_was_not_asked(
    audit_clean: None,
) -> None:
    market, car_model, showroom = small_market(cars=2 * ROUNDS)
    ann = market.customer("Ann", 100_000_000)
    listing = market.listing(showroom, car_model)
    paid = 0
    for number in range(ROUNDS):
        prices = {listing.price_cents, 900_000 + number}
        offers = [market.offer(ann, car_model, 1_200_000) for _ in range(2)]

        outcomes = at_once(
            match(f"t{number}"),
            partial(
                set_price, listing=Listing.objects.get(pk=listing.pk),
                price_cents=900_000 + number, at=AT,
            ),
        )  # fmt: skip

        assert refusals(outcomes) == []
        costs = {deal.unit_price_cents for deal in Deal.objects.filter(offer__in=offers)}
        assert len(costs) == 1 and costs <= prices
        paid += 2 * costs.pop()
        listing.refresh_from_db()

    assert money_of(ann) == (100_000_000 - paid, 0)


def test_a_listing_deactivated_before_the_run_reaches_it_sells_nothing(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann", 2_000_000)
    market.offer(ann, car_model, 1_000_000)
    listing = market.listing(showroom, car_model)

    with turns() as act:
        with undecided(partial(deactivate_listing, listing=listing, at=AT)):
            matching = act.send(match("t1"), waiting=1)

    assert matching.result().deals == 0
    assert money_of(ann) == (1_000_000, 1_000_000)
    assert market.listing(showroom, car_model).quantity == 1


def test_a_party_deactivated_during_a_run_is_wholly_in_it_or_not_at_all(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=ROUNDS)
    for number in range(ROUNDS):
        ann = market.customer(f"Ann{number}", 1_000_000)
        market.offer(ann, car_model, 1_000_000)

        outcomes = at_once(match(f"t{number}"), partial(deactivate_party, party=ann, at=AT))

        assert refusals(outcomes) == []
        assert money_of(ann) == ((0, 0) if outcomes[0].deals else (0, 1_000_000))

    sold = Deal.objects.filter(kind="retail").count()
    assert market.listing(showroom, car_model).quantity == ROUNDS - sold


def test_a_promotion_published_during_a_run_counts_for_all_of_it_or_for_nothing(
    audit_clean: None,
) -> None:
    market, car_model, showroom = small_market(cars=4)
    ann = market.customer("Ann", 100_000_000)
    for _ in range(4):
        market.offer(ann, car_model, 1_200_000)

    at_once(
        match("t1"),
        partial(
            publish_promotion, seller=showroom, by=None, name="Sale", percent=10, starts_at=NOW,
            ends_at=AT + timedelta(days=1), at=NOW,
        ),
    )  # fmt: skip

    prices = Counter(Deal.objects.filter(kind="retail").values_list("unit_price_cents", flat=True))
    assert prices in (Counter({1_000_000: 4}), Counter({900_000: 4}))


def test_an_offer_that_ends_while_it_is_matched_is_filled_or_expired_never_both(
    audit_clean: None,
) -> None:
    market, car_model, showroom = small_market(cars=6 * ROUNDS)
    ann = market.customer("Ann", 100_000_000)
    for number in range(ROUNDS):
        ids = [
            market.offer(ann, car_model, 1_200_000, expires_at=AT + timedelta(seconds=1)).pk
            for _ in range(6)
        ]

        outcomes = at_once(
            match(f"t{number}"),
            partial(expire_offers, slot=f"e{number}", at=AT + timedelta(seconds=1)),
        )

        assert refusals(outcomes) == []
        report, expired = outcomes
        assert {report.deals, expired} == {0, 6}
        statuses = Offer.objects.filter(pk__in=ids).values_list("status", flat=True)
        assert set(statuses) == ({"filled"} if report.deals else {"expired"})

    sold = Deal.objects.filter(kind="retail").count()
    assert money_of(ann) == (100_000_000 - 1_000_000 * sold, 0)
    assert market.listing(showroom, car_model).quantity == 6 * ROUNDS - sold


def test_an_offer_cancelled_while_it_expires_gets_its_money_back_once(audit_clean: None) -> None:
    market = Market()
    ann = market.customer("Ann", 1_000)
    offer = market.offer(ann, market.car_model(), 700, expires_at=AT)

    with turns() as act, holding_account(held(ann.pk)):
        cancelling = act.send(partial(cancel_offer, customer=ann, offer=offer, at=AT), waiting=1)
        expiring = act.send(partial(expire_offers, slot="e1", at=AT), waiting=2)

    assert (refusals([cancelling.result()]), expiring.result()) == ([], 0)
    assert money_of(ann) == (1_000, 0)


def test_two_expirations_at_once_give_the_money_back_once(audit_clean: None) -> None:
    market = Market()
    ann = market.customer("Ann", 1_000)
    market.offer(ann, market.car_model(), 700, expires_at=AT)

    with turns() as act, holding_account(held(ann.pk)):
        both = [
            act.send(partial(expire_offers, slot=slot, at=AT), waiting=number)
            for number, slot in enumerate(("e1", "e2"), 1)
        ]
        until(lambda: waiting_for("advisory"))

    assert sorted(one.result() for one in both) == [0, 1]
    assert money_of(ann) == (1_000, 0)
