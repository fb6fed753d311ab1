"""What a seller may announce: prices, price lists, promotions and loyalty tiers.

Each function returns what it was given in the form to be kept, or refuses it by a MarketplaceError.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from unicodedata import category

from django.utils.translation import gettext_lazy as _

from marketplace.common.money import MAX_CENTS
from marketplace.common.percents import InvalidPercent, check_discount_percent
from marketplace.pricing.errors import (
    BadLine,
    PeriodInvalid,
    PriceInvalid,
    PriceListRefused,
    TextInvalid,
    TierInvalid,
    TiersMustRise,
    TooManyTiers,
)

MAX_NAME = 120
MAX_DESCRIPTION = 2_000
MAX_TIERS = 20
MAX_THRESHOLD = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of a price list: the car model, its price, and the line's number for complaints."""

    line: int
    car_model_id: int
    price_cents: int


def announced_price(price_cents: int) -> int:
    """The price, if it may be a list price.

    Raises:
        PriceInvalid: it is no whole number of cents from 1 to `MAX_CENTS`.
    """
    if not _is_whole(price_cents) or not 1 <= price_cents <= MAX_CENTS:
        raise PriceInvalid()
    return price_cents


def announced_prices(prices: Mapping[int, int] | Iterable[tuple[int, int]]) -> list[PriceLine]:
    """The lines of a price list of (car model id, cents), numbered from 1.

    Raises:
        PriceListRefused: a price is out of bounds, or a car model stands there twice or has no id.
    """
    pairs = prices.items() if isinstance(prices, Mapping) else prices
    lines = [PriceLine(number, *pair) for number, pair in enumerate(pairs, start=1)]
    first_seen: dict[int, int] = {}
    bad: list[BadLine] = []
    for line in lines:
        if not _is_whole(line.car_model_id):
            bad.append(BadLine(line.line, _("There is no such car model in the market.")))
        elif first_seen.setdefault(line.car_model_id, line.line) != line.line:
            bad.append(BadLine(line.line, _("This car model stands in the list twice.")))
        elif not _is_whole(line.price_cents) or not 1 <= line.price_cents <= MAX_CENTS:
            bad.append(BadLine(line.line, PriceInvalid.message, "price"))
    if bad:
        raise PriceListRefused(bad)
    return lines


def announced_text(text: str, field: str, *, longest: int, required: bool = False) -> str:
    """The text without outer blanks.

    Raises:
        TextInvalid: it is missing, too long, or holds control or half characters.
    """
    text = text.strip()
    if required and not text:
        raise TextInvalid(_("This can't be empty."), field=field)
    if len(text) > longest:
        raise TextInvalid(_("This is too long."), field=field)
    if any(category(sign) in ("Cc", "Cs") and sign not in "\r\n" for sign in text):
        raise TextInvalid(_("Control characters are not possible here."), field=field)
    return text


def announced_percent(percent: Decimal) -> Decimal:
    """The percent, if it may be a discount.

    Raises:
        InvalidPercent: it is no Decimal from 0.01 to 95.00 with at most two decimals.
    """
    if not isinstance(percent, Decimal):
        raise InvalidPercent()
    return check_discount_percent(percent)


def announced_period(
    starts_at: datetime, ends_at: datetime, at: datetime
) -> tuple[datetime, datetime]:
    """The period of a promotion that is published at `at`; one that began before begins at `at`.

    A promotion that reached back would give old deals another explanation than the one they had.

    Raises:
        PeriodInvalid: an instant has no time zone, the end is not after the start, or is past.
    """
    for field, instant in (("starts_at", starts_at), ("ends_at", ends_at)):
        if instant.tzinfo is None:
            raise PeriodInvalid(_("Say in which time zone."), field=field)
    if starts_at >= ends_at:
        raise PeriodInvalid()
    if ends_at <= at:
        raise PeriodInvalid(_("A promotion ends in the future."))
    return max(starts_at, at), ends_at


def rising_tiers(tiers: Iterable[tuple[int, Decimal]]) -> list[tuple[int, Decimal]]:
    """A seller's loyalty tiers as (threshold, percent), lowest first.

    A refusal's `field` names the line, counted from 0 in the order given: `tiers.3.percent`.

    Raises:
        TooManyTiers: there are more than `MAX_TIERS`.
        TierInvalid: a threshold is out of bounds or stands there twice.
        InvalidPercent: a percent may not be a discount.
        TiersMustRise: a higher threshold has no higher percent.
    """
    tiers = list(tiers)
    if len(tiers) > MAX_TIERS:
        raise TooManyTiers()
    lines: dict[int, int] = {}
    for line, (threshold, percent) in enumerate(tiers):
        _check_tier(line, threshold, percent)
        if lines.setdefault(threshold, line) != line:
            raise TierInvalid(field=f"tiers.{line}.threshold")
    rising = sorted((threshold, announced_percent(percent)) for threshold, percent in tiers)
    for lower, higher in zip(rising, rising[1:]):
        if lower[1] >= higher[1]:
            raise TiersMustRise(field=f"tiers.{lines[higher[0]]}.percent")
    return rising


def _check_tier(line: int, threshold: int, percent: Decimal) -> None:
    if not _is_whole(threshold) or not 1 <= threshold <= MAX_THRESHOLD:
        raise TierInvalid(field=f"tiers.{line}.threshold")
    try:
        announced_percent(percent)
    except InvalidPercent as refusal:
        raise InvalidPercent(field=f"tiers.{line}.percent") from refusal


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
