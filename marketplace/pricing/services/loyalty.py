"""Loyalty tiers: what a seller gives to those who come back.

A tier's threshold and percent never change, because deals are explained by them long afterwards; a
seller's tiers are replaced.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from marketplace.common.acts import act
from marketplace.parties.models import Party
from marketplace.pricing.models import LoyaltyTier
from marketplace.pricing.rules.announcing import rising_tiers
from marketplace.pricing.services.sellers import lock_seller, nudge_buyers_of, require_seller


@act
def set_tiers(
    *, seller: Party, tiers: Iterable[tuple[int, Decimal]], at: datetime
) -> list[LoyaltyTier]:
    """Make these (threshold, percent) the seller's tiers, in any order; returns them rising.

    A tier that stays as it was keeps its row. Two sets at once go one after the other.

    Raises:
        TiersMustRise: a higher threshold has no higher percent.
        TierInvalid, TooManyTiers, InvalidPercent: a tier does not make sense.
        PartyInactive, NotASeller: the party can't sell.
    """
    require_seller(seller)
    wanted = rising_tiers(tiers)
    lock_seller(seller)
    kept = {
        (tier.threshold, tier.percent): tier
        for tier in LoyaltyTier.objects.active().filter(seller=seller.pk)
    }
    gone = [tier.pk for terms, tier in kept.items() if terms not in wanted]
    if gone:
        LoyaltyTier.objects.filter(pk__in=gone).update(is_active=False, updated_at=at)
    fresh = LoyaltyTier.objects.bulk_create(
        LoyaltyTier(seller_id=seller.pk, threshold=threshold, percent=percent, created_at=at)
        for threshold, percent in wanted
        if (threshold, percent) not in kept
    )
    if fresh:
        nudge_buyers_of(seller)
    made = {(tier.threshold, tier.percent): tier for tier in fresh}
    return [made[terms] if terms in made else kept[terms] for terms in wanted]


@act
def deactivate_tier(*, tier: LoyaltyTier, at: datetime) -> None:
    """Withdraw one tier; what is left still rises. Harmless twice."""
    lock_seller(tier.seller)
    LoyaltyTier.objects.active().filter(pk=tier.pk).update(is_active=False, updated_at=at)
    tier.is_active = False
