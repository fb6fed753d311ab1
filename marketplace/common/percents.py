"""Percents have two decimals; a calculation uses their whole basis points (1 % = 100)."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid

WHOLE_BP = 10_000
MIN_PERCENT = Decimal("0.01")
MAX_PERCENT = Decimal("95.00")


class InvalidPercent(Invalid):
    """A discount is 0.01 to 95.00 percent with at most two decimals."""

    code = "invalid_percent"
    message = _("Enter a percentage from 0.01 to 95.00 with at most two decimals.")
    field = "percent"


def basis_points(percent: Decimal) -> int:
    """The percent as whole basis points: 2.50 % is 250."""
    return int(percent * 100)


def percent_of(bp: int) -> Decimal:
    """The percent that so many basis points are."""
    return Decimal(bp).scaleb(-2)


def check_discount_percent(percent: Decimal) -> Decimal:
    """The percent itself, if it may be a discount.

    Raises:
        InvalidPercent: it is out of bounds, not finite, or finer than two decimals.
    """
    if not percent.is_finite() or not MIN_PERCENT <= percent <= MAX_PERCENT:
        raise InvalidPercent()
    if percent != percent.quantize(MIN_PERCENT):
        raise InvalidPercent()
    return percent.quantize(MIN_PERCENT)


def price_after(list_price_cents: int, discount_bp: int) -> int:
    """The price that is left after a discount, rounded half up to the cent, never below one cent."""
    discounted = (list_price_cents * (WHOLE_BP - discount_bp) + WHOLE_BP // 2) // WHOLE_BP
    return max(1, discounted)


def price_with_markup(cost_cents: int, cars: int, markup_bp: int) -> int:
    """The retail price of one of `cars` that cost `cost_cents` together, rounded up to a whole cent."""
    return max(1, -(-cost_cents * (WHOLE_BP + markup_bp) // (WHOLE_BP * cars)))


class DiscountField(models.DecimalField):  # type: ignore[type-arg]  # not generic at run time
    """A discount in percent: 0.01 to 95.00."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs["max_digits"] = 4
        kwargs["decimal_places"] = 2
        kwargs.setdefault(
            "validators", [MinValueValidator(MIN_PERCENT), MaxValueValidator(MAX_PERCENT)]
        )
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passes Django's own arguments on


def discount_bounds(field: str, name: str) -> models.CheckConstraint:
    """The database's own guard that a discount stays inside its bounds."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__gte": MIN_PERCENT, f"{field}__lte": MAX_PERCENT}),
        name=name,
    )
