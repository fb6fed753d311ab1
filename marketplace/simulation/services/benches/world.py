"""The bench's market: the same size and seed make the same rows.

No demo world: names are numbers. Everything that the audit looks for is there: the stock was bought,
the regulars' cars were sold to them, every account is filled from the world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from django.db import transaction

from marketplace.catalog.models import CarModel
from marketplace.common.bulk import copy_rows, new_ids
from marketplace.common.nudges import silence
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.services import Move, post_new
from marketplace.parties.models import Customer, Party, Showroom, Supplier, User
from marketplace.parties.rules import DEFAULT_POLICY, PartyKind
from marketplace.simulation.rules.chance import chance_of
from marketplace.simulation.services.benches.past import PastDeal, Shelf, sell, stock_up
from marketplace.simulation.services.benches.terms import write_price_lists, write_terms
from marketplace.trading.models import AssortmentLine
from marketplace.trading.services.offers import NewOffer, post_offers

#: The instant of the run that is measured, and what came before it.
AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
OFFERED_AT = AT - timedelta(hours=1)
WARMED_AT = AT - timedelta(days=1)
_SOLD_AT = AT - timedelta(days=10)
_SOLD_LONG_AGO = AT - timedelta(days=400)
_STOCKED_AT = AT - timedelta(days=450)
_FOUNDED_AT = AT - timedelta(days=500)

_REGULARS = 10
_BATCH = 20_000
#: Enough for whatever happens: no run of the bench is about a lack of money.
_OPENING_CENTS = 10**12


@dataclass(frozen=True, slots=True)
class MarketSize:
    """How many there are of everything; `stock` is the least and the most cars on a shelf."""

    offers: int
    showrooms: int
    models: int
    customers: int
    suppliers: int
    lines: int
    stock: tuple[int, int]
    old_deals: int = 0

    def __post_init__(self) -> None:
        if self.lines > self.models:
            raise ValueError(f"there are no {self.lines} lines of {self.models} models")


@dataclass(frozen=True, slots=True)
class BenchWorld:
    """Who and what is there, by id. Prices are asked for around `base_cents`, by car model."""

    customers: Sequence[int]
    showrooms: Sequence[int]
    shelves: Sequence[Shelf]
    base_cents: dict[int, int]


def build_world(size: MarketSize, seed: int) -> BenchWorld:
    """Fill an empty database, up to the offers that wait at `AT`."""
    rng = chance_of("bench", seed)
    with silence(), transaction.atomic():
        base_cents = {pk: rng.randrange(1_000_000, 4_000_000) for pk in _car_models(size.models)}
        suppliers = _sellers(PartyKind.SUPPLIER, size.suppliers)
        showrooms = _sellers(PartyKind.SHOWROOM, size.showrooms)
        customers = _customers(size.customers)
        _fill_wallets([*showrooms, *customers])
        price_lists = write_price_lists(suppliers, base_cents, rng, _FOUNDED_AT)
        write_terms(suppliers, showrooms, list(base_cents), rng, AT)
        shelves = _shelves(showrooms, base_cents, price_lists, size, rng)
        world = BenchWorld(customers, showrooms, shelves, base_cents)
        _write_past(world, size, seed)
        _post(_wishes(world, size.offers, rng), OFFERED_AT)
    return world


def post_warm_offers(world: BenchWorld, *, batch: int, shards: int) -> None:
    """Offers that only a run between `WARMED_AT` and `OFFERED_AT` sees, one for each shard."""
    by_shard = {shelf.car_model_id % shards: shelf for shelf in world.shelves if shelf.stock}
    offers = [
        NewOffer(
            world.customers[(batch * shards + number) % len(world.customers)],
            shelf.car_model_id,
            2 * shelf.price_cents,
            AT + timedelta(days=30),
        )
        for number, shelf in enumerate(by_shard.values())
    ]
    with silence():
        post_offers(offers=offers, at=warm_instant(batch))


def warm_instant(batch: int) -> datetime:
    """When the offers of a batch to warm up by are posted."""
    return WARMED_AT + timedelta(minutes=batch)


def _car_models(count: int) -> list[int]:
    ids = new_ids(CarModel, count)
    copy_rows(
        CarModel,
        ["id", "make", "name", "variant", "model_year", "body_type", "fuel", "transmission", "drive",
         "power_hp", "engine_cc", "seats", "origin_country", "suggested_price_cents", "is_active",
         "created_at", "updated_at"],
        (
            (pk, f"Make {pk % 40}", f"Model {pk}", "Touring", 2025, "suv", "petrol", "manual", "fwd",
             150, 2000, 5, "DE", 2_000_000, True, _FOUNDED_AT, _FOUNDED_AT)
            for pk in ids
        ),
    )  # fmt: skip
    return ids


def _parties(kind: PartyKind, count: int) -> list[int]:
    ids = new_ids(Party, count)
    copy_rows(
        Party,
        ["id", "kind", "name", "country", "city", "is_active", "created_at", "updated_at"],
        (
            (pk, kind.value, f"{kind.value.title()} {pk}", "DE", "", True, _FOUNDED_AT, _FOUNDED_AT)
            for pk in ids
        ),
    )
    return ids


def _sellers(kind: PartyKind, count: int) -> list[int]:
    ids = _parties(kind, count)
    if kind is PartyKind.SUPPLIER:
        copy_rows(Supplier, ["party_ptr_id"], ([pk] for pk in ids))
        return ids
    policy = asdict(DEFAULT_POLICY)
    copy_rows(
        Showroom, ["party_ptr_id", "address", *policy], ((pk, "", *policy.values()) for pk in ids)
    )
    return ids


def _customers(count: int) -> list[int]:
    """Customers with confirmed addresses, so that each is told by e-mail too."""
    users = new_ids(User, count)
    copy_rows(
        User,
        ["id", "username", "email", "first_name", "last_name", "language", "password", "is_superuser",
         "is_staff", "is_active", "date_joined", "created_at", "updated_at", "email_confirmed_at"],
        (
            (pk, f"person{pk}", f"person{pk}@example.com", "", "", "en", "!", False, False, True,
             _FOUNDED_AT, _FOUNDED_AT, _FOUNDED_AT, _FOUNDED_AT)
            for pk in users
        ),
    )  # fmt: skip
    ids = _parties(PartyKind.CUSTOMER, count)
    copy_rows(
        Customer,
        ["party_ptr_id", "user_id", "phone", "favourite_make", "favourite_body_type",
         "favourite_fuel", "deals_count", "spent_cents", "segment"],
        ((pk, user, "", "", "", "", 0, 0, "") for pk, user in zip(ids, users, strict=True)),
    )  # fmt: skip
    return ids


def _fill_wallets(parties: Iterable[int]) -> None:
    moves = (
        Move(f"opening:{party}", WORLD, wallet(party), _OPENING_CENTS, "opening")
        for party in parties
    )
    while batch := list(islice(moves, _BATCH)):
        post_new(batch, at=_FOUNDED_AT)


def _shelves(
    showrooms: Sequence[int],
    base_cents: dict[int, int],
    price_lists: dict[int, dict[int, int]],
    size: MarketSize,
    rng: Random,
) -> list[Shelf]:
    """What each showroom wants to sell, and from whom it buys that."""
    models = list(base_cents)
    shelves = []
    for showroom in showrooms:
        for model in rng.sample(models, size.lines):
            supplier, cost = rng.choice(list(price_lists[model].items()))
            price = base_cents[model] * rng.randrange(900, 1100) // 1000
            shelves.append(Shelf(showroom, model, supplier, price, cost, rng.randint(*size.stock)))
    copy_rows(
        AssortmentLine,
        ["showroom_id", "car_model_id", "rank", "fit", "missed_wishes", "supplier_id", "sourced_at",
         "is_active", "created_at", "updated_at"],
        (
            (shelf.showroom_id, shelf.car_model_id, number % size.lines + 1, 1, "[]",
             shelf.supplier_id, _FOUNDED_AT, True, _FOUNDED_AT, _FOUNDED_AT)
            for number, shelf in enumerate(shelves)
        ),
    )  # fmt: skip
    return shelves


def _write_past(world: BenchWorld, size: MarketSize, seed: int) -> None:
    """The stock, and the cars that were sold from it before."""

    def recent() -> Iterator[PastDeal]:
        return _regular_deals(world, size.lines, chance_of("regulars", seed))

    def old() -> Iterator[PastDeal]:
        return _old_deals(world, size.lines, size.old_deals)

    sold = Counter(deal.shelf for deals in (recent(), old()) for deal in deals)
    stock_up(world.shelves, sold, at=_STOCKED_AT)
    if size.old_deals:
        sell(old(), at=_SOLD_LONG_AGO)
    sell(recent(), at=_SOLD_AT)


def _regular_deals(world: BenchWorld, lines: int, rng: Random) -> Iterator[PastDeal]:
    """Each showroom has a few regulars. Where there are tiers, they reach the first or the second."""
    for number in range(len(world.showrooms)):
        shelves = world.shelves[number * lines : (number + 1) * lines]
        for regular in range(min(_REGULARS, len(world.customers))):
            customer = world.customers[(number * _REGULARS + regular) % len(world.customers)]
            for _ in range(3 if regular else 10):
                yield PastDeal(customer, rng.choice(shelves))


def _old_deals(world: BenchWorld, lines: int, count: int) -> Iterator[PastDeal]:
    """Deals that make no patron: they wander over all pairs of customer and showroom."""
    customers, showrooms = len(world.customers), len(world.showrooms)
    for number in range(count):
        visit, customer = divmod(number, customers)
        showroom = (visit + customer) % showrooms
        yield PastDeal(world.customers[customer], world.shelves[showroom * lines + number % lines])


def _wishes(world: BenchWorld, count: int, rng: Random) -> Iterator[NewOffer]:
    models = list(world.base_cents)
    for _ in range(count):
        model = rng.choice(models)
        cents = world.base_cents[model] * rng.randrange(875, 1200) // 1000
        yield NewOffer(rng.choice(world.customers), model, cents, AT + timedelta(days=30))


def _post(offers: Iterator[NewOffer], at: datetime) -> None:
    while batch := list(islice(offers, _BATCH)):
        post_offers(offers=batch, at=at)
