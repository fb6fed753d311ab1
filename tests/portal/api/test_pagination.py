"""Lists come in parts, in one order, and each part says where the next one is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet
from rest_framework import mixins, serializers
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory

from marketplace.catalog.models import CarModel
from portal.api.filtering import Filters
from portal.api.pagination import Feed
from portal.api.permissions import EVERYBODY
from portal.api.resources import Resource
from tests.marketplace.factories import NOW, make_car_model

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]


def test_pages_follow_each_other_by_relative_links_and_overlap_nowhere(ask: Ask) -> None:
    made = {make_car_model(power_hp=100).pk for _ in range(7)}
    path, seen = "/api/car-models/?ordering=power_hp&page_size=3", []
    while path:
        page = ask().get(path, headers={"X-Forwarded-Host": "evil.example"}).json()
        assert page["count"] == 7
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
        assert path is None or path.startswith("/api/car-models/?")
    assert len(seen) == 7 and set(seen) == made
    assert page["previous"].startswith("/api/car-models/?")


def test_a_page_has_25_rows_unless_asked_and_never_more_than_100(ask: Ask) -> None:
    for _ in range(27):
        make_car_model()
    assert len(ask().get("/api/car-models/").json()["results"]) == 25
    assert len(ask().get("/api/car-models/?page_size=100").json()["results"]) == 27


class _Serializer(serializers.ModelSerializer[CarModel]):
    class Meta:
        model = CarModel
        fields = ["id"]


class _News(mixins.ListModelMixin, Resource):
    """Car models as a feed."""

    for_whom = {"list": EVERYBODY}
    serializer_class = _Serializer
    pagination_class = Feed
    filter_backends = [Filters]

    def get_queryset(self) -> QuerySet[Any]:
        return CarModel.objects.active()


def _read(query: str) -> Response:
    view = _News.as_view({"get": "list"})
    response: Response = view(APIRequestFactory().get(f"/news/?{query}")).render()
    return response


def test_a_feed_is_not_shifted_by_what_arrives_meanwhile() -> None:
    old = [make_car_model(created_at=NOW).pk for _ in range(5)]
    first = _read("page_size=2").data
    make_car_model()
    second = _read(first["next"].partition("?")[2]).data
    third = _read(second["next"].partition("?")[2]).data
    seen = [row["id"] for part in (first, second, third) for row in part["results"]]
    assert seen == old[::-1]
    assert third["next"] is None and first["next"].startswith("/news/?")


@pytest.mark.parametrize(
    "cursor",
    ["x", base64.b64encode(b"p=abc").decode(), base64.b64encode(b"p=%00").decode(),
     base64.b64encode(b"o=-5&p=1").decode(),
     base64.b64encode(b"r=1&p=2026-13-45").decode(), base64.b64encode(b"p=\xff\xff").decode()],
)  # fmt: skip
def test_a_made_up_cursor_is_a_404(cursor: str) -> None:
    make_car_model()
    assert _read(f"cursor={cursor}").status_code == 404


@pytest.mark.parametrize("query", ["ordering=id", "page=1", "page_size=0"])
def test_a_feed_has_an_order_and_no_numbered_pages(query: str) -> None:
    assert _read(query).status_code == 400


def test_a_cursor_beyond_all_rows_has_nothing_before_it() -> None:
    newest = make_car_model()
    far = base64.b64encode(b"p=" + b"9" * 30).decode()
    answer = _read(f"cursor={far}")
    assert answer.status_code == 200
    assert answer.data["results"] in ([], [{"id": newest.pk}])
