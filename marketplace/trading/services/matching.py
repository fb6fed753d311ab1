"""Filling offers: a shard of the book is planned by the rule and applied in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps

from django.db import transaction

from marketplace.common.acts import busy_if_locked
from marketplace.common.bulk import NULL, copy_lines, copy_rows, instant, new_ids
from marketplace.common.bulk import run as execute
from marketplace.common.crashes import crash_point, register_crash_points
from marketplace.common.errors import Busy
from marketplace.common.nudges import Job
from marketplace.common.percents import percent_of
from marketplace.common.shards import Shard
from marketplace.ledger.addresses import held, wallet
from marketplace.ledger.services import Move, post_new
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import Telling, tell_many
from marketplace.pricing.services.patronage import Patrons, count_patronage
from marketplace.pricing.services.stock import Taking, take_stock
from marketplace.trading.models import Deal, Decision, JobRun
from marketplace.trading.rules.matching import (
    Book,
    Match,
    MatchPlan,
    discount_columns,
    plan_matches,
)
from marketplace.trading.rules.sheets import sheets_of
from marketplace.trading.selectors.book import book_of
from marketplace.trading.selectors.people import (
    contacts_of,
    names_of_car_models,
    names_of_parties,
)
from marketplace.trading.services.runs import claimed_run

register_crash_points("match:planned", "match:sold", "match:paid", "match:told")

#: How often a plan is made again because somebody changed what it relied on in the meantime.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run of matching did."""

    offers: int = 0
    deals: int = 0
    volume_cents: int = 0


class _MarketMoved(Exception):
    """An offer, a price or a stock that the plan relied on is no longer what it was."""


@busy_if_locked
@transaction.atomic(durable=True)
def match_offers(*, shard: Shard, slot: str, at: datetime) -> MatchReport:
    """Fill every open offer of the shard that some showroom can serve.

    Safe to call twice, or twice at once: the second call for a slot, like a run that finds nothing
    to do, changes nothing.

    Raises:
        Busy: somebody kept changing the shard's offers and prices, or holds its rows.
    """
    with claimed_run(Job.MATCH_OFFERS, shard, slot, at) as run:
        if run is None:
            return MatchReport()
        report = _match(shard, run, at)
        run.handled = report.deals
        run.report = {"offers": report.offers, "volume_cents": report.volume_cents}
        return report


def _match(shard: Shard, run: JobRun, at: datetime) -> MatchReport:
    for _ in range(_ATTEMPTS):
        book = book_of(shard, at)
        plan = plan_matches(book)
        if not plan.matches:
            return MatchReport(offers=len(book.offers))
        crash_point("match:planned")
        try:
            with transaction.atomic():
                _apply(plan, book, run)
        except _MarketMoved:
            continue
        volume = sum(match.price_cents for match in plan.matches)
        return MatchReport(len(book.offers), len(plan.matches), volume)
    raise Busy()


def _apply(plan: MatchPlan, book: Book, run: JobRun) -> None:
    """Write the plan in a constant number of statements, in the house's order of locks."""
    matches, at = plan.matches, book.at
    _close_offers(matches, at)
    _take_from_stock(plan, at)
    deal_ids = new_ids(Deal, len(matches))
    _write_deals(matches, deal_ids, _write_decisions(plan, book, run), run, at)
    _count_patronage(matches, at)
    crash_point("match:sold")
    post_new(list(_moves(matches, deal_ids)), at=at)
    crash_point("match:paid")
    tell_many(tellings=_tellings(matches, deal_ids), at=at)
    crash_point("match:told")


def _close_offers(matches: Sequence[Match], at: datetime) -> None:
    # Locked in one order, as those are that expire; only what is still open is filled.
    closed = execute(
        "UPDATE trading_offer SET status = 'filled', closed_at = %s, updated_at = %s WHERE id IN ("
        " SELECT id FROM trading_offer WHERE id = ANY(%s) AND status = 'open' AND is_active"
        " ORDER BY id FOR UPDATE)",
        [at, at, [match.offer.offer_id for match in matches]],
    )
    if closed != len(matches):
        raise _MarketMoved


def _take_from_stock(plan: MatchPlan, at: datetime) -> None:
    takings = [
        Taking(
            stock.shelf.listing_id,
            stock.shelf.list_price_cents,
            stock.shelf.quantity,
            stock.shelf.stock_cost_cents,
            stock.left,
            stock.cost_left_cents,
        )
        for stock in plan.sold_from
    ]
    if not take_stock(takings=takings, at=at):
        raise _MarketMoved


