"""Writing many rows in one statement: COPY for new ones, a staged UPDATE … FROM for changed ones.

The rows are formatted while the server is already taking in the first of them, so on two cores
formatting costs next to nothing. Every function runs in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Model

NULL = r"\N"
_ROWS_A_CHUNK = 1_000

#: Called with each SQL text that goes to the server past Django's cursor; a bench counts with it.
_observers: list[Callable[[str], None]] = []


class _Chunks:
    """The file that COPY reads from: lines of text, made on demand."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.rows = 0

    def read(self, _size: int = -1) -> bytes:
        """The next thousand lines, or nothing at the end."""
        chunk = list(islice(self._lines, _ROWS_A_CHUNK))
        self.rows += len(chunk)
        return "".join(chunk).encode()


def observe(callback: Callable[[str], None]) -> Callable[[], None]:
    """Have every bulk statement reported; returns what ends that."""
    _observers.append(callback)
    return lambda: _observers.remove(callback)


def text(value: str) -> str:
    """A string as COPY's text format wants it."""
    return (
        value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )


def instant(at: datetime) -> str:
    """An instant as COPY's text format wants it."""
    return at.isoformat()


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> int:
    """COPY ready-made lines (tab-separated, newline-ended) into a table; returns how many there were."""
    quote = connection.ops.quote_name
    sql = f"COPY {quote(table)} ({', '.join(map(quote, columns))}) FROM STDIN"
    chunks = _Chunks(lines)
    for callback in _observers:
        callback(sql)
    with connection.cursor() as cursor:
        with connection.wrap_database_errors:
            cursor.cursor.copy_expert(sql, chunks)
    return chunks.rows


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """COPY rows of plain values (None, bool, int, str, Decimal, datetime) into a model's table."""
    return copy_lines(model._meta.db_table, columns, _lines(rows))


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join(map(_cell, row)) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return text(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def new_ids(model: type[Model], count: int) -> list[int]:
    """So many fresh primary keys, ascending, taken from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH counter AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)"
            " SELECT array_agg(nextval(name)) FROM counter, generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return cursor.fetchone()[0] or []


def array(values: Iterable[object]) -> str:
    """Values as the text of a PostgreSQL array: parsed as one constant, not as one expression each."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def run(sql: str, parameters: Sequence[Any]) -> int:
    """Execute one statement, arrays as parameters, and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [array(p) if isinstance(p, list) else p for p in parameters])
        return int(cursor.rowcount)
