"""My memberships: what I see, and how I leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.accounts.services import invite_member, withdraw_invitation
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import parties_of
from tests.marketplace.factories import make_membership, make_showroom, make_supplier, make_user

pytestmark = pytest.mark.django_db

PAGE = "/account/memberships/"


def page_of(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def leave(membership: Membership) -> str:
    return f"{PAGE}{membership.pk}/leave/"


def test_each_membership_is_shown_with_its_role_and_leads_to_the_team(
    bob: User, bobs_client: Client
) -> None:
    corner = make_showroom(name="Corner", owner=bob)
    works = make_supplier(name="Works", owner=make_user())
    make_membership(user=bob, party=works, role=MemberRole.ANALYST)
    make_showroom(name="Elsewhere", owner=make_user())

    page = page_of(bobs_client)

    assert "Corner" in page and "Owner" in page and f"/{corner.pk}/" in page
    assert "Works" in page and "Analyst" in page and "Elsewhere" not in page


def test_who_acts_for_nobody_reads_what_to_do(bobs_client: Client) -> None:
    assert "You act for no showroom or supplier" in page_of(bobs_client)


def test_a_member_leaves_and_twice_is_harmless(bob: User, bobs_client: Client) -> None:
    membership = make_membership(user=bob, party=make_showroom(name="Corner", owner=make_user()))

    for _ in range(2):
        answer = bobs_client.post(leave(membership))
        assert (answer.status_code, answer["Location"]) == (303, PAGE)

    assert not parties_of(bob).exists()
    assert "You no longer act for Corner." in page_of(bobs_client)


def test_the_last_owner_stays_and_reads_why(bob: User, bobs_client: Client) -> None:
    corner = make_showroom(name="Corner", owner=bob)
    make_membership(party=corner, role=MemberRole.MANAGER)

    answer = bobs_client.post(leave(parties_of(bob).get()))

    assert answer.status_code == 422
    assert "Make somebody else an owner first" in answer.content.decode()
    assert parties_of(bob).exists()


def test_somebody_elses_membership_is_not_there(bobs_client: Client) -> None:
    others = make_membership(party=make_showroom(owner=make_user()))

    assert bobs_client.post(leave(others)).status_code == 404
    assert bobs_client.get(leave(others)).status_code == 404
    others.refresh_from_db()
    assert others.is_active


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999", "-1", "x", "%00"])
def test_a_membership_that_never_was_is_not_there(bobs_client: Client, pk: str) -> None:
    assert bobs_client.post(f"{PAGE}{pk}/leave/").status_code == 404


def test_leaving_takes_a_post_with_the_csrf_token(bob: User) -> None:
    membership = make_membership(user=bob, party=make_showroom(owner=make_user()))
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)

    assert client.get(leave(membership)).status_code == 200
    assert client.post(leave(membership)).status_code == 403
    assert parties_of(bob).exists()


def test_invitations_wait_for_a_confirmed_address_alone(bob: User, bobs_client: Client) -> None:
    now, ann = timezone.now(), make_user(username="ann")
    corner, works = make_showroom(name="Corner", owner=ann), make_supplier(name="Works", owner=ann)
    gone, closed = make_showroom(name="Gone", owner=ann), make_showroom(name="Closed", owner=ann)
    late = make_showroom(name="Late", owner=ann)
    for party, at in ((corner, now), (works, now), (closed, now), (late, now - timedelta(days=8))):
        invite_member(by=ann, party=party, email="BOB@example.com", role=MemberRole.MANAGER, at=at)
    withdrawn = invite_member(by=ann, party=gone, email=bob.email, role=MemberRole.OWNER, at=now)
    withdraw_invitation(by=ann, invitation=withdrawn, at=now)
    Party.objects.filter(pk=closed.pk).update(is_active=False)

    page = page_of(bobs_client)
    assert "Corner" in page and "Works" in page and "ann" in page
    assert not any(name in page for name in ("Gone", "Closed", "Late"))

    eve = Client()
    eve.force_login(make_user(username="eve", email=bob.email, confirmed=False))
    assert "Corner" not in page_of(eve) and "confirmed" in page_of(eve)


def test_the_page_costs_the_same_with_many_memberships(bob: User, bobs_client: Client) -> None:
    counts = []
    for size in (1, 10):
        for _ in range(size):
            make_membership(user=bob, party=make_showroom(owner=make_user()))
        page_of(bobs_client)
        with CaptureQueriesContext(connection) as asked:
            page_of(bobs_client)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_is_not_logged_in_logs_in_first(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/log-in/?next={PAGE}"
