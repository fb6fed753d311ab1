"""Parties: how they come into the market, describe themselves, set a policy, and leave it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import connection
from django.utils.translation import gettext_lazy as _

from marketplace.common.acts import act, refused_by
from marketplace.common.errors import Invalid
from marketplace.parties.errors import AccountInactive, EmailNotConfirmed, PartyInactive
from marketplace.parties.models import Customer, Party, Showroom, Supplier, User
from marketplace.parties.rules import MemberRole, PartyKind
from marketplace.parties.services.members import add_member
from marketplace.parties.services.records import TAKEN, fill, lock, switch


class Place(TypedDict, total=False):
    """Where a party is: a country code and city, and coordinates in degrees, both or neither."""

    country: str
    city: str
    latitude: Decimal | None
    longitude: Decimal | None


class CustomerDetails(Place, total=False):
    """What a customer tells about itself."""

    phone: str
    birth_date: date | None


class ShowroomDetails(Place, total=False):
    """What a showroom tells about itself."""

    address: str


class SupplierDetails(Place, total=False):
    """What a supplier tells about itself."""

    founded_year: int | None


class PolicyTerms(TypedDict, total=False):
    """The terms of a showroom's policy; see `rules.Policy`."""

    cover_days: int
    minimum_stock: int
    demand_window_days: int
    planning_horizon_days: int
    markup_percent: Decimal
    cash_reserve_cents: int
    assortment_size: int
    minimum_saving_percent: Decimal


class ShowroomTerms(ShowroomDetails, PolicyTerms, total=False):
    """What a showroom begins with."""


class PartyDetails(CustomerDetails, ShowroomDetails, SupplierDetails, total=False):
    """Everything that any kind of party tells about itself; each kind takes its own part."""

    name: str


_DETAILS: Mapping[type[Party], type] = {
    Customer: CustomerDetails,
    Showroom: ShowroomDetails,
    Supplier: SupplierDetails,
}


@act
def create_customer(
    *, user: User, name: str, at: datetime, **details: Unpack[CustomerDetails]
) -> Customer:
    """Make a person a customer.

    Raises:
        AlreadyCustomer: the person is one, active or not.
        AccountInactive: the account has been deactivated.
        Invalid: a field does not make sense.
    """
    if not user.is_active:
        raise AccountInactive()
    customer = Customer(user=user, kind=PartyKind.CUSTOMER, created_at=at)
    _fill(customer, {"name": name, **details}, CustomerDetails, at)
    with refused_by(TAKEN):
        customer.save(force_insert=True)
    return customer


@act
def found_showroom(
    *, owner: User | None, name: str, at: datetime, **terms: Unpack[ShowroomTerms]
) -> Showroom:
    """Open a showroom under a policy, by default the usual one, and make the person its owner.

    Raises:
        AccountInactive: the owner's account has been deactivated.
        Invalid: a field or a term of the policy does not make sense.
    """
    showroom = Showroom(kind=PartyKind.SHOWROOM, created_at=at)
    _fill(showroom, {"name": name, **terms}, ShowroomTerms, at)
    showroom.save(force_insert=True)
    if owner is not None:
        add_member(party=showroom, user=owner, role=MemberRole.OWNER, at=at)
    return showroom


@act
def found_supplier(
    *, owner: User | None, name: str, at: datetime, **details: Unpack[SupplierDetails]
) -> Supplier:
    """Bring a supplier into the market and make the person its owner.

    Raises:
        AccountInactive: the owner's account has been deactivated.
        Invalid: a field does not make sense.
    """
    supplier = Supplier(kind=PartyKind.SUPPLIER, created_at=at)
    _fill(supplier, {"name": name, **details}, SupplierDetails, at)
    supplier.save(force_insert=True)
    if owner is not None:
        add_member(party=supplier, user=owner, role=MemberRole.OWNER, at=at)
    return supplier


@act
def change_details(
    *, party: Customer | Showroom | Supplier, at: datetime, **details: Unpack[PartyDetails]
) -> None:
    """Change what a party tells about itself; what is not named stays.

    Raises:
        Invalid: a field does not make sense, or this kind of party doesn't have it.
    """
    lock(party.pk)
    changed = type(party).objects.get(pk=party.pk)
    _fill(changed, details, _DETAILS[type(party)], at)
    _save(changed, details, at)
    party.refresh_from_db(fields=[*details, "updated_at"])


@act
def set_policy(*, showroom: Showroom, at: datetime, **policy: Unpack[PolicyTerms]) -> None:
    """Change terms of a showroom's policy; what is not named stays. Prices follow in other rooms.

    Raises:
        Invalid: a term is out of its bounds, or there is no such term.
    """
    changed = Showroom(pk=showroom.pk)
    _fill(changed, policy, PolicyTerms, at)
    _save(changed, policy, at)
    showroom.refresh_from_db(fields=[*policy, "updated_at"])


@act
def deactivate_party(*, party: Party, at: datetime) -> None:
    """Take a party out of the market: no quote and no job knows it from now on. Harmless twice."""
    switch(party, False, at)


@act
def reactivate_party(*, party: Party, at: datetime) -> None:
    """Let a deactivated party take part again. Harmless twice."""
    switch(party, True, at)


def require_confirmed_email(customer: Customer) -> None:
    """Refuse a customer whose person has not confirmed an address.

    Raises:
        EmailNotConfirmed: so it is.
    """
    require_confirmed_person(customer.user)


def require_confirmed_person(user: User) -> None:
    """Refuse a person who has not confirmed an address.

    Raises:
        EmailNotConfirmed: so it is.
    """
    if user.email_confirmed_at is None:
        raise EmailNotConfirmed()


def require_active(party: Party) -> None:
    """Refuse a deactivated party. Trusts the flag of the row it is given, so read that just before.

    Raises:
        PartyInactive: so it is.
    """
    if not party.is_active:
        raise PartyInactive()


def require_active_until_commit(party: Party) -> None:
    """Refuse a deactivated party, as its row is now, and keep it active until the transaction ends.

    Raises:
        PartyInactive: so it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_active FROM parties_party WHERE id = %s FOR SHARE", [party.pk])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise PartyInactive()


def _fill(party: Party, values: Mapping[str, object], terms: type, at: datetime) -> None:
    """Fill fields that belong to the terms; look at those that make sense only together."""
    for name in values:
        if name not in terms.__annotations__ and (name != "name" or terms is PolicyTerms):
            raise Invalid(_("There is no such field."), field=name)
    fill(party, values)
    if (party.latitude is None) != (party.longitude is None):
        missing = "latitude" if party.latitude is None else "longitude"
        raise Invalid(_("Coordinates are a latitude and a longitude."), field=missing)
    if isinstance(party, Customer) and party.birth_date and party.birth_date > at.date():
        raise Invalid(_("Nobody is born in the future."), field="birth_date")
    if isinstance(party, Supplier) and (party.founded_year or 0) > at.year:
        raise Invalid(_("Nothing was founded in the future."), field="founded_year")


def _save(party: Party, names: Iterable[str], at: datetime) -> None:
    """Write just these fields: what others change at the same time stays theirs."""
    type(party).objects.filter(pk=party.pk).update(
        **{name: getattr(party, name) for name in names}, updated_at=at
    )
