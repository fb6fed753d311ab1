"""Filling the catalogue: files of car models, and what an administrator takes out of the market."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from marketplace.catalog.errors import CarModelListed, FileUnreadable
from marketplace.catalog.models import CarModel
from marketplace.catalog.rules.importing import (
    BadRow,
    CarModelRow,
    UnknownFormat,
    read_car_models,
)
from marketplace.common.acts import act
from marketplace.common.bulk import NULL, copy_lines, text
from marketplace.common.nudges import Job, nudge

#: The car models that come with the house.
OUR_CAR_MODELS = Path(__file__).parent / "data" / "car_models.csv"

#: So many bad rows are kept to be shown; the others are only counted.
MOST_BAD_ROWS = 1_000

_ROWS_A_BATCH = 5_000
_IDENTITY = ("make", "name", "variant", "model_year")
_FACTS = (
    "body_type", "fuel", "transmission", "drive", "power_hp", "engine_cc", "seats",
    "origin_country", "suggested_price_cents",
)  # fmt: skip
_STAGE = "catalog_import"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file: so many car models, and the rows that were left out.

    `withdrawn` are those that an administrator took out of the market: a file doesn't bring them
    back. `bad` has the first of the bad rows, `bad_count` is how many there were.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    bad: tuple[BadRow, ...] = ()
    bad_count: int = 0

    @property
    def read(self) -> int:
        """How many car models the file had that could be read."""
        return self.added + self.changed + self.unchanged + self.withdrawn


@act
def import_car_models(
    *, lines: Iterable[str], at: datetime, on_progress: Callable[[int], object] | None = None
) -> ImportReport:
    """Bring the car models of a file into the catalogue; the same file again changes nothing.

    Good rows go in though others are bad. Of several rows of one car model the last one counts.
    Memory does not grow with the file. `on_progress` is told how many rows were read since it was
    told last.

    Raises:
        FileUnreadable: the columns are of no known format, or `lines` raised it; nothing went in.
        Busy: somebody else is changing the same car models.
    """
    try:
        rows = read_car_models(lines)
    except UnknownFormat as error:
        raise FileUnreadable(_described(error)) from error
    _open_stage()
    bad, bad_count = _fill_stage(rows, on_progress)
    added, changed, unchanged, withdrawn = _take_over(at)
    if added or changed:
        nudge(Job.FIND_ASSORTMENTS)
    return ImportReport(added, changed, unchanged, withdrawn, tuple(bad), bad_count)


@act
def deactivate_car_model(*, car_model: CarModel, at: datetime) -> None:
    """Take a car model out of the market. Harmless twice."""
    changed = CarModel.objects.active().filter(pk=car_model.pk)
    if changed.update(is_active=False, updated_at=at):
        nudge(Job.FIND_ASSORTMENTS)
    car_model.is_active = False


@act
def reactivate_car_model(*, car_model: CarModel, at: datetime) -> None:
    """Let a car model be traded again. Harmless twice.

    Raises:
        CarModelListed: another one has its name by now.
    """
    inactive = CarModel.objects.filter(pk=car_model.pk, is_active=False)
    try:
        with transaction.atomic():
            changed = inactive.update(is_active=True, updated_at=at)
    except IntegrityError as error:
        if "catalog_one_active_car_model_a_name" not in str(error):
            raise
        raise CarModelListed() from error
    if changed:
        nudge(Job.FIND_ASSORTMENTS)
    car_model.is_active = True


def _described(error: UnknownFormat) -> str:
    if error.missing:
        missing = ", ".join(error.missing)
        return _("These are not the columns of car models: %(columns)s missing.") % {
            "columns": missing
        }
    return _("These columns are there twice: %(columns)s.") % {"columns": ", ".join(error.repeated)}


def _open_stage() -> None:
    columns = ", ".join((*_IDENTITY, *_FACTS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_STAGE} ON COMMIT DROP AS"
            f" SELECT id AS place, {columns} FROM catalog_carmodel WITH NO DATA"  # nosec B608  # names
        )


def _fill_stage(
    rows: Iterator[CarModelRow | BadRow], on_progress: Callable[[int], object] | None
) -> tuple[list[BadRow], int]:
    """Write the good rows into the stage, batch by batch; returns the bad ones and their number."""
    bad: list[BadRow] = []
    bad_count = place = 0
    while batch := list(islice(rows, _ROWS_A_BATCH)):
        good = []
        for row in batch:
            if isinstance(row, CarModelRow):
                place += 1
                good.append(_line(place, row))
            else:
                bad_count += 1
                if len(bad) < MOST_BAD_ROWS:
                    bad.append(row)
        copy_lines(_STAGE, ("place", *_IDENTITY, *_FACTS), good)
        if on_progress:
            on_progress(len(batch))
    return bad, bad_count


def _line(place: int, row: CarModelRow) -> str:
    return (
        f"{place}\t{text(row.make)}\t{text(row.name)}\t{text(row.variant)}\t{row.model_year}"
        f"\t{row.body_type}\t{row.fuel}\t{row.transmission}\t{row.drive}\t{row.power_hp}"
        f"\t{NULL if row.engine_cc is None else row.engine_cc}\t{row.seats}\t{row.origin_country}"
        f"\t{row.list_price_cents}\n"
    )


def _take_over(at: datetime) -> tuple[int, int, int, int]:
    """Bring the catalogue up to the stage in one statement.

    Returns how many car models were added, changed, as the file has them already, and withdrawn.
    A row that is as it should be is not written. Two imports at once meet in ON CONFLICT.
    """
    name, facts = ", ".join(_IDENTITY), ", ".join(_FACTS)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_STAGE}")
        cursor.execute(
            f"""
            WITH latest AS (
                SELECT DISTINCT ON ({name}) * FROM {_STAGE} ORDER BY {name}, place DESC
            ), given AS MATERIALIZED (
                SELECT latest.*,
                    known.id IS NOT NULL AS is_known,
                    ({_of("latest")}) IS NOT DISTINCT FROM ({_of("known")}) AS is_same,
                    known.id IS NULL AND EXISTS (
                        SELECT FROM catalog_carmodel gone
                        WHERE NOT gone.is_active AND {_same("gone")}
                    ) AS is_withdrawn
                FROM latest LEFT JOIN catalog_carmodel known ON known.is_active AND {_same("known")}
            ), written AS (
                INSERT INTO catalog_carmodel AS known
                    ({name}, {facts}, is_active, created_at, updated_at)
                SELECT {name}, {facts}, true, %(at)s, %(at)s FROM given
                WHERE NOT is_withdrawn AND NOT (is_known AND is_same) ORDER BY {name}
                ON CONFLICT ({name}) WHERE is_active DO UPDATE
                SET ({facts}, updated_at) = ({_of("excluded")}, %(at)s)
                RETURNING xmax = 0 AS is_new
            )
            SELECT (SELECT count(*) FROM written WHERE is_new),
                (SELECT count(*) FROM written WHERE NOT is_new),
                count(*) FILTER (WHERE is_known AND is_same),
                count(*) FILTER (WHERE is_withdrawn)
            FROM given
            """,  # nosec B608  # every name in it is a constant of this module
            {"at": at},
        )
        added, changed, unchanged, withdrawn = cursor.fetchone()
        cursor.execute(f"DROP TABLE {_STAGE}")
    return added, changed, unchanged, withdrawn


def _of(table: str) -> str:
    return ", ".join(f"{table}.{fact}" for fact in _FACTS)


def _same(table: str) -> str:
    return " AND ".join(f"{table}.{part} = latest.{part}" for part in _IDENTITY)
