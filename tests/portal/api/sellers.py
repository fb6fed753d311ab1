"""Everybody who may ask about a showroom and a supplier, and a supplier's price list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from marketplace.catalog.models import CarModel
from marketplace.parties.models import Customer, Membership, Party, User
from marketplace.pricing.models import Listing
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_superuser,
    make_supplier,
    make_user,
)

OWN = ("owner", "manager", "analyst")


@dataclass(frozen=True)
class Cast:
    """A showroom, a supplier, and people by what they are to the two. Nobody logged in is None."""

    showroom: Party
    supplier: Party
    customer: Customer
    people: dict[str, User | None]


def make_cast() -> Cast:
    """The people: `showroom owner`, `supplier analyst`, `other showroom`, `customer` and so on."""
    showroom, supplier, customer = make_showroom(), make_supplier(), make_customer()
    people: dict[str, User | None] = {
        "anonymous": None,
        "person": make_user(),
        "customer": customer.user,
        "staff": make_superuser(),
    }
    for role in OWN:
        for kind, party in (("showroom", showroom), ("supplier", supplier)):
            one = make_membership(party=party, role=Membership.Role(role))
            people[f"{kind} {role}"] = one.user
    people["other showroom"] = make_membership(party=make_showroom()).user
    people["other supplier"] = make_membership(party=make_supplier()).user
    return Cast(showroom, supplier, customer, people)


#: How writing is refused to everybody who may not write for the showroom.
AT_SHOWROOM = {
    "anonymous": 401, "person": 403, "customer": 403, "staff": 403,
    "showroom analyst": 403, "other showroom": 404,
    "supplier owner": 404, "supplier analyst": 403, "other supplier": 404,
}  # fmt: skip

#: The same at the supplier.
AT_SUPPLIER = {
    "anonymous": 401, "person": 403, "customer": 403, "staff": 403,
    "supplier analyst": 403, "other supplier": 404,
    "showroom owner": 404, "showroom analyst": 403, "other showroom": 404,
}  # fmt: skip

#: Who sees what a supplier announces.
WHOLESALE = {
    "showroom owner", "showroom manager", "showroom analyst", "other showroom",
    "supplier owner", "supplier manager", "supplier analyst",
}  # fmt: skip


def path_of(supplier: Party) -> str:
    """Where the supplier's price list is."""
    return f"/api/suppliers/{supplier.pk}/price-list/"


def lines(*pairs: tuple[CarModel, str]) -> dict[str, Any]:
    """A price list as the API has it."""
    return {"lines": [{"car_model": car.pk, "price": price} for car, price in pairs]}


def replace(client: APIClient, supplier: Party, content: Any, tag: str | None = None) -> Any:
    """PUT the content for the list as it is, or for the one that the tag names."""
    path = path_of(supplier)
    return client.put(path, content, headers={"If-Match": tag or client.get(path)["ETag"]})


def on_sale(supplier: Party) -> dict[int, int]:
    """What the supplier sells, in cents by car model."""
    rows = Listing.objects.active().filter(seller=supplier.pk)
    return dict(rows.values_list("car_model", "price_cents"))
