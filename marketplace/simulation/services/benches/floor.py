"""The floor: the same rows, written back as fast as the database can take them.

Knows no job. What a run wrote is found by the transactions that wrote it, in every table. All names
in the SQL are those of tables and columns, read from the database itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from django.db import connection, transaction

_READ_BYTES = 1 << 18

_TABLES = """
    SELECT c.relname, (
        SELECT a.attname FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisprimary
    )
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a table as COPY's text."""

    table: str
    key: str
    text: IO[bytes]


@dataclass(frozen=True, slots=True)
class _Update:
    """A statement that changes rows from the staged ones."""

    sql: str
    rows: int


class WrittenRows:
    """The rows that stand after a run and did not stand so before: new ones, and changed ones.

    They wait in files until they are closed.
    """

    def __init__(self, since: int) -> None:
        """Dump what transactions from number `since` on wrote, in the order in which it lies."""
        self._files = ExitStack()
        self._tables: list[_Rows] = []
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            for table, key in cursor.fetchall():
                text = self._file()
                rows = f"SELECT * FROM {table} WHERE xmin::text::bigint >= {since}"  # nosec B608
                _copy(f"COPY ({rows}) TO STDOUT", text)
                if text.tell():
                    self._tables.append(_Rows(table, key, text))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()

    def stage(self) -> Floor:
        """Sort new rows from changed ones, in a database that is as before the run."""
        new: list[_Rows] = []
        updates: list[_Update] = []
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS staged CASCADE; CREATE SCHEMA staged")
            for rows in self._tables:
                table, key = rows.table, rows.key
                cursor.execute(f"CREATE TABLE staged.{table} (LIKE {table})")
                _copy(f"COPY staged.{table} FROM STDIN", rows.text)
                text = self._file()
                missing = (
                    f"NOT EXISTS (SELECT FROM {table} t WHERE t.{key} = s.{key})"  # nosec B608
                )
                fresh = (
                    f"SELECT * FROM staged.{table} s WHERE {missing} ORDER BY ctid"  # nosec B608
                )
                _copy(f"COPY ({fresh}) TO STDOUT", text)
                if text.tell():
                    new.append(_Rows(table, key, text))
                cursor.execute(f"DELETE FROM staged.{table} s WHERE {missing}")  # nosec B608
                cursor.execute(f"VACUUM ANALYZE staged.{table}")
                updates += _update(cursor, table, key)
        return Floor(new, updates)

    def _file(self) -> IO[bytes]:
        return self._files.enter_context(TemporaryFile())


@dataclass(frozen=True, slots=True)
class Floor:
    """The writing that a run could not have done without."""

    new: Sequence[_Rows]
    updates: Sequence[_Update]

    def write(self) -> None:
        """Write everything in one transaction, one statement a table."""
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            for update in self.updates:
                cursor.execute(update.sql)
                if cursor.rowcount != update.rows:
                    raise RuntimeError(f"{cursor.rowcount} of {update.rows} rows: {update.sql}")
            for rows in self.new:
                _copy(f"COPY {rows.table} FROM STDIN", rows.text)


def next_transaction() -> int:
    """The number from which on transactions have not begun yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint % (1::bigint << 32)"
        )
        (number,) = cursor.fetchone()
        return int(number)


def _copy(sql: str, text: IO[bytes]) -> None:
    if sql.endswith("STDIN"):
        text.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(sql, text, _READ_BYTES)


def _update(cursor: Any, table: str, key: str) -> list[_Update]:
    """One UPDATE of the columns that differ anywhere, if there are rows to change."""
    cursor.execute(f"SELECT count(*) FROM staged.{table}")  # nosec B608
    (rows,) = cursor.fetchone()
    if not rows:
        return []
    cursor.execute(f"SELECT * FROM {table} LIMIT 0")  # nosec B608
    columns = [column.name for column in cursor.description if column.name != key]
    differences = ", ".join(f"bool_or(t.{_q(c)} IS DISTINCT FROM s.{_q(c)})" for c in columns)
    join = f"{table} t JOIN staged.{table} s ON s.{key} = t.{key}"
    cursor.execute(f"SELECT {differences} FROM {join}")  # nosec B608
    changed = [
        column for column, differs in zip(columns, cursor.fetchone(), strict=True) if differs
    ]
    if not changed:
        return []
    assignments = ", ".join(f"{_q(column)} = s.{_q(column)}" for column in changed)
    sql = f"UPDATE {table} t SET {assignments} FROM staged.{table} s WHERE s.{key} = t.{key}"  # nosec B608
    return [_Update(sql, rows)]


def _q(name: str) -> str:
    return connection.ops.quote_name(name)
