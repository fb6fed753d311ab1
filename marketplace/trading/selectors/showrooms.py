"""Showrooms as anybody may see them: where they are, what they have, how busy they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from marketplace.parties.models import Showroom
from marketplace.parties.selectors import active_showrooms
from marketplace.pricing.models import Listing
from marketplace.trading.models import Deal

#: Over so many days a showroom's sales are counted.
BUSY_DAYS = 30


def showrooms_with_figures(*, at: datetime) -> QuerySet[Showroom]:
    """The active showrooms with `models_in_stock`, `cars_in_stock` and `recent_deals` (retail)."""
    stock = (
        Listing.objects.active()
        .filter(seller=OuterRef("pk"), quantity__gt=0, car_model__is_active=True)
        .order_by()
        .values("seller")
    )
    deals = (
        Deal.objects.active()
        .filter(
            seller=OuterRef("pk"),
            kind=Deal.Kind.RETAIL,
            sold_at__gt=at - timedelta(days=BUSY_DAYS),
            sold_at__lte=at,
        )
        .order_by()
        .values("seller")
    )

    def figure(rows: QuerySet[Any, Any], what: Count | Sum) -> Coalesce:
        found = Subquery(rows.annotate(figure=what).values("figure"), output_field=IntegerField())
        return Coalesce(found, 0)

    return active_showrooms().annotate(
        models_in_stock=figure(stock, Count("pk")),
        cars_in_stock=figure(stock, Sum("quantity")),
        recent_deals=figure(deals, Count("pk")),
    )


def showroom_countries() -> list[str]:
    """The countries in which there are active showrooms, as codes."""
    named = active_showrooms().exclude(country="").order_by("country")
    return list(named.values_list("country", flat=True).distinct())
