"""docker-compose.yml, as far as it can be judged without Docker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = {"nginx", "migrate", "web", "worker", "beat", "postgres", "redis", "mailpit"}


@pytest.fixture(name="services", scope="module")
def services_of_the_compose_file() -> dict[str, dict]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]


def test_the_compose_file_follows_the_compose_schema():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    check = subprocess.run(
        [*command, "docker-compose.yml"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout + check.stderr


def test_all_services_are_there_and_watched(services):
    assert set(services) == SERVICES
    watched = {name for name, service in services.items() if service["healthcheck"].get("test")}
    assert watched == SERVICES - {"migrate"}


def test_nothing_of_ours_runs_before_the_migrations(services):
    for name in ("web", "worker", "beat"):
        needs = services[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully", name
        assert needs["redis"]["condition"] == "service_healthy", name


def test_workers_can_be_multiplied(services):
    assert "container_name" not in services["worker"]
    assert "ports" not in services["worker"]


def test_redis_appends_every_write_and_both_stores_keep_their_data(services):
    assert "--appendonly yes" in services["redis"]["command"][-1]
    assert services["redis"]["volumes"] == ["redis:/data"]
    assert services["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_the_example_environment_holds_no_secret():
    lines = (PROJECT / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    secrets = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert {name: values[name] for name in secrets} == dict.fromkeys(secrets, "")
