"""What can be seen of the demo world: whether it stands, who may log in, what its shoppers see."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from marketplace.catalog.models import CarModel
from marketplace.ledger.addresses import wallet
from marketplace.ledger.selectors import balances
from marketplace.parties.models import Customer, Party, User
from marketplace.pricing.models import Listing
from marketplace.simulation.rules.logins import ADMIN, DEMO_DOMAIN, LOGINS, DemoLogin
from marketplace.simulation.rules.places import Place
from marketplace.simulation.rules.shopping import Shelf, Shopper, Window
from marketplace.trading.models import Offer
from marketplace.trading.rules.assortment import CarFacts
from marketplace.trading.selectors.assortments import listed_cars

_AT_HOME = f"@{DEMO_DOMAIN}"
_OUR_ADDRESSES = [login.email for login in LOGINS]
_CITIES = Path(__file__).parent / "data" / "cities.csv"


def places() -> list[Place]:
    """The cities of the world in which the market is at home."""
    with _CITIES.open(encoding="utf-8", newline="") as file:
        return [
            Place(row["country"], row["city"], Decimal(row["latitude"]), Decimal(row["longitude"]))
            for row in csv.DictReader(file)
        ]


def is_empty() -> bool:
    """Whether nobody is here yet. Car models alone do no harm."""
    return not (Party.objects.exists() or User.objects.exists())


def demo_admin() -> User | None:
    """The administrator of the demo world: only a world that was finished has one."""
    people = {user.email: user for user in User.objects.active().filter(email__in=_OUR_ADDRESSES)}
    admin = people.get(ADMIN.email)
    return admin if admin and admin.is_superuser and len(people) == len(_OUR_ADDRESSES) else None


def is_unfinished() -> bool:
    """Whether a seeding began here and died."""
    begun = User.objects.filter(email__in=_OUR_ADDRESSES, is_superuser=False)
    return begun.exists() and demo_admin() is None


def standing_logins() -> list[DemoLogin]:
    """The demo log-ins that exist."""
    known = set(
        User.objects.active().filter(email__in=_OUR_ADDRESSES).values_list("email", flat=True)
    )
    return [login for login in LOGINS if login.email in known]


def facts_of(names: Collection[tuple[str, str, str, int]]) -> list[CarFacts]:
    """The active car models of these makes, names, variants and model years, in their order."""
    rows = CarModel.objects.active().order_by("make", "name", "variant", "model_year")
    facts = [field.name for field in fields(CarFacts)[1:]]
    found = (CarFacts(*row) for row in rows.values_list("pk", *facts))
    return [car for car in found if (car.make, car.name, car.variant, car.model_year) in names]


def window_now(cars: Iterable[CarFacts] | None = None) -> Window:
    """What can be seen in the market right now; `cars` are those that somebody supplies."""
    supplied = listed_cars() if cars is None else cars
    shelves = (
        Listing.objects.active()
        .filter(
            quantity__gt=0,
            seller__kind=Party.Kind.SHOWROOM,
            seller__is_active=True,
            car_model__is_active=True,
        )
        .order_by("seller", "car_model")
        .values_list("seller_id", "car_model_id", "price_cents")
    )
    return Window(
        sorted(supplied, key=lambda car: car.car_model_id), [Shelf(*shelf) for shelf in shelves]
    )


def funds_of(customers: Iterable[int]) -> dict[int, int]:
    """The cents that each customer can spend."""
    addresses = {customer: wallet(customer) for customer in customers}
    found = balances(addresses.values())
    return {customer: found[address] for customer, address in addresses.items()}


def shoppers_of(customers: Collection[int]) -> list[Shopper]:
    """Those of the customers who may be sent to the market, as the market knows them, by id.

    The accounts that visitors log in by act on their own.
    """
    found = (
        Customer.objects.active()
        .filter(
            pk__in=customers,
            user__is_active=True,
            user__email__endswith=_AT_HOME,
            user__email_confirmed_at__isnull=False,
        )
        .exclude(user__email__in=_OUR_ADDRESSES)
        .order_by("pk")
        .values_list("pk", "favourite_make")
    )
    return [Shopper(pk, (make,) if make else ()) for pk, make in found]


def customer_ids() -> list[int]:
    """Every customer that takes part in the market, in order."""
    return list(Customer.objects.active().order_by("pk").values_list("pk", flat=True))


def open_offers_before(at: datetime) -> list[int]:
    """The ids of the offers that have been open since before an instant, in order."""
    waiting = Offer.objects.active().filter(status=Offer.Status.OPEN, created_at__lt=at)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
