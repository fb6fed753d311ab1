"""Money is whole cents of a US dollar; people and programs speak decimal text ("25000.00")."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid

CENTS_PER_DOLLAR = 100

#: The largest amount that anybody may type: ten billion dollars. It keeps every sum of the market
#: far inside a 64-bit integer.
MAX_CENTS = 10**12

_AMOUNT = re.compile(r"(?P<sign>-?)(?P<dollars>[0-9]{1,13})(?:\.(?P<cents>[0-9]{1,2}))?", re.ASCII)


class InvalidMoney(Invalid):
    """The text is not an amount of money."""

    code = "invalid_money"
    message = _("Enter an amount of money such as 25000.00.")


def cents(text: str) -> int:
    """The whole cents that a decimal text names: "25000", "25000.5" and "25000.50" are fine.

    Raises:
        InvalidMoney: anything else: a float's exponent, three decimals, separators, other digits.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise InvalidMoney()
    whole = int(match["dollars"]) * CENTS_PER_DOLLAR + int((match["cents"] or "0").ljust(2, "0"))
    if whole > MAX_CENTS:
        raise InvalidMoney(_("That is more money than the market can handle."))
    return -whole if match["sign"] else whole


def decimal_text(amount_cents: int) -> str:
    """The amount as programs exchange it: "25000.00", without separators or currency."""
    sign = "-" if amount_cents < 0 else ""
    dollars, rest = divmod(abs(amount_cents), CENTS_PER_DOLLAR)
    return f"{sign}{dollars}.{rest:02d}"


def grouped_text(amount_cents: int) -> str:
    """The amount as people read it: "25,000.00"."""
    sign = "-" if amount_cents < 0 else ""
    dollars, rest = divmod(abs(amount_cents), CENTS_PER_DOLLAR)
    return f"{sign}{dollars:,}.{rest:02d}"
