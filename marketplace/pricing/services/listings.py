"""Listings: what a seller sells, for how much. Every price that changes is remembered.

A listing's row is locked before it is looked at. A job is nudged when a customer may have got a
better price: cars of a showroom became cheaper, or came (back) into the market.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from marketplace.catalog.models import CarModel
from marketplace.common.acts import act, refused_by
from marketplace.common.errors import MarketplaceError
from marketplace.common.nudges import Job, nudge
from marketplace.parties.models import Party
from marketplace.parties.rules import PartyKind
from marketplace.pricing.errors import (
    AlreadyListed,
    CarModelInactive,
    ListingInactive,
    PricingInvalid,
)
from marketplace.pricing.models import Listing, PriceChange
from marketplace.pricing.rules.announcing import announced_price
from marketplace.pricing.services.sellers import require_seller

#: Which refusal it is when the unique constraint speaks: somebody listed it in the meantime.
TAKEN: Mapping[str, type[MarketplaceError]] = {
    "pricing_one_active_listing_a_car_model": AlreadyListed
}


@act
def list_car_model(
    *,
    seller: Party,
    car_model: CarModel,
    price_cents: int,
    at: datetime,
    pricing: str = Listing.Pricing.MANUAL,
) -> Listing:
    """Bring a car model into a seller's price list or stock.

    A supplier's listing has no quantity; a showroom's begins empty, since cars come into stock by
    being bought. A car model that was listed before comes back as the listing that it was, with its
    history and the cars that were left, at the new price.

    Raises:
        AlreadyListed: the seller lists the car model.
        PartyInactive, CarModelInactive: the seller or the car model is out of the market.
        NotASeller: the party is a customer.
        PriceInvalid, PricingInvalid: the value is not possible for this seller.
    """
    require_seller(seller)
    announced_price(price_cents)
    _check_pricing(seller, pricing)
    if not car_model.is_active:
        raise CarModelInactive()
    listing = _former_listing(seller, car_model)
    old_price_cents = listing.price_cents if listing else None
    if listing is None:
        listing = Listing(seller_id=seller.pk, car_model=car_model, created_at=at)
        listing.quantity = 0 if seller.kind == PartyKind.SHOWROOM else None
    listing.price_cents, listing.pricing, listing.is_active = price_cents, pricing, True
    with refused_by(TAKEN):
        listing.save()
    _remember(listing, old_price_cents, at)
    _nudge_if_in_stock(listing)
    return listing


@act
def set_price(*, listing: Listing, price_cents: int, at: datetime) -> Listing:
    """Set a listing's price by hand; from then on it is priced by hand.

    A price that stays the same writes nothing. The listing given is read anew.

    Raises:
        PriceInvalid: the price is out of bounds.
        ListingInactive: the listing has been deactivated.
    """
    announced_price(price_cents)
    _lock(listing)
    _require_listed(listing)
    old_price_cents = listing.price_cents
    if price_cents == old_price_cents:
        return listing
    listing.price_cents, listing.pricing = price_cents, Listing.Pricing.MANUAL
    listing.save(update_fields=["price_cents", "pricing", "updated_at"])
    _remember(listing, old_price_cents, at)
    if price_cents < old_price_cents:
        _nudge_if_in_stock(listing)
    return listing


@act
def set_pricing(*, listing: Listing, pricing: str, at: datetime) -> Listing:
    """Have a listing priced by hand or by its cost; by cost, the next restock sets the price.

    The listing given is read anew.

    Raises:
        PricingInvalid: there is no such pricing, or the seller is a supplier.
        ListingInactive: the listing has been deactivated.
    """
    _lock(listing)
    _require_listed(listing)
    _check_pricing(listing.seller, pricing)
    if pricing != listing.pricing:
        Listing.objects.filter(pk=listing.pk).update(pricing=pricing, updated_at=at)
        listing.pricing = pricing
    return listing


@act
def change_listing(
    *, listing: Listing, at: datetime, price_cents: int | None = None, pricing: str | None = None
) -> Listing:
    """Set the price, then how it is priced from now on; None leaves it as it is. Both or nothing.

    Raises:
        PriceInvalid, PricingInvalid: the value is not possible for this listing.
        ListingInactive: the listing has been deactivated.
    """
    if price_cents is not None:
        set_price(listing=listing, price_cents=price_cents, at=at)
    if pricing is not None:
        set_pricing(listing=listing, pricing=pricing, at=at)
    return listing


@act
def deactivate_listing(*, listing: Listing, at: datetime) -> Listing:
    """Take a listing out of the market with what is left of it. Harmless twice.

    The listing given is read anew.
    """
    _lock(listing)
    if listing.is_active:
        Listing.objects.filter(pk=listing.pk).update(is_active=False, updated_at=at)
        listing.is_active = False
    return listing


@act
def reactivate_listing(*, listing: Listing, at: datetime) -> Listing:
    """Bring a deactivated listing back at its old price. Harmless twice.

    The listing given is read anew.

    Raises:
        AlreadyListed: the seller lists the car model in another row by now.
        PartyInactive, CarModelInactive: the seller or the car model is out of the market.
    """
    _lock(listing)
    require_seller(listing.seller)
    if not listing.car_model.is_active:
        raise CarModelInactive()
    if not listing.is_active:
        with refused_by(TAKEN):
            Listing.objects.filter(pk=listing.pk).update(is_active=True, updated_at=at)
        listing.is_active = True
        _nudge_if_in_stock(listing)
    return listing


def _lock(listing: Listing) -> None:
    listing.refresh_from_db(from_queryset=Listing.objects.select_for_update(no_key=True))


def _require_listed(listing: Listing) -> None:
    if not listing.is_active:
        raise ListingInactive()


def _former_listing(seller: Party, car_model: CarModel) -> Listing | None:
    """The latest listing of the car model that the seller had, locked."""
    rows = list(
        Listing.objects.select_for_update(no_key=True)
        .filter(seller=seller.pk, car_model=car_model)
        .order_by("pk")
    )
    if any(row.is_active for row in rows):
        raise AlreadyListed()
    return rows[-1] if rows else None


def _check_pricing(seller: Party, pricing: str) -> None:
    if pricing not in Listing.Pricing.values:
        raise PricingInvalid()
    if pricing == Listing.Pricing.AUTOMATIC and seller.kind != PartyKind.SHOWROOM:
        raise PricingInvalid()


def _remember(listing: Listing, old_price_cents: int | None, at: datetime) -> None:
    if listing.price_cents != old_price_cents:
        PriceChange.objects.create(
            listing=listing,
            old_price_cents=old_price_cents,
            price_cents=listing.price_cents,
            changed_at=at,
        )


def _nudge_if_in_stock(listing: Listing) -> None:
    """Ring if customers can buy here: a supplier counts no cars, an empty listing serves nobody."""
    if listing.quantity:
        nudge(Job.MATCH_OFFERS)
