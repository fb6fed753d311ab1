"""Leaving the market: offers end, memberships end, the account is closed, in one act."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.common.acts import act
from marketplace.parties.errors import LastOwner
from marketplace.parties.models import User
from marketplace.parties.selectors import customer_of, parties_of
from marketplace.parties.services import deactivate_user, remove_member
from marketplace.parties.services.records import lock, lock_person
from marketplace.trading.models import Offer
from marketplace.trading.services.offers import cancel_offer


@act
def leave_market(*, user: User, at: datetime) -> None:
    """Close a person's account: open offers are cancelled, and whatever the person acted for is left.

    What the customer owns stays in its wallet, what it did stays on record. Harmless twice.

    Raises:
        LastOwner: nobody else who can log in owns one of the person's showrooms or suppliers; the
            message names it. Nothing is changed then.
    """
    lock_person(user)
    _end_memberships(user, at)
    _cancel_offers(user, at)
    deactivate_user(user=user, at=at)


def _end_memberships(user: User, at: datetime) -> None:
    for membership in parties_of(user).order_by("party"):  # one order of locks for all who leave
        try:
            remove_member(membership=membership, at=at)
        except LastOwner as refusal:
            raise LastOwner(
                _("You are the last owner of %(party)s. Make somebody else an owner first.")
                % {"party": membership.party}
            ) from refusal


def _cancel_offers(user: User, at: datetime) -> None:
    customer = customer_of(user)
    if customer is None:
        return
    lock(customer.pk)
    # In the order in which the jobs lock offers; one that a job closes meanwhile is not open then.
    open_offers = Offer.objects.filter(customer=customer, status=Offer.Status.OPEN)
    for offer in open_offers.order_by("pk").select_for_update(of=("self",)):
        cancel_offer(customer=customer, offer=offer, at=at)
