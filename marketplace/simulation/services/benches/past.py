"""What was bought and sold in the bench's market before anybody measured anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple

from marketplace.common.bulk import copy_rows, new_ids
from marketplace.common.nudges import Job
from marketplace.ledger.addresses import held, wallet
from marketplace.ledger.services import Move, post_new
from marketplace.pricing.models import Listing
from marketplace.pricing.services.patronage import Patrons, count_patronage
from marketplace.trading.models import Deal, JobRun, Offer

_BATCH = 20_000


class Shelf(NamedTuple):
    """A showroom's place for a car model: where its cars come from, and how many stand there."""

    showroom_id: int
    car_model_id: int
    supplier_id: int
    price_cents: int
    cost_cents: int
    stock: int


class PastDeal(NamedTuple):
    """A car that a customer bought from a shelf, at its list price."""

    customer_id: int
    shelf: Shelf


def stock_up(shelves: Sequence[Shelf], sold: Mapping[Shelf, int], *, at: datetime) -> None:
    """Buy what stands on the shelves and what was sold from them."""
    bought = [(shelf, shelf.stock + sold.get(shelf, 0)) for shelf in shelves]
    bought = [(shelf, cars) for shelf, cars in bought if cars]
    copy_rows(
        Listing,
        ["seller_id", "car_model_id", "price_cents", "quantity", "stock_cost_cents", "pricing",
         "is_active", "created_at", "updated_at"],
        (
            (shelf.showroom_id, shelf.car_model_id, shelf.price_cents, shelf.stock,
             shelf.stock * shelf.cost_cents, Listing.Pricing.AUTOMATIC.value, True, at, at)
            for shelf, _cars in bought
        ),
    )  # fmt: skip
    run = _run(Job.RESTOCK_SHOWROOMS, sum(cars for _shelf, cars in bought), at)
    deals = new_ids(Deal, len(bought))
    copy_rows(
        Deal,
        ["id", "kind", "seller_id", "buyer_id", "car_model_id", "quantity", "unit_price_cents",
         "list_price_cents", "discount_percent", "run_id", "sold_at", "is_active", "created_at",
         "updated_at"],
        (
            (pk, Deal.Kind.WHOLESALE.value, shelf.supplier_id, shelf.showroom_id, shelf.car_model_id,
             cars, shelf.cost_cents, shelf.cost_cents, 0, run.pk, at, True, at, at)
            for pk, (shelf, cars) in zip(deals, bought, strict=True)
        ),
    )  # fmt: skip
    post_new(
        [
            Move(
                f"deal:{pk}:price",
                wallet(shelf.showroom_id),
                wallet(shelf.supplier_id),
                cars * shelf.cost_cents,
                "price",
            )
            for pk, (shelf, cars) in zip(deals, bought, strict=True)
        ],
        at=at,
    )
    _count(((s.supplier_id, s.showroom_id, cars, cars * s.cost_cents) for s, cars in bought), at)


def sell(deals: Iterator[PastDeal], *, at: datetime) -> None:
    """Write deals, and the offers that they filled, over the twenty days before."""
    run = _run(Job.MATCH_OFFERS, 0, at)
    while batch := list(islice(deals, _BATCH)):
        _sell(batch, run, at)
        run.handled += len(batch)
    run.save()


def _sell(deals: Sequence[PastDeal], run: JobRun, at: datetime) -> None:
    offer_ids = new_ids(Offer, len(deals))
    days = [at - timedelta(days=number % 20) for number in range(len(deals))]
    copy_rows(
        Offer,
        ["id", "customer_id", "car_model_id", "max_price_cents", "status", "expires_at", "closed_at",
         "is_active", "created_at", "updated_at"],
        (
            (pk, deal.customer_id, deal.shelf.car_model_id, deal.shelf.price_cents,
             Offer.Status.FILLED.value, day, day, True, day, day)
            for pk, deal, day in zip(offer_ids, deals, days, strict=True)
        ),
    )  # fmt: skip
    deal_ids = new_ids(Deal, len(deals))
    copy_rows(
        Deal,
        ["id", "kind", "seller_id", "buyer_id", "car_model_id", "quantity", "unit_price_cents",
         "list_price_cents", "discount_percent", "cost_cents", "offer_id", "run_id", "sold_at",
         "is_active", "created_at", "updated_at"],
        (
            (pk, Deal.Kind.RETAIL.value, shelf.showroom_id, customer, shelf.car_model_id, 1,
             shelf.price_cents, shelf.price_cents, 0, shelf.cost_cents, offer, run.pk, day, True, day,
             day)
            for pk, offer, (customer, shelf), day in zip(
                deal_ids, offer_ids, deals, days, strict=True
            )
        ),
    )  # fmt: skip
    post_new(list(chain.from_iterable(_moves(deals, offer_ids, deal_ids))), at=at)
    _count(((s.showroom_id, customer, 1, s.price_cents) for customer, s in deals), at)


def _moves(
    deals: Sequence[PastDeal], offer_ids: Sequence[int], deal_ids: Sequence[int]
) -> Iterator[tuple[Move, Move]]:
    for (customer, shelf), offer, deal in zip(deals, offer_ids, deal_ids, strict=True):
        cents, promised = shelf.price_cents, held(customer)
        yield (
            Move(f"offer:{offer}:hold", wallet(customer), promised, cents, "hold"),
            Move(f"deal:{deal}:price", promised, wallet(shelf.showroom_id), cents, "price"),
        )


def _count(sold: Iterable[tuple[int, int, int, int]], at: datetime) -> None:
    cars: Counter[tuple[int, int]] = Counter()
    spent: Counter[tuple[int, int]] = Counter()
    for seller, buyer, quantity, cents in sold:
        cars[seller, buyer] += quantity
        spent[seller, buyer] += cents
    count_patronage((Patrons(*pair, cars[pair], spent[pair]) for pair in cars), at=at)


def _run(job: Job, handled: int, at: datetime) -> JobRun:
    run: JobRun = JobRun.objects.create(
        job=job.value, slot=f"before {at:%Y-%m-%d}", status=JobRun.Status.FINISHED, at=at,
        started_at=at, finished_at=at, handled=handled,
    )  # fmt: skip
    return run
