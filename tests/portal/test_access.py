"""Acting as a party: one's own parties open, anybody else's do not exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views import View
from pytest_django import DjangoAssertNumQueries

from marketplace.parties.models import Party, User
from marketplace.parties.rules import MemberRole
from portal.access import HAT_KEY, ActsAs, ActsForParty, Role, hat_of, hats_worn_by
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


class _Team(ActsForParty):
    writing_roles = frozenset({MemberRole.OWNER})

    def get(self, request: HttpRequest, party_id: int) -> HttpResponse:
        assert (self.membership.party_id, self.membership.user) == (party_id, request.user)
        return HttpResponse(self.member_role)

    post = put = patch = delete = get


def _ask_team(user: User | AnonymousUser, party_id: int, method: str = "get") -> HttpResponse:
    request = getattr(RequestFactory(), method)("/somewhere/")
    request.user = user
    return _Team.as_view()(request, party_id=party_id)


@pytest.mark.parametrize("make", [make_showroom, make_supplier])
@pytest.mark.parametrize("role", ["owner", "manager", "analyst"])
def test_every_member_reads_and_only_the_writing_role_writes(
    make: Callable[[], Party], role: str
) -> None:
    party = make()
    member = make_membership(party=party, role=role).user

    for method in ("get", "head", "options"):
        assert _ask_team(member, party.pk, method).status_code == 200
    for method in ("post", "put", "patch", "delete"):
        if role == "owner":
            assert _ask_team(member, party.pk, method).content == b"owner"
        else:
            with pytest.raises(PermissionDenied):
                _ask_team(member, party.pk, method)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_party_one_is_no_member_of_does_not_exist(method: str) -> None:
    user, other = make_user(is_staff=True, is_superuser=True), make_showroom(owner=make_user())
    closed, left = make_showroom(is_active=False), make_showroom()
    make_membership(user=user, party=closed)
    make_membership(user=user, party=left, is_active=False)
    customer = make_customer(user=user)

    for key in (other.pk, closed.pk, left.pk, customer.pk, 0, 10**30):
        with pytest.raises(Http404):
            _ask_team(user, key, method)
    assert _ask_team(AnonymousUser(), other.pk, method).status_code == 302


def _request(user: User | AnonymousUser, worn: object = None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    if worn is not None:
        request.session[HAT_KEY] = worn
    return request


def test_the_hat_is_the_chosen_one_or_else_the_first() -> None:
    customer = make_customer(name="Ann")
    werk = make_membership(user=customer.user, party=make_supplier(name="Werk")).party

    first, chosen = hat_of(_request(customer.user)), hat_of(_request(customer.user, werk.pk))

    assert first and (first.party_id, first.role) == (customer.pk, None)
    assert chosen and (chosen.party_id, chosen.role) == (werk.pk, MemberRole.OWNER)


def test_a_hat_is_never_one_that_the_person_does_not_have() -> None:
    customer, others = make_customer(), make_showroom(owner=make_user())
    left = make_membership(user=customer.user, party=make_showroom(), is_active=False).party

    for worn in (others.pk, left.pk, "nonsense", -1):
        hat = hat_of(_request(customer.user, worn))
        assert hat and hat.party_id == customer.pk
    assert hat_of(_request(make_user(), others.pk)) is None


def test_the_hats_are_asked_for_once_a_request_and_never_for_nobody(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    request = _request(make_customer().user)
    with django_assert_num_queries(1):
        assert hats_worn_by(request) is hats_worn_by(request)
        hat_of(request)
    with django_assert_num_queries(0):
        assert hat_of(_request(AnonymousUser(), 1)) is None
