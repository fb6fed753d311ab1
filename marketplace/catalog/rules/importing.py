"""Reading a file of car models, line by line: our own format or the U.S. EPA's `vehicles.csv`.

Knows nothing of files, encodings and the database: lines come in, rows go out.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from marketplace.catalog.rules import epa_format, own_format
from marketplace.catalog.rules.car_model_rows import (
    BadCell,
    BadRow,
    CarModelRow,
    Identity,
    Row,
    gettext_noop,
)

__all__ = ["BadRow", "CarModelRow", "UnknownFormat", "read_car_models"]

_BYTE_ORDER_MARK = "\ufeff"


class UnknownFormat(ValueError):
    """The header is that of neither format.

    `missing` names the columns that the nearer format has and the header lacks, `repeated` those
    that the header has twice.
    """

    def __init__(self, *, missing: Sequence[str] = (), repeated: Sequence[str] = ()) -> None:
        self.missing = tuple(missing)
        self.repeated = tuple(repeated)
        faults = {"missing": self.missing, "repeated": self.repeated}
        listed = (f"{fault}: {', '.join(names)}" for fault, names in faults.items() if names)
        super().__init__(f"These are not the columns of car models ({'; '.join(listed)}).")


@dataclass(frozen=True, slots=True)
class _Format:
    columns: tuple[str, ...]
    read: Callable[[Row], CarModelRow]
    names_a_car_once: bool


_OWN = _Format(own_format.COLUMNS, own_format.own_row, names_a_car_once=True)
_EPA = _Format(epa_format.COLUMNS, epa_format.epa_row, names_a_car_once=False)


class _Reader(Protocol):
    """What `csv.reader` makes; the class itself has no public name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def read_car_models(lines: Iterable[str]) -> Iterator[CarModelRow | BadRow]:
    """The rows of a file of car models, in order; the header decides which of the formats it is.

    Reads as it goes. All that it keeps is, for our own format, the name of each car so far: there a
    second row of the same car is bad. In the EPA's format rows of the same car are one car model,
    and the later one wins (whoever stores them updates). A blank line is skipped.

    Raises:
        UnknownFormat: at once, before the first row, if the header fits neither format.
    """
    remaining = iter(lines)
    first = next(remaining, "").removeprefix(_BYTE_ORDER_MARK)
    reader: _Reader = csv.reader(chain([first], remaining), strict=True)
    header = _header(reader)
    return _rows(reader, header, _format_of(header))


def _header(reader: _Reader) -> list[str]:
    try:
        cells = next((cells for cells in reader if cells), [])
    except csv.Error:
        cells = []
    return [cell.strip() for cell in cells]


def _format_of(header: list[str]) -> _Format:
    lacking = {
        candidate: [column for column in candidate.columns if column not in header]
        for candidate in (_OWN, _EPA)
    }
    nearest = min(lacking, key=lambda found: len(lacking[found]) / len(found.columns))
    repeated = sorted({column for column in nearest.columns if header.count(column) > 1})
    if lacking[nearest] or repeated:
        raise UnknownFormat(missing=lacking[nearest], repeated=repeated)
    return nearest


def _rows(
    reader: _Reader, header: list[str], file_format: _Format
) -> Iterator[CarModelRow | BadRow]:
    line_of: dict[Identity, int] = {}
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = gettext_noop("Lines %(line)s to %(last)s are not a row of CSV: %(error)s.")
            yield BadRow(
                line, message, {"line": line, "last": reader.line_num, "error": str(error)}
            )
            continue
        if len(cells) > 1 or "".join(cells).strip():
            try:
                car_model = file_format.read(_row(header, cells))
                if file_format.names_a_car_once:
                    _refuse_second(car_model, line, line_of)
            except BadCell as bad:
                yield BadRow(line, bad.message, bad.details)
            else:
                yield car_model


def _row(header: list[str], cells: list[str]) -> Row:
    if len(cells) < len(header):
        message = gettext_noop("The row ends too soon: it has no %(column)s.")
        raise BadCell(message, column=header[len(cells)])
    if len(cells) > len(header):
        message = gettext_noop(
            "The row has %(cells)s cells, %(column)s is the last of %(columns)s."
        )
        raise BadCell(message, cells=len(cells), column=header[-1], columns=len(header))
    if "\0" in "".join(cells):
        column = next(column for column, cell in zip(header, cells) if "\0" in cell)
        raise BadCell(gettext_noop("%(column)s holds a NUL byte."), column=column)
    return dict(zip(header, cells))


def _refuse_second(car_model: CarModelRow, line: int, line_of: dict[Identity, int]) -> None:
    first = line_of.setdefault(car_model.identity, line)
    if first != line:
        message = gettext_noop(
            "This is the same car as line %(first)s: make, name, variant and model_year are equal."
        )
        raise BadCell(message, first=first)
