"""One row of a file of car models: the car it describes, or what is wrong with it.

Knows how a single cell is read; knows neither the formats nor the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission

OLDEST_MODEL_YEAR, NEWEST_MODEL_YEAR = 1950, 2100
LONGEST_MAKE = LONGEST_NAME = 60
LONGEST_VARIANT = 80
MOST_POWER_HP = 5_000
LARGEST_ENGINE_CC = 20_000
MOST_SEATS = 60
MAX_PRICE_CENTS = 10_000_000_000

_LONGEST_QUOTED = 40
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<dollars>[0-9]{1,15})(?:\.(?P<decimals>[0-9]+))?")

Identity = tuple[str, str, str, int]
Row = Mapping[str, str]
Code = TypeVar("Code", bound=StrEnum)


def gettext_noop(message: str) -> str:
    """The message itself, marked for the collector of translations; whoever shows it translates."""
    return message


@dataclass(frozen=True, slots=True)
class CarModelRow:
    """A car model as a file describes it."""

    make: str
    name: str
    variant: str
    model_year: int
    body_type: BodyType
    fuel: Fuel
    transmission: Transmission
    drive: Drive
    power_hp: int
    engine_cc: int | None
    seats: int
    origin_country: str
    list_price_cents: int

    @property
    def identity(self) -> Identity:
        """What makes two rows the same car model."""
        return (self.make, self.name, self.variant, self.model_year)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out. `line` is the physical line, from 1, on which the row starts.

    `message` and `details` are apart so that the message can be translated before it is filled in.
    """

    line: int
    message: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """What is wrong, in English, with the name of the column."""
        return self.message % self.details


class BadCell(Exception):
    """A cell makes no sense; the row that it stands in becomes a `BadRow`."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


def quoted(text: str) -> str:
    """The text in quotes, short and printable enough for a message."""
    return repr(text if len(text) <= _LONGEST_QUOTED else text[:_LONGEST_QUOTED] + "…")


def text_of(row: Row, column: str, *, longest: int, required: bool = True) -> str:
    """The cell's text, with every run of white space turned into one blank.

    Raises:
        BadCell: it is too long, holds a character that can't be shown, or is empty though required.
    """
    text = " ".join(row[column].split())
    if required and not text:
        raise BadCell(gettext_noop("%(column)s is empty."), column=column)
    if len(text) > longest:
        message = gettext_noop("%(column)s is longer than %(longest)s characters.")
        raise BadCell(message, column=column, longest=longest)
    if not text.isprintable():
        raise BadCell(
            gettext_noop("%(column)s holds a character that cannot be shown."), column=column
        )
    return text


def whole_number_of(row: Row, column: str, *, smallest: int, largest: int) -> int:
    """The cell's whole number.

    Raises:
        BadCell: it is no plain whole number, or not between `smallest` and `largest`.
    """
    text = row[column].strip()
    if not _WHOLE_NUMBER.fullmatch(text) or not smallest <= int(text) <= largest:
        message = gettext_noop(
            "%(column)s must be a whole number from %(smallest)s to %(largest)s, not %(value)s."
        )
        raise BadCell(
            message, column=column, smallest=smallest, largest=largest, value=quoted(text)
        )
    return int(text)


def model_year_of(row: Row, column: str) -> int:
    """The cell's model year.

    Raises:
        BadCell: it is no year that a car could have.
    """
    return whole_number_of(row, column, smallest=OLDEST_MODEL_YEAR, largest=NEWEST_MODEL_YEAR)


def code_of(row: Row, column: str, codes: type[Code]) -> Code:
    """The cell's code.

    Raises:
        BadCell: it is not one of `codes`.
    """
    text = row[column].strip()
    try:
        return codes(text)
    except ValueError:
        message = gettext_noop("%(column)s must be one of %(codes)s, not %(value)s.")
        raise BadCell(message, column=column, codes=", ".join(codes), value=quoted(text)) from None


def cents_of(row: Row, column: str) -> int:
    """The cell's amount of dollars such as "28995.00", in cents.

    Raises:
        BadCell: it is no decimal number, has more than two decimals, is not above zero, or is more
            than any car costs.
    """
    text = row[column].strip()
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        message = gettext_noop(
            "%(column)s must be an amount of money such as 28995.00, not %(value)s."
        )
        raise BadCell(message, column=column, value=quoted(text))
    decimals = amount["decimals"] or ""
    if len(decimals) > 2:
        message = gettext_noop("%(column)s has more than two decimals: %(value)s.")
        raise BadCell(message, column=column, value=quoted(text))
    cents = int(amount["dollars"]) * 100 + int(decimals.ljust(2, "0"))
    if amount["sign"] or cents == 0:
        message = gettext_noop("%(column)s must be more than zero, not %(value)s.")
        raise BadCell(message, column=column, value=quoted(text))
    if cents > MAX_PRICE_CENTS:
        message = gettext_noop("%(column)s is more than any car costs: %(value)s.")
        raise BadCell(message, column=column, value=quoted(text))
    return cents