def _write_decisions(plan: MatchPlan, book: Book, run: JobRun) -> dict[int, int]:
    """One sheet a car model sold: the shelves and terms that all its offers met. Returns their ids."""
    sheets = sheets_of(plan, book)
    ids = dict(zip(sheets, new_ids(Decision, len(sheets)), strict=True))
    copy_rows(
        Decision,
        ["id", "kind", "run_id", "car_model_id", "body", "created_at"],
        [
            (ids[car_model_id], Decision.Kind.MATCH.value, run.pk, car_model_id, body, book.at)
            for car_model_id, body in sheets.items()
        ],
    )
    return ids


_DEAL_COLUMNS = [
    "id", "seller_id", "buyer_id", "car_model_id", "unit_price_cents", "list_price_cents",
    "discount_percent", "promotion_id", "loyalty_tier_id", "cars_before", "cost_cents", "offer_id",
    "decision_id", "run_id", "kind", "quantity", "is_active", "sold_at", "created_at", "updated_at",
]  # fmt: skip


def _write_deals(
    matches: Sequence[Match],
    deal_ids: Sequence[int],
    decisions: dict[int, int],
    run: JobRun,
    at: datetime,
) -> None:
    when = instant(at)
    rest = f"{run.pk}\tretail\t1\tt\t{when}\t{when}\t{when}\n"
    copy_lines(Deal._meta.db_table, _DEAL_COLUMNS, _deal_lines(matches, deal_ids, decisions, rest))


def _deal_lines(
    matches: Sequence[Match], deal_ids: Sequence[int], decisions: dict[int, int], rest: str
) -> Iterator[str]:
    for (offer, shelf, price, discount, cars_before, cost), deal_id in zip(
        matches, deal_ids, strict=True
    ):
        bp, promotion_id, tier_id = discount_columns(discount)
        yield (
            f"{deal_id}\t{shelf.seller_id}\t{offer.customer_id}\t{offer.car_model_id}\t{price}"
            f"\t{shelf.list_price_cents}\t{percent_of(bp) if bp else 0}"
            f"\t{NULL if promotion_id is None else promotion_id}"
            f"\t{NULL if tier_id is None else tier_id}"
            f"\t{NULL if cars_before is None else cars_before}\t{cost}\t{offer.offer_id}"
            f"\t{decisions[offer.car_model_id]}\t{rest}"
        )


def _count_patronage(matches: Sequence[Match], at: datetime) -> None:
    patronage = Counter[tuple[int, int]]()
    spent = Counter[tuple[int, int]]()
    for offer, shelf, price, *_ in matches:
        pair = shelf.seller_id, offer.customer_id
        patronage[pair] += 1
        spent[pair] += price
    count_patronage(
        [
            Patrons(seller, buyer, cars, spent[seller, buyer])
            for (seller, buyer), cars in patronage.items()
        ],
        at=at,
    )


def _moves(matches: Sequence[Match], deal_ids: Sequence[int]) -> Iterator[Move]:
    for (offer, shelf, price, *_), deal_id in zip(matches, deal_ids, strict=True):
        promised = held(offer.customer_id)
        yield Move(f"deal:{deal_id}:price", promised, wallet(shelf.seller_id), price, "price")
        change = offer.max_price_cents - price
        if change:
            yield Move(
                f"deal:{deal_id}:change", promised, wallet(offer.customer_id), change, "change"
            )


def _tellings(matches: Sequence[Match], deal_ids: Sequence[int]) -> Iterator[Telling]:
    """What each buyer is told. The names are read at once, before any COPY is under way."""
    contacts = contacts_of({match.offer.customer_id for match in matches})
    # A name is made into JSON once, not once a deal.
    showrooms = _json(names_of_parties({match.shelf.seller_id for match in matches}))
    cars = _json(names_of_car_models({match.offer.car_model_id for match in matches}))
    return (
        Telling(
            *contacts[offer.customer_id],
            NoticeKind.OFFER_FILLED,
            f'{{"deal_id": {deal_id}, "car_model_id": {offer.car_model_id}, "price_cents": {price},'
            f' "car_model": {cars[offer.car_model_id]}, "showroom": {showrooms[shelf.seller_id]}}}',
        )
        for (offer, shelf, price, *_), deal_id in zip(matches, deal_ids, strict=True)
    )


def _json(names: dict[int, str]) -> dict[int, str]:
    return {pk: dumps(name) for pk, name in names.items()}
