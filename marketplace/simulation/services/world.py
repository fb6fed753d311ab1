"""Building the demo world: its catalogue, its people, its sellers and their money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Protocol, TypedDict

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.rules.importing import BadRow, read_car_models
from marketplace.catalog.rules.text_lines import text_lines
from marketplace.catalog.services import OUR_CAR_MODELS, import_car_models
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.services import Move, post_new
from marketplace.parties.models import Party, Showroom, Supplier, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.services import add_member, found_showroom, found_supplier
from marketplace.pricing.services import set_prices, set_tiers
from marketplace.simulation.rules import logins, people, showrooms, suppliers
from marketplace.simulation.rules.chance import chance_of
from marketplace.simulation.rules.places import Place
from marketplace.simulation.rules.shopping import Shopper
from marketplace.simulation.rules.sizes import WorldSize
from marketplace.simulation.selectors import facts_of, places
from marketplace.simulation.services.people import write_customers, write_people
from marketplace.trading.rules.assortment import CarFacts, criteria_data
from marketplace.trading.services.assortments import set_preferences


class Progress(Protocol):
    """Is told how far a phase has come."""

    def __call__(self, phase: str | Promise, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    """Who lives in the demo world. The first of each kind belongs to the demo log-ins."""

    cars: Sequence[CarFacts]
    suppliers: Sequence[Supplier]
    showrooms: Sequence[Showroom]
    shoppers: Sequence[Shopper]
    regulars: Sequence[Shopper]

    @property
    def sellers(self) -> Sequence[Party]:
        """Suppliers, then showrooms."""
        return [*self.suppliers, *self.showrooms]


class _Owners:
    """The people who own one kind of seller: the first by a demo log-in, the others new.

    Their numbers, which keep namesakes apart, count on from `first_number`.
    """

    def __init__(self, rng: Random, first: logins.DemoLogin, first_number: int) -> None:
        self._rng = rng
        self._first = first
        self._first_number = first_number

    def written(self, homes: Sequence[Place], at: datetime) -> list[User]:
        """One for each home, with an account."""
        others = [
            people.person(self._rng, self._first_number + number, home.country)
            for number, home in enumerate(homes[1:])
        ]
        ids = write_people([people.known_person(self._first), *others], at=at)
        users: dict[int, User] = User.objects.in_bulk(ids)
        return [users[pk] for pk in ids]


@transaction.atomic
def build_world(*, size: WorldSize, seed: int, at: datetime, on_progress: Progress) -> World:
    """Write the world as it is at its beginning, all or nothing."""
    rng = chance_of("world", seed)
    cars = _catalogue(at, on_progress)
    homes = places()
    supplied = _suppliers(
        suppliers.suppliers(rng, count=size.suppliers, cars=cars, places=homes),
        _Owners(rng, logins.SUPPLIER, size.customers),
        at,
        on_progress,
    )
    plans = people.customers(
        rng,
        first=people.known_person(logins.CUSTOMER),
        count=size.customers,
        makes=sorted({car.make for car in cars}),
        places=homes,
        today=at.date(),
    )
    on_progress(_("Customers"), 0, len(plans))
    customers = write_customers(plans, at=at)
    on_progress(_("Customers"), len(plans), len(plans))
    opened = _showrooms(
        showrooms.showrooms(rng, count=size.showrooms, cars=cars, places=homes),
        _Owners(rng, logins.SHOWROOM, size.customers + size.suppliers),
        at,
        on_progress,
    )
    _add_staff(opened[0], supplied[0], at)
    _give_opening_balances(zip(customers, (plan.opening_cents for plan in plans), strict=True), at)
    shoppers = _shoppers(rng, customers, plans, opened)
    regulars = [shopper for shopper in shoppers if shopper.showroom_id is not None]
    return World(cars, supplied, opened, shoppers, regulars)


def _catalogue(at: datetime, on_progress: Progress) -> list[CarFacts]:
    """Our own car models; others that are here already are no part of the demo world."""
    on_progress(_("Car models"), 0, 1)
    with OUR_CAR_MODELS.open("rb") as file:
        import_car_models(lines=text_lines(file), at=at)
    with OUR_CAR_MODELS.open("rb") as file:
        rows = read_car_models(text_lines(file))
        names = {row.identity for row in rows if not isinstance(row, BadRow)}
    on_progress(_("Car models"), 1, 1)
    return facts_of(names)


def _suppliers(
    plans: Sequence[suppliers.SupplierPlan], owners: _Owners, at: datetime, on_progress: Progress
) -> list[Supplier]:
    users = owners.written([plan.place for plan in plans], at)
    founded: list[Supplier] = []
    for plan, owner in zip(plans, users, strict=True):
        on_progress(_("Suppliers"), len(founded), len(plans))
        supplier = found_supplier(
            owner=owner, name=plan.name, at=at, founded_year=plan.founded_year, **_where(plan.place)
        )
        set_prices(seller=supplier, prices=plan.prices, at=at)
        set_tiers(seller=supplier, tiers=plan.tiers, at=at)
        founded.append(supplier)
    on_progress(_("Suppliers"), len(plans), len(plans))
    return founded


def _showrooms(
    plans: Sequence[showrooms.ShowroomPlan], owners: _Owners, at: datetime, on_progress: Progress
) -> list[Showroom]:
    users = owners.written([plan.place for plan in plans], at)
    opened: list[Showroom] = []
    for plan, owner in zip(plans, users, strict=True):
        on_progress(_("Showrooms"), len(opened), len(plans))
        showroom = found_showroom(
            owner=owner,
            name=plan.name,
            at=at,
            address=plan.address,
            cover_days=plan.cover_days,
            markup_percent=plan.markup_percent,
            cash_reserve_cents=plan.cash_reserve_cents,
            assortment_size=plan.assortment_size,
            **_where(plan.place),
        )
        set_tiers(seller=showroom, tiers=plan.tiers, at=at)
        opened.append(showroom)
    wishes = {
        showroom.pk: criteria_data(plan.criteria)
        for showroom, plan in zip(opened, plans, strict=True)
    }
    set_preferences(criteria=wishes, at=at)
    on_progress(_("Showrooms"), len(plans), len(plans))
    _give_opening_balances(
        ((showroom.pk, plan.opening_cents) for showroom, plan in zip(opened, plans, strict=True)),
        at,
    )
    return opened


def _add_staff(showroom: Showroom, supplier: Supplier, at: datetime) -> None:
    """Bring in the showroom's staff; its manager wears a second hat at the supplier."""
    staff = (logins.MANAGER, MemberRole.MANAGER), (logins.ANALYST, MemberRole.ANALYST)
    ids = write_people([people.known_person(login) for login, _role in staff], at=at)
    for pk, (_login, role) in zip(ids, staff, strict=True):
        add_member(party=showroom, user=User.objects.get(pk=pk), role=role, at=at)
    add_member(party=supplier, user=User.objects.get(pk=ids[0]), role=MemberRole.ANALYST, at=at)


def _give_opening_balances(balances: Iterable[tuple[int, int]], at: datetime) -> None:
    moves = [
        Move(f"opening:{party}", WORLD, wallet(party), cents, "opening")
        for party, cents in balances
    ]
    post_new(moves, at=at)


def _shoppers(
    rng: Random,
    customers: Sequence[int],
    plans: Sequence[people.CustomerPlan],
    opened: Sequence[Showroom],
) -> list[Shopper]:
    """The customers with their habits; the demo's customer is at home in the demo's showroom."""
    shoppers = []
    for number, (pk, plan) in enumerate(zip(customers, plans, strict=True)):
        favourite = opened[0] if number == 0 else rng.choice(opened)
        shoppers.append(Shopper(pk, plan.makes, favourite.pk if plan.is_regular else None))
    return shoppers


class _Where(TypedDict):
    country: str
    city: str
    latitude: Decimal
    longitude: Decimal


def _where(place: Place) -> _Where:
    return {
        "country": place.country,
        "city": place.city,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
