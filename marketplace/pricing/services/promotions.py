"""Promotions: discounts for a period.

What a promotion took off, from when on and on which car models never changes, because deals are
explained by it long afterwards. It can only end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from marketplace.catalog.models import CarModel
from marketplace.common.acts import act
from marketplace.parties.models import Party, User
from marketplace.parties.services import require_confirmed_person
from marketplace.pricing.errors import CarModelInactive, NothingCovered
from marketplace.pricing.models import Promotion
from marketplace.pricing.rules.announcing import (
    MAX_DESCRIPTION,
    MAX_NAME,
    announced_percent,
    announced_period,
    announced_text,
)
from marketplace.pricing.services.sellers import nudge_buyers_of, require_seller


@act
def publish_promotion(  # pylint: disable=too-many-arguments  # each is a fact of its own
    *,
    seller: Party,
    by: User | None,
    name: str,
    percent: Decimal,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    car_models: Iterable[CarModel] | None = None,
    description: str = "",
) -> Promotion:
    """Announce a discount on the car models named, or (None) on all that the seller lists.

    It runs for start ≤ instant < end. A start that has passed becomes `at`: nothing reaches back.
    `by` is the person who announces it; None is the market itself.

    Raises:
        EmailNotConfirmed: the person has not confirmed an address.
        PeriodInvalid: the end is not after the start or not in the future.
        NothingCovered: the car models named are none.
        CarModelInactive: one of them is out of the market.
        InvalidPercent, TextInvalid: a value does not make sense.
        PartyInactive, NotASeller: the party can't sell.
    """
    if by is not None:
        require_confirmed_person(by)
    require_seller(seller)
    starts_at, ends_at = announced_period(starts_at, ends_at, at)
    promotion = Promotion(
        seller_id=seller.pk,
        name=announced_text(name, "name", longest=MAX_NAME, required=True),
        description=announced_text(description, "description", longest=MAX_DESCRIPTION),
        percent=announced_percent(percent),
        starts_at=starts_at,
        ends_at=ends_at,
        covers_all=car_models is None,
        created_at=at,
    )
    covered = _covered(car_models) if car_models is not None else set()
    promotion.save(force_insert=True)
    promotion.car_models.set(covered)
    nudge_buyers_of(seller)
    return promotion


@act
def end_promotion(*, promotion: Promotion, at: datetime) -> Promotion:
    """End a promotion now; one that has not begun is deactivated. Harmless twice.

    The promotion given is read anew.
    """
    _lock(promotion)
    if at <= promotion.starts_at:
        _write(promotion, at, is_active=False)
    elif at < promotion.ends_at:
        _write(promotion, at, ends_at=at)
    return promotion


@act
def deactivate_promotion(*, promotion: Promotion, at: datetime) -> Promotion:
    """End a promotion now and take it off the seller's list. Harmless twice.

    The promotion given is read anew.
    """
    end_promotion(promotion=promotion, at=at)
    if promotion.is_active:
        _write(promotion, at, is_active=False)
    return promotion


def _covered(car_models: Iterable[CarModel]) -> set[int]:
    """The ids of the car models, if there are any and all are traded."""
    wanted = {car_model.pk for car_model in car_models}
    if not wanted:
        raise NothingCovered()
    if CarModel.objects.active().filter(pk__in=wanted).count() < len(wanted):
        raise CarModelInactive(field="car_models")
    return wanted


def _lock(promotion: Promotion) -> None:
    promotion.refresh_from_db(from_queryset=Promotion.objects.select_for_update(no_key=True))


def _write(promotion: Promotion, at: datetime, **values: datetime | bool) -> None:
    Promotion.objects.filter(pk=promotion.pk).update(**values, updated_at=at)
    for name, value in values.items():
        setattr(promotion, name, value)
