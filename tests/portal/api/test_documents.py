"""The entrance, the schema and its readers: complete, local, up to date, and under a strict policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(name="schema", scope="module")
def _schema() -> Any:
    with translation.override("en"):
        return SchemaGenerator().get_schema(public=True)


def _operations(schema: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_the_schema_is_valid(schema: Any) -> None:
    validate_schema(schema)


def test_the_schema_in_the_repository_is_up_to_date(schema: Any) -> None:
    written = OpenApiYamlRenderer().render(schema, renderer_context={})
    assert (settings.BASE_DIR / "docs" / "openapi.yaml").read_bytes() == written


def test_the_schema_is_served_in_both_forms(ask: Ask, schema: Any) -> None:
    as_yaml, as_json = ask().get("/api/schema/"), ask().get("/api/schema.json")
    assert list(yaml.safe_load(as_yaml.content)["paths"]) == list(schema["paths"])
    assert list(as_json.json()["paths"]) == list(schema["paths"])
    asked = ask().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert asked["Content-Type"].startswith("application/vnd.oai.openapi+json")


@pytest.mark.parametrize("page", ["docs/", "redoc/", "schema/", "schema.json"])
def test_a_document_is_refused_in_json_like_anything_else(ask: Ask, page: str) -> None:
    refused = ask().post(f"/api/{page}", {})
    assert refused.status_code == 405 and refused.json()["code"] == "method_not_allowed"
    assert refused["Content-Type"] == "application/problem+json"


def test_every_operation_has_a_name_of_its_own_and_says_how_it_refuses(schema: Any) -> None:
    operations = _operations(schema)
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(set(names)) == len(names)
    assert {"car_models_list", "showrooms_policy_partial_update", "jobs_run"} <= set(names)
    for path, method, operation in operations:
        assert {"400", "429"} <= set(operation["responses"]), (path, method)
        for status, response in operation["responses"].items():
            assert "RateLimit-Remaining" in response["headers"], (path, method, status)


def test_every_reference_has_its_component(schema: Any) -> None:
    text = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", text):
        assert name in schema["components"][kind], (kind, name)


def test_the_account_endpoints_that_are_mounted_are_in_the_schema_and_no_others(
    ask: Ask, schema: Any
) -> None:
    accounts = [path for path in schema["paths"] if path.startswith("/api/auth/")]
    assert "/api/auth/app/v1/auth/login" in accounts
    assert not [path for path in accounts if "phone" in path or "account/email" in path]
    for path in accounts:
        assert ask().get(path).status_code != 404 or "authenticators" in path


def test_the_entrance_leads_to_what_is_there(ask: Ask) -> None:
    entrance = ask().get("/api/").json()
    assert entrance["car-models"] == "/api/car-models/" and entrance["docs"] == "/api/docs/"
    for path in entrance.values():
        assert ask().get(path).status_code in (200, 401)


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_readers_need_nothing_from_elsewhere_and_keep_a_strict_policy(
    ask: Ask, page: str
) -> None:
    answer = ask().get(f"/api/{page}/")
    text = answer.content.decode()
    assert answer.status_code == 200 and "http" not in text.replace("http-equiv", "")
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=", text)
    for path in re.findall(r'(?:src|href)="/static/([^"]+)"', text):
        assert finders.find(path), path
    policy = answer["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self'" and "default-src 'none'" in policy
    assert "'unsafe-inline'" not in ask().get("/api/")["Content-Security-Policy"]


def test_the_script_of_the_swagger_page_is_a_file_of_its_own(ask: Ask) -> None:
    page = ask().get("/api/docs/").content.decode()
    path = re.findall(r'<script src="(/api/docs/[^"]*)"', page)[0]
    script = ask().get(path)
    assert script["Content-Type"].startswith("application/javascript")
    assert b"schema.json" in script.content
