"""One car model: what it is, who sells it for how much, and how its price has gone."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models
from marketplace.pricing.selectors.browsing import askings_of, price_history_of
from marketplace.trading.selectors.market import depth_of, latest_deals
from portal.access import Anybody, buyer_behind
from portal.web.charts import depth_chart, price_history_chart
from portal.web.rendering import Page

_HISTORY_DAYS = 60
_DEALS = 8
#: So many sellers are named; a page must not grow with the market.
_SELLERS = 30


class CarModelPage(Anybody, Page):
    """A car model and its market."""

    template_name = "public/car_model.html"

    def get_context(self) -> dict[str, Any]:
        """The car model, its sellers, its deals and its price history."""
        now = timezone.now()
        car_model: CarModel = get_object_or_404(active_car_models(), pk=self.kwargs["pk"])
        buyer = buyer_behind(self.request)
        askings = askings_of(car_model.pk, buyer_id=buyer.pk if buyer else None, at=now)
        depth = depth_of(car_model, listings=[asking.listing for asking in askings])
        history = price_history_of(car_model.pk, days=_HISTORY_DAYS, at=now)
        return {
            "car_model": car_model,
            "buyer": buyer,
            "askings": askings[:_SELLERS],
            "more_askings": max(0, len(askings) - _SELLERS),
            "best": askings[0] if askings and askings[0].listing.quantity else None,
            "deals": latest_deals(_DEALS, car_model_id=car_model.pk),
            "history": history,
            "history_chart": price_history_chart(history),
            "depth": depth,
            "depth_chart": depth_chart(depth.steps),
        }
