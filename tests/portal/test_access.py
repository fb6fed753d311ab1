"""Acting as a party: one's own parties open, anybody else's do not exist."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views import View

from marketplace.parties.models import Party, User
from portal.access import ActsAs, Role
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db


class _Showroom(ActsAs(Role.SHOWROOM), View):  # type: ignore[misc]  # made by a factory
    def get(self, _request: HttpRequest, party_id: int) -> HttpResponse:
        assert self.actor.pk == party_id
        return HttpResponse(type(self.actor).__name__)

    post = get


class _Customer(ActsAs(Role.CUSTOMER), View):  # type: ignore[misc]  # made by a factory
    def get(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse(self.actor.name)


def _ask(user: User | AnonymousUser, party: Party, method: str = "get") -> HttpResponse:
    request = getattr(RequestFactory(), method)("/somewhere/")
    request.user = user
    return _Showroom.as_view()(request, party_id=party.pk)


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_a_member_acts_for_the_showroom(role: str) -> None:
    showroom = make_showroom()
    member = make_membership(party=showroom, role=role).user
    assert _ask(member, showroom).content == _ask(member, showroom, "post").content == b"Showroom"


def test_an_analyst_reads_and_does_not_write() -> None:
    showroom = make_showroom()
    analyst = make_membership(party=showroom, role="analyst").user

    assert _ask(analyst, showroom).status_code == 200
    with pytest.raises(PermissionDenied):
        _ask(analyst, showroom, "post")


def test_anybody_elses_showroom_does_not_exist() -> None:
    mine, other, supplier = make_showroom(), make_showroom(), make_supplier()
    closed, user = make_showroom(is_active=False), make_user()
    for party in (mine, supplier, closed):
        make_membership(user=user, party=party)
    make_membership(user=user, party=other, is_active=False)

    for party in (other, supplier, closed):
        with pytest.raises(Http404):
            _ask(user, party)


def test_a_stranger_is_sent_to_log_in_whether_it_exists_or_not() -> None:
    answer = _ask(AnonymousUser(), make_showroom())
    assert answer.status_code == 302 and answer["Location"] == "/log-in/?next=/somewhere/"


def test_a_customer_acts_as_themselves_and_nobody_else_does() -> None:
    request = RequestFactory().get("/")
    request.user = make_customer(name="Ann").user
    assert _Customer.as_view()(request).content == b"Ann"

    request.user = make_user()
    with pytest.raises(Http404):
        _Customer.as_view()(request)
