"""Quotes with their trace, for whoever asks what a car would cost and why."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from marketplace.common.percents import basis_points
from marketplace.parties.rules import PartyKind
from marketplace.pricing.models import Listing, LoyaltyTier, Patronage, Promotion
from marketplace.pricing.rules.quoting import PromotionTerm, Quote, TierTerm, quote_for


def quote(*, seller_id: int, buyer_id: int | None, car_model_id: int, at: datetime) -> Quote | None:
    """What the seller would take from the buyer (None: from anybody new) for the car model now.

    The trace tells of every active promotion and tier of the seller, those that did not apply
    included. None: the seller does not sell it.
    """
    listing = _on_sale().filter(seller=seller_id, car_model=car_model_id).first()
    return next(iter(_quotes([listing], buyer_id, at)), None) if listing else None


def quotes_for(*, car_model_id: int, buyer_id: int | None, at: datetime) -> list[Quote]:
    """What every showroom that has the car model would take from the buyer, cheapest first."""
    listings = _on_sale().filter(
        car_model=car_model_id, seller__kind=PartyKind.SHOWROOM, quantity__gt=0
    )
    quotes = _quotes(list(listings), buyer_id, at)
    return sorted(quotes, key=lambda q: (q.price_cents, q.list_price_cents, q.seller_id))


def _on_sale() -> QuerySet[Listing]:
    return Listing.objects.active().filter(seller__is_active=True, car_model__is_active=True)


def _quotes(listings: list[Listing], buyer_id: int | None, at: datetime) -> list[Quote]:
    """The quotes of the listings, in a constant number of statements."""
    sellers = {listing.seller_id for listing in listings}
    tiers: dict[int, list[TierTerm]] = {}
    for tier in LoyaltyTier.objects.active().filter(seller__in=sellers).order_by("threshold"):
        term = TierTerm(tier.pk, tier.threshold, basis_points(tier.percent))
        tiers.setdefault(tier.seller_id, []).append(term)
    promotions: dict[int, list[PromotionTerm]] = {}
    covering = Promotion.objects.active().filter(seller__in=sellers).order_by("pk")
    for promotion in covering.prefetch_related("car_models"):
        promotions.setdefault(promotion.seller_id, []).append(_term(promotion))
    bought = dict(
        Patronage.objects.filter(seller__in=sellers, buyer=buyer_id).values_list("seller", "cars")
        if buyer_id is not None
        else ()
    )
    return [
        quote_for(
            seller_id=listing.seller_id,
            car_model_id=listing.car_model_id,
            list_price_cents=listing.price_cents,
            cars_before=bought.get(listing.seller_id, 0),
            tiers=tiers.get(listing.seller_id, ()),
            promotions=promotions.get(listing.seller_id, ()),
            at=at,
        )
        for listing in listings
    ]


def _term(promotion: Promotion) -> PromotionTerm:
    covered = (
        None
        if promotion.covers_all
        else frozenset(model.pk for model in promotion.car_models.all())
    )
    return PromotionTerm(
        promotion.pk,
        basis_points(promotion.percent),
        promotion.starts_at,
        promotion.ends_at,
        covered,
    )
