"""What a key refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Busy, MarketplaceError


class RequestInFlight(Busy):
    """Another request under the same key is at work right now."""

    code = "request_in_flight"
    message = _("A request with this key is being worked on. Please try again.")
    retry_after = 1


class KeyReused(MarketplaceError):
    """The key belongs to another request."""

    code = "idempotency_key_reused"
    message = _("This key was used for another request. Take a new one.")
