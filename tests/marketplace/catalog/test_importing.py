"""What a file of car models turns into, row by row: our own format and the file as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from marketplace.catalog.rules import epa_format, own_format
from marketplace.catalog.rules.characteristics import Drive
from marketplace.catalog.rules.importing import (
    BadRow,
    CarModelRow,
    UnknownFormat,
    read_car_models,
)
from tests.marketplace.catalog.epa_sample import epa_rows

OWN_HEADER = ",".join(own_format.COLUMNS)
OWN_CELLS = dict(
    zip(
        own_format.COLUMNS,
        "Honda,Civic,LX,2022,sedan,petrol,cvt,fwd,158,1996,5,JP,22350.00".split(","),
        strict=True,
    )
)
EPA_HEADER = ",".join(epa_format.COLUMNS)


def own_line(**cells: str) -> str:
    return ",".join((OWN_CELLS | cells).values()) + "\n"


def read_own(*lines: str) -> list[CarModelRow | BadRow]:
    return list(read_car_models([OWN_HEADER + "\n", *lines]))


def reason_of_own(**cells: str) -> str:
    """Why the row is bad; and a good row after it goes in all the same."""
    bad, good = read_own(own_line(**cells), own_line(variant="after"))
    assert isinstance(good, CarModelRow)
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    return bad.reason


def test_a_row_of_our_own_format_becomes_a_car_model():
    (row,) = read_own(own_line())
    assert isinstance(row, CarModelRow)
    assert asdict(row) == {
        "make": "Honda",
        "name": "Civic",
        "variant": "LX",
        "model_year": 2022,
        "body_type": "sedan",
        "fuel": "petrol",
        "transmission": "cvt",
        "drive": "fwd",
        "power_hp": 158,
        "engine_cc": 1996,
        "seats": 5,
        "origin_country": "JP",
        "list_price_cents": 2_235_000,
    }


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1", 100), ("0.01", 1), ("9.5", 950), ("22350.07", 2_235_007), ("100000000.00", 10**10)],
)
def test_a_price_is_read_to_the_cent(text, cents):
    (row,) = read_own(own_line(list_price=text))
    assert isinstance(row, CarModelRow)
    assert row.list_price_cents == cents


@pytest.mark.parametrize("fuel", ["electric", "hydrogen"])
def test_a_car_without_an_engine_has_no_displacement(fuel):
    (row,) = read_own(own_line(fuel=fuel, engine_cc=""))
    assert isinstance(row, CarModelRow)
    assert row.engine_cc is None
    assert reason_of_own(fuel=fuel) == (f"engine_cc must be empty for a car with the fuel {fuel}.")


def test_the_variant_may_be_empty_and_white_space_is_tidied():
    (row,) = read_own(own_line(make="  Land \t Rover ", variant=" ", drive=" 4wd "))
    assert isinstance(row, CarModelRow)
    assert (row.make, row.variant, row.drive) == ("Land Rover", "", Drive.FOUR_WD)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"make": " "}, "make is empty."),
        ({"name": ""}, "name is empty."),
        ({"make": "m" * 61}, "make is longer than 60 characters."),
        ({"name": "n" * 61}, "name is longer than 60 characters."),
        ({"variant": "v" * 81}, "variant is longer than 80 characters."),
        ({"name": "Civic\x07"}, "name holds a character that cannot be shown."),
        ({"make": "Hon\u202eda"}, "make holds a character that cannot be shown."),
        (
            {"model_year": "1949"},
            "model_year must be a whole number from 1950 to 2100, not '1949'.",
        ),
        (
            {"model_year": "2101"},
            "model_year must be a whole number from 1950 to 2100, not '2101'.",
        ),
        (
            {"model_year": "2022.5"},
            "model_year must be a whole number from 1950 to 2100, not '2022.5'.",
        ),
        (
            {"model_year": "2_022"},
            "model_year must be a whole number from 1950 to 2100, not '2_022'.",
        ),
        (
            {"model_year": "٢٠٢٢"},
            "model_year must be a whole number from 1950 to 2100, not '٢٠٢٢'.",
        ),
        (
            {"body_type": "saloon"},
            "body_type must be one of sedan, hatchback, wagon, suv, coupe, convertible, pickup,"
            " van, minivan, not 'saloon'.",
        ),
        (
            {"fuel": "gas"},
            "fuel must be one of petrol, diesel, hybrid, plug_in_hybrid, electric, hydrogen,"
            " not 'gas'.",
        ),
        (
            {"transmission": ""},
            "transmission must be one of manual, automatic, cvt, dual_clutch, single_speed,"
            " not ''.",
        ),
        ({"drive": "FWD"}, "drive must be one of fwd, rwd, awd, 4wd, not 'FWD'."),
        ({"power_hp": "0"}, "power_hp must be a whole number from 1 to 5000, not '0'."),
        ({"power_hp": "-158"}, "power_hp must be a whole number from 1 to 5000, not '-158'."),
        (
            {"power_hp": "9" * 5_000},
            f"power_hp must be a whole number from 1 to 5000, not '{'9' * 40}…'.",
        ),
        ({"engine_cc": ""}, "engine_cc must be a whole number from 1 to 20000, not ''."),
        ({"engine_cc": "two"}, "engine_cc must be a whole number from 1 to 20000, not 'two'."),
        ({"seats": "61"}, "seats must be a whole number from 1 to 60, not '61'."),
        (
            {"origin_country": "Japan"},
            "origin_country must be a country's two-letter code such as JP, not 'Japan'.",
        ),
        (
            {"origin_country": "XX"},
            "origin_country must be a country's two-letter code such as JP, not 'XX'.",
        ),
        (
            {"origin_country": ""},
            "origin_country must be a country's two-letter code such as JP, not ''.",
        ),
        ({"list_price": "0.00"}, "list_price must be more than zero, not '0.00'."),
        ({"list_price": "-5.00"}, "list_price must be more than zero, not '-5.00'."),
        ({"list_price": "1.005"}, "list_price has more than two decimals: '1.005'."),
        (
            {"list_price": "100000000.01"},
            "list_price is more than any car costs: '100000000.01'.",
        ),
        (
            {"list_price": "1e5"},
            "list_price must be an amount of money such as 28995.00, not '1e5'.",
        ),
        (
            {"list_price": "$5"},
            "list_price must be an amount of money such as 28995.00, not '$5'.",
        ),
        (
            {"list_price": ""},
            "list_price must be an amount of money such as 28995.00, not ''.",
        ),
        (
            {"list_price": "nan"},
            "list_price must be an amount of money such as 28995.00, not 'nan'.",
        ),
    ],
)
def test_a_bad_cell_makes_a_bad_row_that_names_the_column(cells, reason):
    assert reason_of_own(**cells) == reason


@pytest.mark.parametrize("column", own_format.COLUMNS)
def test_a_nul_byte_in_any_column_makes_a_bad_row(column):
    assert reason_of_own(**{column: OWN_CELLS[column] + "\0"}) == f"{column} holds a NUL byte."


def test_a_row_with_too_few_or_too_many_cells_is_bad():
    short = own_line().rpartition(",")[0] + "\n"
    long = own_line().strip() + ",more\n"
    first, second, good = read_own(short, long, own_line())
    assert isinstance(first, BadRow) and isinstance(second, BadRow)
    assert (first.line, first.reason) == (2, "The row ends too soon: it has no list_price.")
    assert (second.line, second.reason) == (
        3,
        "The row has 14 cells, list_price is the last of 13.",
    )
    assert isinstance(good, CarModelRow)


def test_the_second_row_of_one_car_is_bad_in_our_own_format():
    rows = read_own(own_line(), own_line(model_year="2023"), own_line(make=" Honda", seats="4"))
    assert isinstance(rows[1], CarModelRow)
    assert isinstance(rows[2], BadRow)
    assert rows[2].line == 4
    assert rows[2].reason == (
        "This is the same car as line 2: make, name, variant and model_year are equal."
    )


def test_a_bad_row_does_not_make_the_good_one_after_it_a_second():
    bad, good = read_own(own_line(seats="none"), own_line())
    assert isinstance(bad, BadRow)
    assert isinstance(good, CarModelRow)


def test_a_line_number_is_the_physical_line_on_which_the_row_starts():
    two_lines = own_line(variant='"LX\nSport"')
    assert two_lines.count("\n") == 2
    rows = read_own(
        *two_lines.splitlines(keepends=True),  # lines 2 and 3
        own_line(seats="x"),  # line 4
        "\n",
        "   \n",
        *own_line(make='"Hon\n\nda"', drive="x").splitlines(keepends=True),  # lines 7 to 9
        own_line(fuel="x"),  # line 10
    )
    assert isinstance(rows[0], CarModelRow)
    assert rows[0].variant == "LX Sport"
    assert [row.line for row in rows if isinstance(row, BadRow)] == [4, 7, 10]


def test_broken_quotes_cost_the_lines_they_span_and_no_more():
    rows = read_own(
        own_line(make='"Honda" Motor'),
        own_line(variant="between"),
        own_line(make='"Honda').replace("\n", "\r\n"),
        own_line(make='Honda"Honda'),
        own_line(make='"Honda'),
    )
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert [(row.line, row.details["last"]) for row in bad] == [(2, 2), (4, 5), (6, 6)]
    assert bad[0].reason.startswith("Lines 2 to 2 are not a row of CSV: ")
    assert [row.variant for row in rows if isinstance(row, CarModelRow)] == ["between"]


def test_an_endless_cell_is_given_up_and_reading_goes_on():
    huge = own_line(variant='"' + "v" * 200_000 + '"')
    bad, good = read_own(huge, own_line())
    assert isinstance(bad, BadRow) and bad.line == 2
    assert isinstance(good, CarModelRow)


def test_a_message_can_be_translated_before_it_is_filled_in():
    (bad,) = read_own(own_line(seats="x"))
    assert isinstance(bad, BadRow)
    translated = "%(column)s: entre %(smallest)s y %(largest)s, no %(value)s."
    assert translated % bad.details == "seats: entre 1 y 60, no 'x'."


def test_columns_may_stand_in_any_order_among_others_after_a_byte_order_mark():
    columns = ["list_price", "note", *reversed(own_format.COLUMNS[:-1])]
    cells = OWN_CELLS | {"note": "x"}
    header = ",".join(f'"{column}"' for column in columns)
    row = next(read_car_models(["\ufeff" + header, ",".join(cells[c] for c in columns)]))
    assert isinstance(row, CarModelRow)
    assert (row.make, row.list_price_cents) == ("Honda", 2_235_000)


@pytest.mark.parametrize(
    ("header", "missing", "repeated"),
    [
        ("", own_format.COLUMNS, ()),
        ("PK\x03\x04\0\0", own_format.COLUMNS, ()),
        ('"make,name', own_format.COLUMNS, ()),
        (OWN_HEADER.replace("list_price", "price"), ("list_price",), ()),
        (OWN_HEADER.replace(",", ";"), own_format.COLUMNS, ()),
        (EPA_HEADER.replace("trany,", "").replace("displ,", ""), ("trany", "displ"), ()),
        (OWN_HEADER + ",make", (), ("make",)),
    ],
)
def test_a_header_of_neither_format_is_refused_before_the_first_row(header, missing, repeated):
    with pytest.raises(UnknownFormat) as refusal:
        read_car_models([header, own_line()])
    assert refusal.value.missing == tuple(missing)
    assert refusal.value.repeated == repeated
    assert all(column in str(refusal.value) for column in (*missing, *repeated))


def test_an_empty_file_is_refused():
    with pytest.raises(UnknownFormat):
        read_car_models([])


def test_rows_are_read_one_at_a_time():
    taken = []

    def lines() -> Iterator[str]:
        for number, line in enumerate(epa_rows(1_000)):
            taken.append(number)
            yield line

    rows = read_car_models(lines())
    next(rows)
    assert len(taken) <= 3
