"""A quote with its whole trace, for whoever asks what a car would cost and why."""

from __future__ import annotations

from datetime import datetime

from marketplace.common.percents import basis_points
from marketplace.pricing.models import Listing, LoyaltyTier, Patronage, Promotion
from marketplace.pricing.rules.quoting import PromotionTerm, Quote, TierTerm, quote_for


def quote(*, seller_id: int, buyer_id: int | None, car_model_id: int, at: datetime) -> Quote | None:
    """What the seller would take from the buyer (None: from somebody new) for the car model.

    The trace tells of every active promotion and tier of the seller, those that do not apply
    included. None: the seller does not sell the car model.
    """
    listing = (
        Listing.objects.active()
        .filter(seller=seller_id, seller__is_active=True)
        .filter(car_model=car_model_id, car_model__is_active=True)
        .first()
    )
    if listing is None:
        return None
    patronage = Patronage.objects.filter(seller=seller_id, buyer=buyer_id).first()
    return quote_for(
        seller_id=seller_id,
        car_model_id=car_model_id,
        list_price_cents=listing.price_cents,
        cars_before=patronage.cars if patronage else 0,
        tiers=[
            TierTerm(tier.pk, tier.threshold, basis_points(tier.percent))
            for tier in LoyaltyTier.objects.active().filter(seller=seller_id).order_by("threshold")
        ],
        promotions=_promotions(seller_id, car_model_id),
        at=at,
    )


def _promotions(seller_id: int, car_model_id: int) -> list[PromotionTerm]:
    """The seller's promotions, as far as they concern the car model."""
    active = Promotion.objects.active().filter(seller=seller_id).order_by("pk")
    covering = set(active.filter(car_models=car_model_id).values_list("pk", flat=True))
    return [
        PromotionTerm(
            promotion.pk,
            basis_points(promotion.percent),
            promotion.starts_at,
            promotion.ends_at,
            (
                None
                if promotion.covers_all
                else frozenset([car_model_id] * (promotion.pk in covering))
            ),
        )
        for promotion in active
    ]
