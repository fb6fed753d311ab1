"""Viewing as another person through the API: seen as that person sees it, and nothing done."""

from __future__ import annotations

import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.parties.models import User
from portal.api.authentication import PageAuthentication
from portal.web.viewing import ViewingMiddleware

pytestmark = pytest.mark.django_db


def test_the_api_refuses_writes_as_a_problem(viewer: Client) -> None:
    answer = viewer.post("/api/car-models/", "{}", content_type="application/json")

    problem = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert (problem["code"], problem["status"], problem["errors"]) == (
        "viewing_is_read_only",
        403,
        [],
    )


def test_the_api_takes_the_person_for_the_visitor(viewer: Client, rf: object) -> None:
    class WhoAmI(APIView):
        authentication_classes = [PageAuthentication]
        permission_classes = []
        throttle_classes = []

        def get(self, request: Request) -> Response:
            return Response({"name": request.user.username})

    def answered(request: HttpRequest) -> HttpResponse:
        return WhoAmI.as_view()(request)

    request = rf.get("/api/somewhere/")  # type: ignore[attr-defined]
    request.session, request.user = viewer.session, User.objects.get(username="boss")

    assert ViewingMiddleware(answered)(request).data == {"name": "bob"}  # type: ignore[attr-defined]
