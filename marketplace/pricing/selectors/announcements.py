"""What sellers announce, as far as somebody may see it.

Showrooms announce to everybody, suppliers to those who buy from them: people who act for a
showroom. One's own announcements one always sees.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from marketplace.parties.models import Party
from marketplace.parties.rules import PartyKind
from marketplace.pricing.models import Listing, LoyaltyTier, Promotion


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Whoever looks: the parties that are their own, and whether a showroom is among them."""

    parties: Collection[int] = ()
    buys_wholesale: bool = False


def sellers_seen_by(onlooker: Onlooker) -> QuerySet[Party]:
    """The active sellers whose prices and terms somebody may see."""
    return Party.objects.active().filter(_seen_by(onlooker))


def listings_seen_by(onlooker: Onlooker) -> QuerySet[Listing]:
    """The active listings that somebody may see, sold out ones included."""
    return (
        Listing.objects.active()
        .filter(_seen_by(onlooker, "seller__"), seller__is_active=True, car_model__is_active=True)
        .select_related("seller", "car_model")
    )


def promotions_seen_by(onlooker: Onlooker, at: datetime) -> QuerySet[Promotion]:
    """One's own promotions, and those of other sellers that run or are still to come."""
    visible = Q(seller__in=onlooker.parties) | (_seen_by(onlooker, "seller__") & Q(ends_at__gt=at))
    return (
        Promotion.objects.active().filter(visible, seller__is_active=True).select_related("seller")
    )


def promotions_covering(promotions: QuerySet[Promotion], car_model_id: int) -> QuerySet[Promotion]:
    """Those of the promotions that take something off the car model, if their seller lists it."""
    naming = Promotion.car_models.through.objects.filter(carmodel=car_model_id)
    return promotions.filter(Q(covers_all=True) | Q(pk__in=naming.values("promotion")))


def tiers_seen_by(onlooker: Onlooker) -> QuerySet[LoyaltyTier]:
    """The loyalty tiers in force that somebody may see."""
    return (
        LoyaltyTier.objects.active()
        .filter(_seen_by(onlooker, "seller__"), seller__is_active=True)
        .select_related("seller")
    )


def _seen_by(onlooker: Onlooker, party: str = "") -> Q:
    """Whether it is a seller that the onlooker may look at; `party` leads to it."""
    kinds = {PartyKind.SHOWROOM} | ({PartyKind.SUPPLIER} if onlooker.buys_wholesale else set())
    own = Q(**{f"{party}pk__in": onlooker.parties}) & ~Q(**{f"{party}kind": PartyKind.CUSTOMER})
    return Q(**{f"{party}kind__in": kinds}) | own
