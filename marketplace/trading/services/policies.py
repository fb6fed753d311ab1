"""A showroom's policy, and what follows from changing it."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from marketplace.common.acts import act
from marketplace.common.nudges import Job, nudge
from marketplace.common.percents import basis_points
from marketplace.parties.models import Showroom
from marketplace.parties.services import set_policy
from marketplace.parties.services.founding import PolicyTerms
from marketplace.pricing.services.stock import reprice_stock
from marketplace.trading.services.assortments import find_assortment


@act
def change_policy(*, showroom: Showroom, at: datetime, **policy: Unpack[PolicyTerms]) -> None:
    """Change terms of a showroom's policy, its automatic prices and its assortment with them.

    Raises:
        Invalid: a term is out of its bounds, or there is no such term.
    """
    set_policy(showroom=showroom, at=at, **policy)
    if "markup_percent" in policy:
        reprice_stock(
            showroom_id=showroom.pk, markup_bp=basis_points(showroom.markup_percent), at=at
        )
        nudge(Job.MATCH_OFFERS)
    if policy.keys() & {"assortment_size", "demand_window_days"}:
        find_assortment(showroom=showroom, at=at)
