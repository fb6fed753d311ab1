"""Rows to begin a test with: people, parties, car models, and what sellers announce.

The rows are written as they are, past the services, so a test of a service starts from a state that
the service did not make. Nothing is random and nothing reads the clock; numbers keep names apart.
Money is left to the ledger: every party made here is penniless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from marketplace.catalog.models import CarModel
from marketplace.parties.models import Customer, Membership, Party, Showroom, Supplier, User
from marketplace.pricing.models import Listing, LoyaltyTier, Patronage, PriceChange, Promotion

#: The instant at which tests happen, unless they say otherwise.
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

#: Since when the rows made here exist: a year, longer than any demand window.
LONG_AGO = NOW - timedelta(days=365)

PASSWORD = "a horse in 7 showrooms"

_numbers = count(1)


def make_user(
    *,
    username: str | None = None,
    email: str | None = None,
    password: str = PASSWORD,
    confirmed: bool = True,
    **fields: Any,
) -> User:
    """A person with a confirmed e-mail address who can log in by `PASSWORD`."""
    username = username or f"person{next(_numbers)}"
    user = User(
        username=username,
        email=f"{username}@example.com" if email is None else email,
        email_confirmed_at=LONG_AGO if confirmed else None,
        **{"created_at": LONG_AGO, "date_joined": LONG_AGO} | fields,
    )
    user.set_password(password)
    user.save()
    return user


def make_superuser(**fields: Any) -> User:
    """An administrator who may do everything in the admin."""
    return make_user(**{"is_staff": True, "is_superuser": True} | fields)


def make_customer(*, user: User | None = None, name: str | None = None, **fields: Any) -> Customer:
    """A customer with an account of its own."""
    return Customer.objects.create(
        user=user or make_user(),
        name=name or f"Customer {next(_numbers)}",
        kind=Party.Kind.CUSTOMER,
        **{"created_at": LONG_AGO} | fields,
    )


def make_showroom(*, owner: User | None = None, name: str | None = None, **fields: Any) -> Showroom:
    """A showroom with the default policy; without an owner unless one is named."""
    showroom = Showroom.objects.create(
        name=name or f"Showroom {next(_numbers)}",
        kind=Party.Kind.SHOWROOM,
        **{"created_at": LONG_AGO} | fields,
    )
    if owner is not None:
        make_membership(user=owner, party=showroom)
    return showroom


def make_supplier(*, owner: User | None = None, name: str | None = None, **fields: Any) -> Supplier:
    """A supplier; without an owner unless one is named."""
    supplier = Supplier.objects.create(
        name=name or f"Supplier {next(_numbers)}",
        kind=Party.Kind.SUPPLIER,
        **{"created_at": LONG_AGO} | fields,
    )
    if owner is not None:
        make_membership(user=owner, party=supplier)
    return supplier


def make_membership(
    *, user: User | None = None, party: Party, role: str = Membership.Role.OWNER, **fields: Any
) -> Membership:
    """A person who acts for a showroom or a supplier, as an owner unless said otherwise."""
    return Membership.objects.create(
        user=user or make_user(), party=party, role=role, **{"created_at": LONG_AGO} | fields
    )


def make_car_model(*, name: str | None = None, **fields: Any) -> CarModel:
    """An ordinary petrol sedan under a name of its own; any characteristic can be given."""
    return CarModel.objects.create(
        name=name or f"Model {next(_numbers)}",
        **{
            "make": "Aurora",
            "model_year": 2026,
            "body_type": CarModel.BodyType.SEDAN,
            "fuel": CarModel.Fuel.PETROL,
            "transmission": CarModel.Transmission.MANUAL,
            "drive": CarModel.Drive.FWD,
            "power_hp": 150,
            "engine_cc": 1_600,
            "seats": 5,
            "origin_country": "DE",
            "suggested_price_cents": 2_500_000,
            "created_at": LONG_AGO,
        }
        | fields,
    )


def make_listing(
    *,
    seller: Party,
    car_model: CarModel | None = None,
    price_cents: int = 2_000_000,
    quantity: int | None = None,
    **fields: Any,
) -> Listing:
    """A listing and its first price; a showroom has one car of it left unless said otherwise."""
    if quantity is None and seller.kind == Party.Kind.SHOWROOM:
        quantity = 1
    listing = Listing.objects.create(
        seller_id=seller.pk,
        car_model=car_model or make_car_model(),
        price_cents=price_cents,
        quantity=quantity,
        **{"created_at": LONG_AGO} | fields,
    )
    PriceChange.objects.create(
        listing=listing, price_cents=price_cents, changed_at=listing.created_at
    )
    return listing


def make_promotion(
    *,
    seller: Party,
    percent: Decimal | str = "5.00",
    starts_at: datetime = NOW - timedelta(days=1),
    ends_at: datetime = NOW + timedelta(days=30),
    car_models: Iterable[CarModel] | None = None,
    **fields: Any,
) -> Promotion:
    """A promotion that runs at `NOW`, on all car models unless some are named."""
    promotion = Promotion.objects.create(
        seller_id=seller.pk,
        percent=Decimal(percent),
        starts_at=starts_at,
        ends_at=ends_at,
        covers_all=car_models is None,
        **{"name": f"Promotion {next(_numbers)}", "created_at": starts_at} | fields,
    )
    promotion.car_models.set(car_models or [])
    return promotion


def make_tier(
    *, seller: Party, threshold: int = 10, percent: Decimal | str = "5.00", **fields: Any
) -> LoyaltyTier:
    """One loyalty tier of a seller."""
    return LoyaltyTier.objects.create(
        seller_id=seller.pk,
        threshold=threshold,
        percent=Decimal(percent),
        **{"created_at": LONG_AGO} | fields,
    )


def make_tiers(*, seller: Party, tiers: Mapping[int, Decimal | str]) -> list[LoyaltyTier]:
    """A seller's loyalty tiers, percent by threshold."""
    return [
        make_tier(seller=seller, threshold=threshold, percent=percent)
        for threshold, percent in tiers.items()
    ]


def make_patronage(
    *, seller: Party, buyer: Party, cars: int, spent_cents: int | None = None, **fields: Any
) -> Patronage:
    """The cars that a buyer has bought from a seller, at 20,000.00 each unless said otherwise."""
    return Patronage.objects.create(
        seller_id=seller.pk,
        buyer_id=buyer.pk,
        cars=cars,
        spent_cents=cars * 2_000_000 if spent_cents is None else spent_cents,
        **{"last_deal_at": NOW - timedelta(days=1), "created_at": LONG_AGO} | fields,
    )
