"""What anybody may see of prices: who sells a car model for how much, and how that has changed.

Suppliers' price lists are not public; only showrooms' listings appear here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models, car_models_matching
from marketplace.parties.models import Party
from marketplace.pricing.models import Listing, Patronage
from marketplace.pricing.rules.price_history import DayPrices, prices_by_day
from marketplace.pricing.rules.quoting import NO_TERMS, Quote, Terms, quote_for
from marketplace.pricing.selectors.terms import terms_at

#: Of so many listings the price history is made, the cheapest first: enough for a market's picture,
#: and a bound to what one page may cost.
_MOST_LISTINGS = 60


def with_showroom_prices(car_models: QuerySet[CarModel]) -> QuerySet[CarModel]:
    """The car models, with `lowest_price_cents`, `showrooms` and `cars_in_stock` of what is left.

    A car model that no showroom has is None, 0 and 0.
    """
    # Subqueries, not a join: PostgreSQL works them out for the rows of one page only.
    left = (
        Listing.objects.active()
        .filter(car_model=OuterRef("pk"), quantity__gt=0)
        .filter(seller__kind=Party.Kind.SHOWROOM, seller__is_active=True)
    )
    together = left.order_by().values("car_model")
    return car_models.annotate(
        lowest_price_cents=Subquery(left.order_by("price_cents").values("price_cents")[:1]),
        showrooms=Coalesce(Subquery(together.annotate(all=Count("pk")).values("all")), 0),
        cars_in_stock=Coalesce(Subquery(together.annotate(all=Sum("quantity")).values("all")), 0),
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """A showroom's listing, and what it would cost the visitor."""

    listing: Listing
    quote: Quote


def askings_of(car_model_id: int, *, buyer_id: int | None, at: datetime) -> list[Asking]:
    """What active showrooms ask the buyer (None: anybody new) for the car model, in four queries.

    Those that have it come first, then the cheapest.
    """
    listings = list(
        Listing.objects.active()
        .filter(car_model=car_model_id, seller__kind=Party.Kind.SHOWROOM, seller__is_active=True)
        .select_related("seller")
    )
    sellers = [listing.seller_id for listing in listings]
    terms = terms_at(at, sellers)
    bought = dict(
        Patronage.objects.filter(seller__in=sellers, buyer=buyer_id).values_list("seller", "cars")
        if buyer_id is not None
        else ()
    )
    askings = [
        Asking(listing, _quote(listing, terms, bought.get(listing.seller_id, 0), at))
        for listing in listings
    ]
    return sorted(
        askings,
        key=lambda asking: (
            not asking.listing.quantity,
            asking.quote.price_cents,
            asking.quote.list_price_cents,
            asking.quote.seller_id,
        ),
    )


def _quote(listing: Listing, terms: Mapping[int, Terms], cars_before: int, at: datetime) -> Quote:
    sellers_terms = terms.get(listing.seller_id, NO_TERMS)
    return quote_for(
        seller_id=listing.seller_id,
        car_model_id=listing.car_model_id,
        list_price_cents=listing.price_cents,
        cars_before=cars_before,
        tiers=sellers_terms.tiers,
        promotions=sellers_terms.promotions,
        at=at,
    )


def cars_for_sale_at(showroom_id: int) -> QuerySet[Listing]:
    """What a showroom has left to sell, each with its car model."""
    stock: QuerySet[Listing] = (
        Listing.objects.active()
        .filter(seller=showroom_id, quantity__gt=0, car_model__is_active=True)
        .select_related("car_model")
    )
    return stock


def price_history_of(car_model_id: int, *, days: int, at: datetime) -> list[DayPrices]:
    """The car model's prices at showrooms at the end of each of the last days, oldest first.

    It costs one look-up in an index per listing and day, however often prices change.
    """
    ends = [
        min(at, datetime.combine(at.astimezone(UTC).date() - timedelta(days=back), time.max, UTC))
        for back in range(days)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ends.at, past.price_cents
            FROM (
                SELECT listing.id FROM pricing_listing AS listing
                JOIN parties_party AS seller ON seller.id = listing.seller_id
                WHERE listing.car_model_id = %s AND listing.is_active
                  AND seller.is_active AND seller.kind = %s
                ORDER BY listing.price_cents, listing.id LIMIT %s
            ) AS listing
            CROSS JOIN unnest(%s::timestamptz[]) AS ends(at)
            CROSS JOIN LATERAL (
                SELECT price_cents FROM pricing_pricechange
                WHERE listing_id = listing.id AND changed_at <= ends.at
                ORDER BY changed_at DESC, id DESC LIMIT 1
            ) AS past
            """,
            [car_model_id, Party.Kind.SHOWROOM.value, _MOST_LISTINGS, ends],
        )
        return prices_by_day(
            (end.astimezone(UTC).date(), cents) for end, cents in cursor.fetchall()
        )


def for_sale_matching(listings: QuerySet[Listing], text: str) -> QuerySet[Listing]:
    """Those of the listings whose car model has every word of the text in its name."""
    found = car_models_matching(active_car_models(), text)
    return listings.filter(car_model__in=found.order_by().values("pk"))
