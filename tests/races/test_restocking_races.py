"""Restocking and reviewing while others restock, sell, reprice and choose again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from marketplace.common.shards import WHOLE
from marketplace.ledger.addresses import wallet
from marketplace.parties.models import Supplier
from marketplace.parties.services import set_policy
from marketplace.pricing.models import Listing, PriceChange
from marketplace.pricing.services import set_price
from marketplace.trading.models import AssortmentLine, Deal, JobRun
from marketplace.trading.services.assortments import find_assortments, set_preference
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.restocking import restock_showrooms
from marketplace.trading.services.reviewing import review_suppliers
from tests.market import NOW, Market, money_of, small_market
from tests.races.together import at_once, holding_account, refusals, turns, undecided

ROUNDS = 4
AT = NOW + timedelta(minutes=5)


def restock(slot: str, at=AT) -> partial:
    """A run over all showrooms."""
    return partial(restock_showrooms, shard=WHOLE, slot=slot, at=at)


def reviewed_market(**policy):
    """A showroom that has chosen its supplier, and has bought nothing yet."""
    market = Market()
    car_model = market.car_model()
    supplier = market.supplier("Works", {car_model: 800_000})
    showroom = market.showroom("Corner", **{"minimum_stock": 3, "cents": 10_000_000} | policy)
    review_suppliers(shard=WHOLE, slot="r1", at=NOW)
    return market, car_model, showroom, supplier


def test_two_restocks_of_one_showroom_at_once_buy_once(audit_clean: None) -> None:
    market, car_model, showroom, supplier = reviewed_market()

    with turns() as act, holding_account(wallet(showroom.pk)):
        both = [act.send(restock("s1"), waiting=1), act.send(restock("s2"), waiting=2)]

    assert sorted((one.result().cars, one.result().failed) for one in both) == [(0, 0), (3, 0)]
    assert market.listing(showroom, car_model).quantity == 3
    assert (money_of(showroom), money_of(supplier)) == ((7_600_000, 0), (2_400_000, 0))


def test_restocks_at_once_over_several_rounds_hold_the_target_exactly(audit_clean: None) -> None:
    market, car_model, showroom, _supplier = reviewed_market(cents=100_000_000)
    ann = market.customer("Ann", 100_000_000)
    for number in range(ROUNDS):
        at = AT + timedelta(minutes=number)
        outcomes = at_once(restock(f"a{number}", at), restock(f"b{number}", at))
        assert [one.failed for one in outcomes] == [0, 0]
        assert sum(one.cars for one in outcomes) == (3 if number == 0 else 1)
        market.offer(ann, car_model, 2_000_000, at)
        assert match_offers(shard=WHOLE, slot=f"m{number}", at=at).deals == 1

    assert market.listing(showroom, car_model).quantity == 2


def test_of_two_runs_of_one_slot_one_has_the_effect(audit_clean: None) -> None:
    _market, _car_model, showroom, _supplier = reviewed_market()

    outcomes = at_once(restock("s1"), restock("s1"), restock("s1"))

    assert sorted(one.showrooms for one in outcomes) == [0, 0, 1]
    assert JobRun.objects.filter(job="restock-showrooms").count() == 1
    assert money_of(showroom) == (7_600_000, 0)


def test_a_restock_that_waited_for_a_sale_counts_what_the_sale_left(audit_clean: None) -> None:
    market, car_model, showroom = small_market(cars=3)
    ann = market.customer("Ann", 10_000_000)
    market.offer(ann, car_model, 1_000_000)

    with turns() as act, holding_account(wallet(ann.pk)), holding_account(wallet(showroom.pk)):
        selling = act.send(partial(match_offers, shard=WHOLE, slot="m1", at=AT), waiting=1)
        restocking = act.send(restock("s1"), waiting=2)

    assert (selling.result().deals, restocking.result().cars) == (1, 1)
    listing = market.listing(showroom, car_model)
    assert (listing.quantity, listing.stock_cost_cents) == (3, 2_400_000)


def test_a_sale_that_waited_for_a_restock_sells_at_the_new_price_and_cost(
    audit_clean: None,
) -> None:
    market, car_model, showroom, supplier = reviewed_market()
    restock("s1", NOW)()
    ann = market.customer("Ann", 10_000_000)
    market.offer(ann, car_model, 1_000_000)
    market.offer(ann, car_model, 1_000_000)
    match_offers(shard=WHOLE, slot="m1", at=AT)
    market.price(supplier, car_model, 860_000, AT)
    market.offer(ann, car_model, 2_000_000)

    later = AT + timedelta(minutes=1)
    with turns() as act, holding_account(wallet(supplier.pk)):
        restocking = act.send(restock("s2", later), waiting=1)
        selling = act.send(partial(match_offers, shard=WHOLE, slot="m2", at=later), waiting=2)

    assert (restocking.result().cars, selling.result().deals) == (2, 1)
    deal = Deal.objects.get(sold_at=later, kind="retail")
    assert (deal.unit_price_cents, deal.cost_cents) == (966_000, 840_000)


def test_a_sale_that_waited_for_a_delivery_at_the_same_price_keeps_its_cars(
    audit_clean: None,
) -> None:
    market, car_model, showroom = small_market(cars=1)
    works = Supplier.objects.get()
    set_policy(showroom=showroom, minimum_stock=3, at=NOW)
    market.offer(market.customer("Ann"), car_model, 1_000_000)

    with turns() as act, holding_account(wallet(works.pk)):
        restocking = act.send(restock("s1"), waiting=1)
        selling = act.send(partial(match_offers, shard=WHOLE, slot="m1", at=AT), waiting=2)

    assert (restocking.result().cars, selling.result().deals) == (2, 1)
    assert market.listing(showroom, car_model).quantity == 2


def test_a_price_set_by_hand_while_cars_come_in_stays(audit_clean: None) -> None:
    market, car_model, showroom, supplier = reviewed_market()
    restock("s1", NOW)()
    ann = market.customer("Ann", 10_000_000)
    market.offer(ann, car_model, 1_000_000)
    match_offers(shard=WHOLE, slot="m1", at=AT)
    listing = market.listing(showroom, car_model)
    market.price(supplier, car_model, 1_000_000, AT)

    with turns() as act:
        with undecided(partial(set_price, listing=listing, price_cents=999_000, at=AT)):
            restocking = act.send(restock("s2"), waiting=1)

    assert restocking.result().cars == 1
    listing.refresh_from_db()
    assert (listing.price_cents, listing.quantity, listing.pricing) == (999_000, 3, "manual")


def test_a_price_set_by_hand_after_cars_came_in_knows_the_price_that_they_made(
    audit_clean: None,
) -> None:
    market, car_model, showroom, supplier = reviewed_market()
    restock("s1", NOW)()
    ann = market.customer("Ann", 10_000_000)
    market.offer(ann, car_model, 1_000_000)
    match_offers(shard=WHOLE, slot="m1", at=AT)
    listing = market.listing(showroom, car_model)
    market.price(supplier, car_model, 1_100_000, AT)

    with turns() as act, holding_account(wallet(supplier.pk)):
        act.send(restock("s2"), waiting=1)
        act.send(partial(set_price, listing=listing, price_cents=999_000, at=AT), waiting=2)

    changes = PriceChange.objects.filter(listing=listing).order_by("pk")
    assert [(one.old_price_cents, one.price_cents) for one in changes] == [
        (None, 920_000),
        (920_000, 1_035_000),
        (1_035_000, 999_000),
    ]


def test_a_preference_changed_during_a_review_leaves_no_line_half_chosen(
    audit_clean: None,
) -> None:
    market = Market()
    suv, van = market.car_model("Suv", body_type="suv"), market.car_model("Van", body_type="van")
    works = market.supplier("Works", {suv: 800_000, van: 700_000})
    showroom = market.showroom("Corner")
    criteria = [{"characteristic": "body_type", "values": ["van"], "must": True}]
    prefer = partial(set_preference, showroom=showroom, criteria=criteria, at=AT)

    with turns() as act:
        with undecided(prefer):
            reviewing = act.send(
                partial(review_suppliers, shard=WHOLE, slot="r1", at=AT), waiting=1
            )
    assert reviewing.result().failed == 0

    lines = AssortmentLine.objects.filter(showroom=showroom)
    assert [(one.car_model_id, one.supplier_id) for one in lines.filter(is_active=True)] == [
        (van.pk, works.pk)
    ]
    assert [one.supplier_id for one in lines.filter(is_active=False)] == [None]


def test_reviews_and_searches_at_once_end_with_one_chosen_line_a_model(audit_clean: None) -> None:
    market = Market()
    car_models = [market.car_model(f"Model {letter}") for letter in "ABCD"]
    works = market.supplier("Works", dict.fromkeys(car_models, 800_000))
    showrooms = [market.showroom(name, minimum_stock=1) for name in ("Corner", "Square")]
    for number in range(ROUNDS):
        outcomes = at_once(
            partial(review_suppliers, shard=WHOLE, slot=f"r{number}", at=AT),
            partial(find_assortments, shard=WHOLE, slot=f"f{number}", at=AT),
            restock(f"s{number}"),
            partial(set_preference, showroom=showrooms[0], criteria=[], at=AT),
        )
        assert refusals(outcomes) == []
        assert outcomes[0].failed == outcomes[2].failed == 0

    lines = AssortmentLine.objects.filter(is_active=True)
    assert lines.count() == 8 and set(lines.values_list("supplier_id", flat=True)) == {works.pk}
    assert Listing.objects.filter(seller__in=showrooms, quantity=1).count() == 8
