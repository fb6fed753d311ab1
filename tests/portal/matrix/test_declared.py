"""The table names every door with every method that it has, and nothing else."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, path, resolve, reverse
from django.views import View

from tests.portal.matrix.asking import Asking
from tests.portal.matrix.doors import ROWS
from tests.portal.matrix.resolving import ADMIN, complaints, doors, route_of
from tests.portal.matrix.table import Row, rows_of

pytestmark = pytest.mark.django_db

PATTERNS = get_resolver().url_patterns


class _Forgotten(View):
    def get(self, _request: HttpRequest) -> HttpResponse:
        """Something."""
        return HttpResponse()

    def delete(self, _request: HttpRequest) -> HttpResponse:
        """Something."""
        return HttpResponse()


def test_every_door_has_a_line_for_each_of_its_methods(matrix: Asking) -> None:
    assert complaints(PATTERNS, ROWS, matrix.world.ours) == []


def test_a_door_that_nobody_declared_is_noticed(matrix: Asking) -> None:
    patterns = [path("forgotten/<int:pk>/", _Forgotten.as_view()), *PATTERNS]
    assert complaints(patterns, ROWS, matrix.world.ours) == [
        "DELETE forgotten/<int:pk>/ is not declared",
        "GET forgotten/<int:pk>/ is not declared",
    ]


def test_a_method_that_nobody_declared_is_noticed(matrix: Asking) -> None:
    known = [row for row in ROWS if row.name != "DELETE /api/offers/{offer}/"]
    known = [row for row in known if row.name != "DELETE /api/offers/{filled_offer}/"]
    route = "api/offers/(?P<pk>[0-9]{1,18})/$"
    assert complaints(PATTERNS, known, matrix.world.ours) == [f"DELETE {route} is not declared"]


@pytest.mark.parametrize("line", ["GET /no/such/page/", "DELETE /car-models/", "GET /theme/"])
def test_a_line_about_nothing_is_noticed(matrix: Asking, line: str) -> None:
    rows = [*ROWS, *rows_of(f"{line} | 200")]
    assert complaints(PATTERNS, rows, matrix.world.ours) == [f"{line} is nowhere"]


def test_each_page_says_for_whom_it_is(matrix: Asking) -> None:
    lines: dict[str, list[Row]] = {}
    for row in ROWS:
        lines.setdefault(str(route_of(row, PATTERNS, matrix.world.ours)), []).append(row)
    pages = [door for door in doors(PATTERNS) if not door.route.startswith((ADMIN, "api/"))]
    for page in pages:
        sends_away = {row.answers["anon"] == "302" for row in lines[page.route]}
        hides = {row.answers["pers"] == "404" for row in lines[page.route]}
        whom = page.view.for_whom
        assert sends_away == {whom != "anybody"}, page.route
        assert whom != "staff" or hides == {True}, page.route


def test_log_in_stands_where_the_settings_say() -> None:
    assert resolve("/log-in/").view_name == settings.LOGIN_URL
    assert reverse(settings.LOGIN_URL) == "/log-in/"
