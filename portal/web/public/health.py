"""Is the process alive, and can it work? For load balancers and people on call."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import View

from portal.access import Anybody

#: Longer than this no probe waits for Redis or for one statement of the database.
_PATIENCE_S = 2


class Healthz(Anybody, View):
    """The process answers."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Always fine: whoever reads this is alive."""
        return JsonResponse({"status": "ok"})


class Readyz(Anybody, View):
    """The database, Redis and the tables are there; else a 503 that names what is wrong."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Each check with "ok" or what is wrong with it."""
        checks = {name: check() for name, check in _CHECKS.items()}
        ready = all(result == "ok" for result in checks.values())
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JsonResponse({"status": "ok" if ready else "unavailable", **checks}, status=status)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [_PATIENCE_S * 1000])
            try:
                cursor.execute("SELECT 1")
            finally:
                cursor.execute("RESET statement_timeout")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _redis() -> str:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
    )
    try:
        client.ping()
    except redis.RedisError:
        return "does not answer"
    finally:
        client.close()
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return f"{len(waiting)} not applied" if waiting else "ok"


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "redis": _redis,
    "migrations": _migrations,
}
