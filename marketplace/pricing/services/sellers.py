"""What every announcement asks of its seller, and whom it rings for."""

from __future__ import annotations

from marketplace.common.nudges import Job, nudge
from marketplace.parties.models import Party
from marketplace.parties.rules import PartyKind
from marketplace.parties.services import require_active
from marketplace.pricing.errors import NotASeller


def require_seller(seller: Party) -> None:
    """Refuse who can't announce anything. Trusts the row it is given, so read that just before.

    Raises:
        PartyInactive: the party has been deactivated.
        NotASeller: the party is a customer.
    """
    require_active(seller)
    if seller.kind == PartyKind.CUSTOMER:
        raise NotASeller()


def lock_seller(seller: Party) -> None:
    """Keep the seller's row to this transaction; rows that point to it can still be written."""
    Party.objects.select_for_update(no_key=True).get(pk=seller.pk)


def nudge_buyers_of(seller: Party) -> None:
    """Have open offers matched if customers buy here; a supplier's prices wait for the restock."""
    if seller.kind == PartyKind.SHOWROOM:
        nudge(Job.MATCH_OFFERS)
