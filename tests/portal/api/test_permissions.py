"""What is declared is what is enforced, and nothing is undeclared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from marketplace.parties.models import Party, User
from portal.api import urls
from portal.api.permission_table import permission_table
from portal.api.permissions import Hat, Nobody
from portal.api.resources import Resource
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_superuser,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


def _views(patterns: list[Any]) -> list[Any]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += _views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            found.append(pattern.callback)
    return found


def test_every_address_says_for_whom_it_is() -> None:
    for view in _views(urls.urlpatterns):
        assert getattr(getattr(view, "cls", view), "for_whom", None), view


def test_every_act_with_an_address_is_declared_and_every_declared_one_has_an_address() -> None:
    acts: dict[type[Resource], set[str]] = {}
    for view in _views(urls.urlpatterns):
        if issubclass(getattr(view, "cls", APIView), Resource):
            acts.setdefault(view.cls, set()).update(view.actions.values())
    assert acts == {view: set(view.for_whom) for view in acts}
    assert set(acts) == {resource for _, resource, _ in urls.EVERY_RESOURCE}


def test_a_view_that_declares_nothing_is_shut(problem: Read) -> None:
    class Forgotten(APIView):
        def get(self, _request: HttpRequest) -> None:
            raise AssertionError("open")

    assert Forgotten.permission_classes == [Nobody]
    answer = Forgotten.as_view()(APIRequestFactory().get("/"))
    assert answer.status_code == 401


def test_an_undeclared_act_is_for_nobody() -> None:
    class Gap(Resource):
        for_whom = {}

        def list(self, _request: HttpRequest) -> None:
            raise AssertionError("open")

    request = APIRequestFactory().get("/")
    request.user = make_superuser()
    assert Gap.as_view({"get": "list"})(request).status_code == 403


def _person(hat: Hat, party: Party, supplier: Party) -> User | None:
    """Somebody with the hat: a showroom's in the party, a supplier's in the supplier."""
    if hat == Hat.ANONYMOUS:
        return None
    if hat == Hat.PERSON:
        return make_user()
    if hat == Hat.STAFF:
        return make_superuser()
    if hat == Hat.CUSTOMER:
        return make_customer().user
    kind, role = hat.split()
    return make_membership(party=party if kind == "showroom" else supplier, role=role).user


_READ = {Hat.SHOWROOM_OWNER: 200, Hat.SHOWROOM_MANAGER: 200, Hat.SHOWROOM_ANALYST: 200}
_WRITE = {Hat.SHOWROOM_OWNER: 200, Hat.SHOWROOM_MANAGER: 200, Hat.SHOWROOM_ANALYST: 403}


@pytest.mark.parametrize("hat", Hat)
def test_each_hat_reads_and_writes_a_policy_as_declared(ask: Ask, hat: Hat) -> None:
    showroom, supplier = make_showroom(), make_supplier()
    client = ask(_person(hat, showroom, supplier))
    stranger = 401 if hat == Hat.ANONYMOUS else 404
    path = f"/api/showrooms/{showroom.pk}/policy/"

    assert client.get(path).status_code == _READ.get(hat, stranger)
    assert client.patch(path, {"cover_days": 20}).status_code == _WRITE.get(hat, stranger)
    for other in (make_showroom(), supplier, make_showroom(is_active=False)):
        path = f"/api/showrooms/{other.pk}/policy/"
        assert client.get(path).status_code == stranger
        assert client.patch(path, {"cover_days": 20}).status_code == stranger
    assert client.get("/api/showrooms/987654321/policy/").status_code == stranger


def test_a_membership_that_ended_opens_nothing(ask: Ask, problem: Read) -> None:
    showroom = make_showroom()
    former = make_membership(party=showroom, is_active=False).user
    assert problem(ask(former).get(f"/api/showrooms/{showroom.pk}/policy/"))[0] == 404


@pytest.mark.parametrize("hat", [hat for hat in Hat if hat != Hat.STAFF])
def test_jobs_are_for_staff(ask: Ask, hat: Hat) -> None:
    client = ask(_person(hat, make_showroom(), make_supplier()))
    refused = 401 if hat == Hat.ANONYMOUS else 403
    assert client.get("/api/jobs/").status_code == refused
    assert client.post("/api/jobs/match-offers/run/").status_code == refused


def test_the_page_about_permissions_is_up_to_date() -> None:
    call_command("permissions", "--check")


def test_the_page_shows_what_is_declared() -> None:
    table = permission_table(urls.EVERY_RESOURCE)
    assert "| policy | partial update | – | – | – | yes | yes | – | – | – | – | – |" in table
