"""Signing up as anything, and confirming the address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Invitation
from marketplace.accounts.rules import digest
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import Membership, User
from tests.marketplace.factories import PASSWORD, make_showroom, make_user
from tests.portal.web.account.conftest import Letter, LogIn, without_tokens

pytestmark = pytest.mark.django_db

NEW = {"email": "Ann@Example.com", "username": "ann", "password1": PASSWORD}
CONFIRM = NoticeKind.CONFIRM_ADDRESS


def test_a_customer_signs_up_and_is_logged_in(client: Client) -> None:
    answer = client.post("/sign-up/", NEW | {"joining_as": "customer"})

    ann = User.objects.get(username="ann")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session[SESSION_KEY] == str(ann.pk)
    assert ann.email == "ann@example.com" and ann.email_confirmed_at is None
    assert ann.customer.is_active and ann.check_password(PASSWORD)


@pytest.mark.parametrize("kind", ["showroom", "supplier"])
def test_a_founder_signs_up_with_a_party_of_their_own(client: Client, kind: str) -> None:
    client.post("/sign-up/", NEW | {"joining_as": kind, "party_name": "Bay Cars", "country": "PT"})

    membership = Membership.objects.get(user__username="ann")
    assert (membership.role, membership.party.kind) == (Membership.Role.OWNER, kind)
    assert (membership.party.name, membership.party.country) == ("Bay Cars", "PT")


def test_an_invited_person_signs_up_into_the_party_with_a_confirmed_address(client: Client) -> None:
    showroom, token = make_showroom(name="Bay Cars"), "the letter's secret"
    Invitation.objects.create(
        party=showroom,
        invited_by=make_user(username="olga"),
        email="ann@example.com",
        role=Membership.Role.ANALYST,
        token_digest=digest(token),
        expires_at=timezone.now() + timedelta(days=1),
    )

    page = client.get("/sign-up/", {"invitation": token})
    assert "olga invites you to Bay Cars" in page.content.decode()
    assert page.context["form"]["email"].value() == "ann@example.com"
    assert "confirmed already" in page.content.decode()
    client.post("/sign-up/", NEW | {"invitation": token})

    ann = User.objects.get(username="ann")
    assert ann.email_confirmed_at is not None
    assert Membership.objects.get(user=ann, party=showroom).role == Membership.Role.ANALYST


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "ann"}, "email"),
        ({"email": ""}, "email"),
        ({"username": ""}, "username"),
        ({"username": "BOB"}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"password1": "short7!"}, "password1"),
        ({"password1": "ann@example.com"}, "password1"),
        ({"joining_as": "showroom"}, "party_name"),
        ({"joining_as": "god"}, "joining_as"),
        ({"invitation": "made up"}, "__all__"),
    ],
)
def test_what_is_wrong_with_a_sign_up_is_said_at_its_field(
    client: Client, changed: dict[str, str], field: str
) -> None:
    make_user(username="bob")

    answer = client.post("/sign-up/", NEW | {"joining_as": "customer"} | changed)

    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not User.objects.filter(email="ann@example.com").exists()
    assert "autofocus" in answer.content.decode() and PASSWORD not in answer.content.decode()


def test_signing_up_with_a_known_address_looks_like_signing_up_with_a_new_one() -> None:
    make_user(username="bob", email="bob@example.com")
    answers = []
    for email, name in (("bob@example.com", "known-one"), ("new@example.com", "fresh-one")):
        client = Client()
        sent = client.post("/sign-up/", NEW | {"email": email, "username": name})
        page = client.get("/confirm-email/").content.decode()
        page = without_tokens(page).replace(email, "E-MAIL").replace(name, "NAME")
        page = re.sub(r'value="\d+"', "", page)  # the number of one's own new party
        answers.append((sent.status_code, sent["Location"], page))
    assert answers[0] == answers[1]


def test_the_letter_confirms_the_address_by_a_button(client: Client, letter: Letter) -> None:
    client.post("/sign-up/", NEW)
    path = str(letter(CONFIRM, "ann@example.com").values["path"])

    page = client.get(path)
    assert page.status_code == 200 and "Yes, confirm it" in page.content.decode()
    assert User.objects.get(username="ann").email_confirmed_at is None

    assert client.post(path).status_code == 302
    assert User.objects.get(username="ann").email_confirmed_at is not None


def test_a_confirming_link_works_once_and_says_so_in_the_other_window(
    client: Client, letter: Letter
) -> None:
    client.post("/sign-up/", NEW)
    path = str(letter(CONFIRM, "ann@example.com").values["path"])
    client.post(path)

    for answer in (client.post(path), client.get(path)):
        assert answer.status_code == 404
        assert "This link is no longer good" in answer.content.decode()


def test_a_confirming_link_grows_old(client: Client, letter: Letter) -> None:
    client.post("/sign-up/", NEW)
    path = str(letter(CONFIRM, "ann@example.com").values["path"])

    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert client.post(path).status_code == 404
    assert User.objects.get(username="ann").email_confirmed_at is None


def test_a_confirming_link_is_dead_once_the_address_was_changed(
    client: Client, letter: Letter
) -> None:
    client.post("/sign-up/", NEW)
    path = str(letter(CONFIRM, "ann@example.com").values["path"])
    User.objects.filter(username="ann").update(email="ann@elsewhere.example")

    client.post(path)

    assert User.objects.get(username="ann").email_confirmed_at is None


def test_a_link_opened_by_somebody_else_confirms_and_logs_them_out(
    client: Client, letter: Letter, bobs_client: Client
) -> None:
    client.post("/sign-up/", NEW)
    path = str(letter(CONFIRM, "ann@example.com").values["path"])

    bobs_client.get(path)
    assert SESSION_KEY not in bobs_client.session
    bobs_client.post(path)

    assert User.objects.get(username="ann").email_confirmed_at is not None
    assert SESSION_KEY not in bobs_client.session


def test_another_letter_is_sent_when_asked_for_but_not_too_soon(
    client: Client, log_in: LogIn
) -> None:
    make_user(username="una", confirmed=False)
    log_in(client, "una")

    said = [client.post("/confirm-email/again/", follow=True) for _time in range(2)]

    assert Email.objects.filter(kind=CONFIRM, to="una@example.com").count() == 1
    assert "A letter to una@example.com is on its way" in said[0].content.decode()
    assert "You can ask for another in 3 minutes" in said[1].content.decode()


def test_nobody_confirms_twice(bobs_client: Client) -> None:
    page = bobs_client.post("/confirm-email/again/", follow=True).content.decode()
    assert "confirmed already" in page and not Email.objects.filter(kind=CONFIRM).exists()
    assert "Your address is confirmed" in bobs_client.get("/confirm-email/").content.decode()


def test_a_letter_is_sent_again_only_to_who_is_logged_in(client: Client) -> None:
    assert client.post("/confirm-email/again/")["Location"].startswith("/log-in/?next=")
    assert client.get("/confirm-email/").status_code == 200
