"""How the market as a whole is doing. What is public: no customer appears here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from marketplace.catalog.models import CarModel
from marketplace.parties.models import Party
from marketplace.pricing.models import Listing
from marketplace.trading.models import Deal, Offer
from marketplace.trading.rules.depth import DepthStep, depth_steps, step_size

_SHOWROOM, _SUPPLIER = Party.Kind.SHOWROOM, Party.Kind.SUPPLIER


@dataclass(frozen=True, slots=True)
class MarketFigures:
    """The market at one instant. Deals are retail deals; the day is the UTC day so far."""

    at: datetime
    open_offers: int
    deals_today: int
    deals_last_hour: int
    volume_today_cents: int
    cars_in_stock: int
    showrooms: int
    suppliers: int


def market_figures(*, at: datetime) -> MarketFigures:
    """The figures of the instant, in four queries whatever the size of the market."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    an_hour_ago = at - timedelta(hours=1)
    recent = Deal.objects.active().filter(
        kind=Deal.Kind.RETAIL, sold_at__gte=min(midnight, an_hour_ago), sold_at__lte=at
    )
    trade = recent.aggregate(
        today=Count("pk", filter=Q(sold_at__gte=midnight)),
        last_hour=Count("pk", filter=Q(sold_at__gte=an_hour_ago)),
        volume=Sum("unit_price_cents", filter=Q(sold_at__gte=midnight), default=0),
    )
    parties = Party.objects.active().aggregate(
        showrooms=Count("pk", filter=Q(kind=_SHOWROOM)),
        suppliers=Count("pk", filter=Q(kind=_SUPPLIER)),
    )
    stock = Listing.objects.active().filter(
        quantity__gt=0, seller__kind=_SHOWROOM, seller__is_active=True, car_model__is_active=True
    )
    return MarketFigures(
        at=at,
        open_offers=Offer.objects.active().filter(status=Offer.Status.OPEN).count(),
        deals_today=trade["today"],
        deals_last_hour=trade["last_hour"],
        volume_today_cents=int(trade["volume"]),
        cars_in_stock=stock.aggregate(cars=Sum("quantity", default=0))["cars"],
        **parties,
    )


def latest_deals(count: int, *, car_model_id: int | None = None) -> QuerySet[Deal]:
    """The latest retail deals, of the whole market or of one car model, newest first."""
    deals = Deal.objects.active().filter(kind=Deal.Kind.RETAIL)
    if car_model_id is not None:
        deals = deals.filter(car_model=car_model_id)
    return deals.select_related("car_model", "seller").order_by("-sold_at", "-pk")[:count]


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits on either side of one car model: open offers, and cars for sale."""

    open_offers: int
    highest_offer_cents: int | None
    cars: int
    steps: list[DepthStep]


def depth_of(car_model: CarModel, *, listings: Iterable[Listing]) -> Depth:
    """The car model's depth, from its open offers and from listings that the caller has at hand."""
    size_cents = step_size(car_model.suggested_price_cents)
    sides = list(
        Offer.objects.active()
        .filter(status=Offer.Status.OPEN, car_model=car_model)
        .order_by()
        .values(step=F("max_price_cents") / size_cents)
        .annotate(many=Count("pk"), highest=Max("max_price_cents"))
    )
    stock = [(listing.price_cents, listing.quantity) for listing in listings if listing.quantity]
    return Depth(
        open_offers=sum(side["many"] for side in sides),
        highest_offer_cents=max((side["highest"] for side in sides), default=None),
        cars=sum(quantity for _price, quantity in stock),
        steps=depth_steps(
            size_cents=size_cents,
            offers=[(side["step"], side["many"]) for side in sides],
            cars=stock,
        ),
    )
