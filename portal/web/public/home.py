"""What the market is, and how it is doing right now."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from marketplace.trading.selectors.market import latest_deals, market_figures
from portal.access import Anybody
from portal.web.rendering import Page


class HomePage(Anybody, Page):
    """The market in a few words and in live figures."""

    template_name = "public/home.html"
    partials = ["live-figures"]

    def get_context(self) -> dict[str, Any]:
        """The figures of this moment."""
        return {"figures": market_figures(at=timezone.now()), "deals": latest_deals(10)}
