"""The admin: staff alone comes in, only with permissions further, and none of its pages breaks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import get_resolver

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.resolving import ADMIN, doors

pytestmark = pytest.mark.django_db

ROUTES = sorted({door.route for door in doors(get_resolver().url_patterns)
                 if door.route.startswith(ADMIN)})  # fmt: skip
MODELS = {f"{ADMIN}{model._meta.label_lower.replace('.', '/')}/": model
          for model in admin.site._registry}  # fmt: skip

#: Of which staff needs no permission: the list of what one may, and pages about oneself.
_FOR_ALL_STAFF = {"admin/", "admin/login/", "admin/logout/", "admin/jsi18n/"}
_STRANGERS = ("anon", "cust", "unco")


@pytest.mark.parametrize("route", ROUTES)
def test_strangers_are_sent_away_from_the_admin(matrix: Asking, route: str) -> None:
    for asker in _STRANGERS:
        for method in ("GET", "POST"):
            answer = matrix.ask(asker, method, _path(route))
            expected = {"302", "go"} if asker == "anon" else {"302", "go", "403", "404"}
            if route in ("admin/jsi18n/", "admin/logout/"):
                expected |= {"200", "405"}
            assert answer.said in expected, (asker, method)
            assert not answer.has_changed or route == "admin/logout/"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.startswith(tuple(MODELS))])
def test_staff_without_permissions_sees_no_record(matrix: Asking, route: str) -> None:
    for method in ("GET", "POST"):
        answer = matrix.ask("clrk", method, _path(route))
        assert answer.said in {"403", "go", "405"} and not answer.has_changed
        if answer.said == "go":  # from the old address of a record's page, or if there is none
            assert answer.response["Location"].endswith(("/change/", "/admin/"))


@pytest.mark.parametrize("route", ROUTES)
def test_an_administrator_breaks_no_page(matrix: Asking, route: str) -> None:
    answer = matrix.ask("admi", "GET", _path(route))
    assert answer.said in {"200", "go", "403", "404", "405"} and not answer.has_changed


@pytest.mark.parametrize("route", MODELS)
def test_an_administrator_sees_every_list_and_its_records(matrix: Asking, route: str) -> None:
    assert matrix.ask("admi", "GET", f"/{route}").said == "200"
    if (record := _record(MODELS[route])) is not None:
        assert matrix.ask("admi", "GET", f"/{route}{record}/change/").said == "200"


def _path(route: str) -> str:
    """An address for the route, of a record that there is, if there is one."""
    model = next((MODELS[place] for place in MODELS if route.startswith(place)), None)
    record = str((model and _record(model)) or 1)
    path = re.sub(r"<(\w+:)?\w+>", record, route)
    path = re.sub(r"\(\?P<app_label>[^)]*\)", "parties", path)
    return "/" + re.sub(r"\(\?P<url>[^)]*\)", "no-such-page", path).rstrip("$")


def _record(model: type[Model]) -> Any:
    return model._base_manager.order_by("pk").values_list("pk", flat=True).first()
