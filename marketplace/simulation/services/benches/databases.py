"""Databases of the bench's own, on the server that the settings name, gone when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

_SEED = "seed"


class Scratch:
    """Databases made from one seed. The role must be allowed to create databases."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._made: set[str] = set()

    @contextmanager
    def seed(self) -> Iterator[None]:
        """Work in the seed: migrated, and empty at first. At the end it is tidied up."""
        self._create(_SEED, "TEMPLATE template0")
        with self._inside(_SEED):
            call_command("migrate", verbosity=0)
            with connection.cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            yield
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")

    @contextmanager
    def copy(self, name: str) -> Iterator[None]:
        """Work in a physical copy of the seed, statistics included, with all of it in memory."""
        self._create(name, f"TEMPLATE {self._database(_SEED)} STRATEGY file_copy")
        with self._inside(name):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT sum(pg_prewarm(oid)) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
                    " AND relnamespace <> 'pg_catalog'::regnamespace"
                )
            yield
        self._drop(name)

    def drop_all(self) -> None:
        """Leave nothing behind, whoever is still connected."""
        for name in list(self._made):
            self._drop(name)

    @contextmanager
    def _inside(self, name: str) -> Iterator[None]:
        connection.close()
        connection.settings_dict["NAME"] = self._database(name)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = self._home

    def _create(self, name: str, how: str) -> None:
        self._drop(name)
        self._made.add(name)
        self._administer(f"CREATE DATABASE {self._database(name)} {how}")

    def _drop(self, name: str) -> None:
        self._administer(f"DROP DATABASE IF EXISTS {self._database(name)} WITH (FORCE)")
        self._made.discard(name)

    def _administer(self, sql: str) -> None:
        """Execute where we came from: nobody may be connected to what is copied or dropped."""
        administrator = connection.copy()
        administrator.settings_dict["NAME"] = self._home
        try:
            with administrator.cursor() as cursor:
                cursor.execute(sql)
        finally:
            administrator.close()

    @staticmethod
    def _database(name: str) -> str:
        return f"bench_{os.getpid()}_{name}"


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Databases that are gone afterwards, whatever happens."""
    databases = Scratch(str(connection.settings_dict["NAME"]))
    try:
        yield databases
    finally:
        databases.drop_all()


def checkpoint() -> None:
    """Put everything on disk, so that what is timed next pays for itself alone."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def durability() -> dict[str, str]:
    """How the server keeps its promises: what a figure is worth depends on it."""
    names = ("fsync", "synchronous_commit", "full_page_writes", "server_version")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
        return dict(zip(names, cursor.fetchone(), strict=True))
