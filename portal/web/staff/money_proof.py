"""The proof that the books balance: every invariant of the market, checked while one waits."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from marketplace.trading.selectors.auditing import audit
from portal.access import StaffOnly
from portal.web.rendering import Page


class MoneyProofPage(StaffOnly, Page):
    """Each invariant, whether it holds right now, and what speaks against it."""

    template_name = "staff/money_proof.html"
    partials = ["proof"]

    def get_context(self) -> dict[str, Any]:
        """The verdict and the invariants."""
        results = audit()
        return {
            "now": timezone.now(),
            "results": results,
            "broken": sum(not result.holds for result in results),
            "took_ms": round(1000 * sum(result.seconds for result in results)),
        }
