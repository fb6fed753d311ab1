"""Who has bought from whom, and how far the next loyalty tier is."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Prefetch, Q, QuerySet

from marketplace.common.percents import basis_points
from marketplace.pricing.models import LoyaltyTier, Patronage
from marketplace.pricing.rules.loyalty import Standing, standing
from marketplace.pricing.rules.quoting import TierTerm


def patronage_of(parties: Collection[int]) -> QuerySet[Patronage]:
    """What the parties sold to each of their buyers, and bought from each of their sellers.

    Each with both parties and the seller's tiers, in one query more.
    """
    tiers = LoyaltyTier.objects.active().order_by("seller", "threshold")
    return (
        Patronage.objects.active()
        .filter(Q(seller__in=parties) | Q(buyer__in=parties))
        .select_related("seller", "buyer")
        .prefetch_related(Prefetch("seller__loyalty_tiers", tiers, to_attr="tiers_in_force"))
    )


def standing_of(patronage: Patronage) -> Standing:
    """Where the buyer stands with the seller; of a row of `patronage_of` it needs no query."""
    tiers = getattr(patronage.seller, "tiers_in_force")
    return standing(
        [TierTerm(tier.pk, tier.threshold, basis_points(tier.percent)) for tier in tiers],
        patronage.cars,
    )
