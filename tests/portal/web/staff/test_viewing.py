"""Viewing as another person: everything is seen as that person sees it, and nothing can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from marketplace.accounts.models import Invitation, Viewing
from marketplace.parties.models import Customer, Membership, User
from portal.web.viewing import CLOSED, VIEWING_KEY
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_superuser,
    make_user,
)
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db

END = "/staff/viewing/end/"


def _begin(client: Client, person: User, reason: str = "Ticket 7") -> HttpResponse:
    return client.post(f"/staff/people/{person.pk}/view-as/", {"reason": reason})


def _name_in_the_bar(client: Client) -> str:
    page = client.get("/showrooms/").content.decode()
    return page.split('class="menu-name"><b>')[1].split("</b>")[0]


def test_an_administrator_sees_what_the_person_sees_and_is_told_so(
    viewer: Client, person: User
) -> None:
    party = person.memberships.get().party

    page = viewer.get(f"/team/{party.pk}/").content.decode()

    until = Viewing.objects.get().expires_at.strftime("%H:%M")
    assert f"You see the portal as <b>bob</b>, read only, until {until} UTC." in page
    assert "Team of Autohaus" in page and "Bob&#x27;s garage" in page
    assert "Monitor" not in page
    assert viewer.get("/staff/people/").status_code == 404


def test_who_looked_at_whom_and_why_is_kept(viewer: Client, person: User) -> None:
    viewing = Viewing.objects.get()
    assert (viewing.administrator.username, viewing.person) == ("boss", person)
    assert (viewing.reason, viewing.ended_at) == ("Ticket 7", None)

    assert viewer.post(END).status_code == 303
    viewing.refresh_from_db()
    assert viewing.ended_at is not None

    listed = viewer.get("/admin/accounts/viewing/").content.decode()
    assert "Ticket 7" in listed and "bob" in listed
    changed = viewer.post(f"/admin/accounts/viewing/{viewing.pk}/change/", {"reason": "Forgotten"})
    assert changed.status_code == 403


def test_stopping_makes_the_administrator_themselves_again(viewer: Client) -> None:
    assert _name_in_the_bar(viewer) == "bob"

    answer = viewer.post(END)

    assert (answer.status_code, answer["Location"]) == (303, "/staff/people/")
    page = viewer.get("/staff/people/").content.decode()
    assert "You see the portal as yourself again." in page and "read only" not in page
    assert _name_in_the_bar(viewer) == "boss"
    assert viewer.post(END).status_code == 303  # harmless twice


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x00b"])
def test_a_viewing_needs_a_reason(admin_client: Client, person: User, reason: str) -> None:
    answer = _begin(admin_client, person, reason)
    assert answer.status_code == 422 and b"autofocus" in answer.content
    assert not Viewing.objects.exists() and VIEWING_KEY not in admin_client.session


@pytest.mark.parametrize(
    "fields", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
)
def test_staff_and_closed_accounts_cannot_be_viewed(
    admin_client: Client, fields: dict[str, bool]
) -> None:
    answer = _begin(admin_client, make_user(**fields))
    assert answer.status_code == 422
    assert "You may not view the portal as this person." in answer.content.decode()
    assert not Viewing.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_staff_can_view(client: Client, person: User, method: str) -> None:
    path = f"/staff/people/{person.pk}/view-as/"
    assert getattr(client, method)(path)["Location"] == f"/log-in/?next={path}"
    for other in (make_customer().user, make_membership(party=make_showroom()).user, person):
        client.force_login(other)
        assert getattr(client, method)(path).status_code == 404
    assert not Viewing.objects.exists()


@pytest.mark.parametrize("key", ["0", "9" * 30, "abc"])
def test_nobody_is_viewed_who_does_not_exist(admin_client: Client, key: str) -> None:
    assert admin_client.get(f"/staff/people/{key}/view-as/").status_code == 404


# What is refused


def _refused(answer: HttpResponse) -> bool:
    text = answer.content.decode()
    return answer.status_code == HTTPStatus.FORBIDDEN and "view" in text.lower()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_every_kind_of_write_is_refused(viewer: Client, method: str) -> None:
    paths = [
        "/",
        "/account/",
        "/account/hat/",
        "/account/changes/email/",
        "/language/",
        "/log-in/",
        "/staff/monitor/",
        "/api/car-models/",
        "/api/auth/app/v1/auth/login",
        "/no-such-page/",
    ]
    assert [path for path in paths if not _refused(getattr(viewer, method)(path))] == []


def test_a_page_that_is_open_is_told_why_nothing_happened(viewer: Client, ask_partial: Ask) -> None:
    team = f"/team/{Membership.objects.get().party_id}/"
    invite = {"act": "invite", "email": "new@example.com", "role": "analyst"}

    answer = ask_partial(viewer, team, "team", data=invite)

    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (403, "true", b"")
    assert "nothing can be changed" in viewer.get(team).content.decode()
    assert not Invitation.objects.exists()


def test_what_a_viewer_sends_has_no_effect(viewer: Client, person: User) -> None:
    membership = person.memberships.get()
    team = f"/team/{membership.party_id}/"
    invite = {"act": "invite", "id": membership.party_id, "email": "x@example.com", "role": "owner"}

    assert _refused(viewer.post(team, invite))
    assert _refused(viewer.post(f"/account/memberships/{membership.pk}/leave/"))
    assert _refused(viewer.post(f"/staff/people/{person.pk}/view-as/", {"reason": "again"}))

    assert Membership.objects.active().filter(user=person).exists()
    assert Viewing.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "head", "options", "post"])
def test_what_guards_the_account_is_not_even_seen(viewer: Client, method: str) -> None:
    statuses = {prefix: getattr(viewer, method)(prefix).status_code for prefix in CLOSED}
    assert statuses == dict.fromkeys(CLOSED, 403)


def _guards() -> Iterator[str]:
    """The address of every door that guards an account, by the name that allauth has for it."""
    for name, ways in get_resolver().reverse_dict.lists():
        is_guard = isinstance(name, str) and re.match(
            r"mfa_(?!login)|usersessions|account_(reauth|reset|set_pass|change)", name
        )
        if is_guard:
            yield from ("/" + way[0][0][0] for way in ways)


def test_no_door_that_guards_an_account_was_forgotten() -> None:
    doors = list(_guards())
    assert len(doors) > 10
    assert [door for door in doors if not door.startswith(CLOSED)] == []


def test_the_refusal_offers_the_way_out(viewer: Client) -> None:
    page = viewer.post("/account/hat/").content.decode()
    assert f'action="{END}"' in page and "nothing can be changed" in page


def test_a_page_that_would_write_when_it_is_read_is_refused(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writes(*_args: object, **_kwargs: object) -> dict[str, object]:
        Customer.objects.update(name="Somebody else")
        return {}

    monkeypatch.setattr("portal.web.public.home.HomePage.get_context", writes)

    assert _refused(viewer.get("/"))

    assert Customer.objects.get().name == "Bob's garage"


@pytest.mark.parametrize("path", ["/", "/showrooms/", "/account/", "/account/memberships/"])
def test_reading_writes_nothing_but_the_administrators_own_session(
    viewer: Client, person: User, path: str
) -> None:
    viewer.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert viewer.get(path).status_code == 200
    writes = [
        query["sql"]
        for query in asked.captured_queries
        if re.match(r"INSERT|UPDATE|DELETE", query["sql"])
    ]
    assert all("usersessions_usersession" in sql for sql in writes)
    assert not UserSession.objects.filter(user=person).exists()


def test_the_persons_sessions_are_left_alone(admin_client: Client, person: User) -> None:
    own = Client(headers={"User-Agent": "Bob's own"})
    own.force_login(person)
    own.get("/")
    before = list(UserSession.objects.filter(user=person).values())

    _begin(admin_client, person)
    admin_client.get("/showrooms/")
    admin_client.post(END)

    assert list(UserSession.objects.filter(user=person).values()) == before
    person.refresh_from_db()
    assert before and person.last_login == User.objects.get(pk=person.pk).last_login
    assert own.get("/").status_code == 200 and SESSION_KEY in own.session


# How it ends


@pytest.fixture(name="late")
def _late(viewer: Client) -> Client:
    """The same browser after half an hour."""
    Viewing.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return viewer


def test_after_half_an_hour_it_is_over(late: Client) -> None:
    page = late.get("/showrooms/").content.decode()
    assert "the viewing is over" in page and "read only" not in page
    assert _name_in_the_bar(late) == "boss" and VIEWING_KEY not in late.session


def test_what_was_sent_too_late_is_not_done_in_the_administrators_name(late: Client) -> None:
    boss = User.objects.get(username="boss")
    party = make_membership(user=boss, party=make_showroom()).party
    invite = {"act": "invite", "id": party.pk, "email": "x@example.com", "role": "owner"}

    assert _refused(late.post(f"/team/{party.pk}/", invite))

    assert not party.invitations.exists()
    assert late.post(f"/team/{party.pk}/", invite).status_code == 303


def test_a_partial_asked_for_too_late_reloads_the_whole_page(
    late: Client, ask_partial: Ask
) -> None:
    answer = ask_partial(late, "/", "live-figures")
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")


@pytest.mark.parametrize("path", [END, "/log-out/"])
def test_stopping_and_logging_out_too_late_work(late: Client, path: str) -> None:
    assert late.post(path).status_code in (302, 303)
    assert VIEWING_KEY not in late.session


@pytest.mark.parametrize("loss", [{"is_staff": False, "is_superuser": False}, {"is_active": False}])
def test_it_ends_when_the_administrator_is_one_no_longer(
    viewer: Client, loss: dict[str, bool]
) -> None:
    User.objects.filter(username="boss").update(**loss)
    assert "<b>bob</b>" not in viewer.get("/showrooms/").content.decode()
    assert viewer.get("/staff/people/").status_code != 200


@pytest.mark.parametrize(
    "change", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
)
def test_it_ends_when_the_person_may_be_viewed_no_longer(
    viewer: Client, change: dict[str, bool]
) -> None:
    User.objects.filter(username="bob").update(**change)
    assert _name_in_the_bar(viewer) == "boss"


def test_logging_out_logs_the_administrator_out_and_ends_the_viewing(
    viewer: Client, person: User
) -> None:
    answer = viewer.post("/log-out/")

    assert answer.status_code in (302, 303)
    assert SESSION_KEY not in viewer.session and VIEWING_KEY not in viewer.session
    assert Viewing.objects.get().ended_at is not None
    assert not UserSession.objects.filter(user=person).exists()


def test_somebody_elses_viewing_is_worth_nothing(viewer: Client, person: User) -> None:
    other = Client()
    other.force_login(make_superuser(username="second"))
    session = other.session
    session[VIEWING_KEY] = Viewing.objects.get().pk
    session.save()

    assert _name_in_the_bar(other) == "second"
    assert _name_in_the_bar(viewer) == person.username


def test_forms_from_before_and_after_a_viewing_are_void(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_superuser(username="boss"))

    def token(path: str) -> str:
        page = client.get(path).content.decode()
        return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    before = token("/staff/people/")
    begin = {"reason": "Ticket 7", "csrfmiddlewaretoken": before}
    assert client.post(f"/staff/people/{person.pk}/view-as/", begin).status_code == 303
    persons = token("/showrooms/")
    assert client.post(END, {"csrfmiddlewaretoken": before}).status_code == 403
    assert _name_in_the_bar(client) == "bob"
    assert client.post(END, {"csrfmiddlewaretoken": persons}).status_code == 303

    late = client.post("/account/hat/", {"csrfmiddlewaretoken": persons})
    assert late.status_code == 403 and "out of date" in late.content.decode()


def test_nothing_seen_stays_in_the_browsers_cache(viewer: Client) -> None:
    assert "no-store" in viewer.get("/showrooms/")["Cache-Control"]
