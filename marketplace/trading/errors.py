"""What the trade refuses. The other refusals of an offer are the parties' and the ledger's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import MarketplaceError


class OfferClosed(MarketplaceError):
    """The offer was filled, cancelled or has expired, and stays as it is."""

    code = "offer_closed"
    message = _("This offer is no longer open.")
