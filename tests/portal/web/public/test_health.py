"""The probes of load balancers."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings


def test_healthz_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_names_every_check(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_readyz_names_redis_when_it_is_away(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["redis"] == "does not answer" and answer.json()["database"] == "ok"
    assert time.monotonic() - started < 5


@pytest.mark.django_db
def test_readyz_names_a_database_that_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(connection, "cursor", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503 and answer.json()["database"] == "does not answer"


@pytest.mark.django_db
def test_readyz_counts_migrations_that_are_not_applied(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="trading").order_by("-pk").first().delete()

    answer = client.get("/readyz")

    assert answer.status_code == 503 and answer.json()["migrations"] == "1 not applied"
