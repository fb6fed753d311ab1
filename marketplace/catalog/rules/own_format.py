"""Our own format of car models: a column for each characteristic, the codes of the database."""

from __future__ import annotations

from marketplace.catalog.rules.car_model_rows import (
    LARGEST_ENGINE_CC,
    LONGEST_MAKE,
    LONGEST_NAME,
    LONGEST_VARIANT,
    MOST_POWER_HP,
    MOST_SEATS,
    BadCell,
    CarModelRow,
    Row,
    cents_of,
    code_of,
    gettext_noop,
    model_year_of,
    quoted,
    text_of,
    whole_number_of,
)
from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission
from marketplace.catalog.rules.origins import COUNTRY_CODES

COLUMNS = (
    "make",
    "name",
    "variant",
    "model_year",
    "body_type",
    "fuel",
    "transmission",
    "drive",
    "power_hp",
    "engine_cc",
    "seats",
    "origin_country",
    "list_price",
)

_WITHOUT_ENGINE = frozenset({Fuel.ELECTRIC, Fuel.HYDROGEN})


def own_row(row: Row) -> CarModelRow:
    """The car model that a row of our own format describes. Only the variant may be empty.

    Raises:
        BadCell: a cell makes no sense.
    """
    fuel = code_of(row, "fuel", Fuel)
    return CarModelRow(
        make=text_of(row, "make", longest=LONGEST_MAKE),
        name=text_of(row, "name", longest=LONGEST_NAME),
        variant=text_of(row, "variant", longest=LONGEST_VARIANT, required=False),
        model_year=model_year_of(row, "model_year"),
        body_type=code_of(row, "body_type", BodyType),
        fuel=fuel,
        transmission=code_of(row, "transmission", Transmission),
        drive=code_of(row, "drive", Drive),
        power_hp=whole_number_of(row, "power_hp", smallest=1, largest=MOST_POWER_HP),
        engine_cc=_engine_cc(row, fuel),
        seats=whole_number_of(row, "seats", smallest=1, largest=MOST_SEATS),
        origin_country=_country(row),
        list_price_cents=cents_of(row, "list_price"),
    )


def _engine_cc(row: Row, fuel: Fuel) -> int | None:
    if fuel not in _WITHOUT_ENGINE:
        return whole_number_of(row, "engine_cc", smallest=1, largest=LARGEST_ENGINE_CC)
    if row["engine_cc"].strip():
        message = gettext_noop("%(column)s must be empty for a car with the fuel %(fuel)s.")
        raise BadCell(message, column="engine_cc", fuel=fuel.value)
    return None


def _country(row: Row) -> str:
    country = row["origin_country"].strip()
    if country not in COUNTRY_CODES:
        message = gettext_noop(
            "%(column)s must be a country's two-letter code such as JP, not %(value)s."
        )
        raise BadCell(message, column="origin_country", value=quoted(country))
    return country
