"""Letters whose reader, account or address is no longer what it was when they were written."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import Invitation
from marketplace.accounts.services import invite_member
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import Membership, Party, User
from marketplace.parties.rules import MemberRole
from marketplace.trading.services.leaving import leave_market
from tests.marketplace.factories import PASSWORD, make_showroom, make_user
from tests.portal.web.account.conftest import Letter, LogIn

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "eleven purple trams"
CONFIRM = NoticeKind.CONFIRM_ADDRESS


@pytest.fixture(name="una")
def _una(db: None) -> User:
    """Somebody who has not confirmed her address."""
    del db
    return make_user(username="una", confirmed=False)


def logged_in(user: User) -> Client:
    """A browser in which the person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def is_confirmed(user: User) -> bool:
    """Whether the present address is confirmed."""
    user.refresh_from_db()
    return user.email_confirmed_at is not None


def send_letter(user: User) -> str:
    """Have the letter sent that confirms the address; the path in it."""
    logged_in(user).post("/confirm-email/again/")
    return str(Email.objects.filter(kind=CONFIRM, to=user.email).latest("pk").values["path"])


def move(user: User, address: str) -> None:
    """Change the person's address on the page, by the code that goes to the new one."""
    client, path = logged_in(user), "/account/changes/email/"
    client.post(path, {"email": address, "current_password": PASSWORD})
    code = Email.objects.filter(kind=NoticeKind.CHANGE_CODE, to=address).latest("pk").values["code"]
    assert client.post(path, {"code": code}).status_code == 303
    user.refresh_from_db()


def choose(client: Client, link: str, password: str = NEW_PASSWORD) -> int:
    """Follow a reset link to its form and send it; the status of the answer."""
    form = client.get(link, follow=True)
    if form.status_code != 200:
        assert "This link is no longer good" in form.content.decode()
        return form.status_code
    new = {"password1": password, "password2": password}
    return client.post(form.request["PATH_INFO"], new).status_code


def ask_for_reset(letter: Letter, to: str = "bob@example.com") -> str:
    """Ask for a new password; the path in the letter."""
    Client().post("/password/reset/", {"email": to})
    return str(letter(NoticeKind.PASSWORD_RESET, to).values["path"])


def test_a_confirming_link_works_for_who_is_not_logged_in_and_logs_nobody_in(una: User) -> None:
    client = Client()
    path = send_letter(una)

    assert "Is this your address?" in client.get(path).content.decode()
    assert client.post(path).status_code == 302

    assert is_confirmed(una) and SESSION_KEY not in client.session


def test_either_of_two_confirming_letters_confirms_and_then_neither(una: User) -> None:
    first = send_letter(una)
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        second = send_letter(una)
        assert Client().post(first).status_code == 302 and is_confirmed(una)
        for path in (first, second):
            answer = Client().post(path)
            assert answer.status_code == 404
            assert "This link is no longer good" in answer.content.decode()


def test_a_confirming_link_is_dead_for_another_address_and_when_the_first_is_back(
    una: User,
) -> None:
    path = send_letter(una)
    move(una, "una@elsewhere.example")
    confirmed_at = una.email_confirmed_at
    assert Client().post(path).status_code == 404
    move(una, "una@example.com")
    assert Client().post(path).status_code == 404
    assert una.email_confirmed_at != confirmed_at


def test_a_confirming_link_of_a_closed_account_confirms_nothing(una: User) -> None:
    path = send_letter(una)
    leave_market(user=una, at=timezone.now())

    Client().post(path)

    assert not is_confirmed(una)


def test_a_reset_link_opened_by_somebody_else_logs_them_out(bob: User, letter: Letter) -> None:
    eves = logged_in(make_user(username="eve"))
    link = ask_for_reset(letter)

    assert choose(eves, link) == 302

    bob.refresh_from_db()
    assert bob.check_password(NEW_PASSWORD) and SESSION_KEY not in eves.session


def test_a_reset_link_works_for_who_is_logged_in_and_logs_them_out(
    bob: User, letter: Letter
) -> None:
    bobs, link = logged_in(bob), ask_for_reset(letter)
    assert choose(bobs, link) == 302
    assert bobs.get("/account/").status_code == 302


def test_of_two_reset_links_one_is_used(bob: User, letter: Letter) -> None:
    links = [ask_for_reset(letter) for _time in range(2)]
    assert [choose(Client(), link) for link in links] == [302, 404]
    bob.refresh_from_db()
    assert bob.check_password(NEW_PASSWORD)


@pytest.mark.parametrize("what", ["address", "password", "log-in"])
def test_a_reset_link_is_dead_once_the_account_was_used_or_changed(
    bob: User, letter: Letter, log_in: LogIn, what: str
) -> None:
    link = ask_for_reset(letter)
    match what:
        case "address":
            move(bob, "bob@elsewhere.example")
        case "password":
            client = logged_in(bob)
            asked = {"password": "nine green lorries", "current_password": PASSWORD}
            client.post("/account/changes/password/", asked)
            code = letter(NoticeKind.CHANGE_CODE, bob.email).values["code"]
            client.post("/account/changes/password/", {"code": code})
        case "log-in":
            log_in(Client())

    assert choose(Client(), link) == 404

    bob.refresh_from_db()
    assert not bob.check_password(NEW_PASSWORD)


def test_a_reset_link_gives_a_closed_account_no_password(bob: User, letter: Letter) -> None:
    link, client = ask_for_reset(letter), Client()
    leave_market(user=bob, at=timezone.now())

    choose(client, link)

    bob.refresh_from_db()
    assert not bob.check_password(NEW_PASSWORD)
    assert not Email.objects.filter(kind=NoticeKind.PASSWORD_CHANGED).exists()
    assert "This account has been deactivated" in client.get("/log-in/").content.decode()


def test_a_log_in_code_is_for_who_asked_whoever_is_logged_in_elsewhere(
    bob: User, letter: Letter
) -> None:
    client, eves = Client(), logged_in(make_user(username="eve"))
    client.post("/log-in/code/", {"email": bob.email})
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]

    assert eves.post("/log-in/code/confirm/", {"code": code}).status_code == 302
    assert eves.session[SESSION_KEY] != str(bob.pk)
    assert client.post("/log-in/code/confirm/", {"code": code}).status_code == 302
    assert client.session[SESSION_KEY] == str(bob.pk)


def test_of_two_log_in_codes_the_later_counts(bob: User, letter: Letter) -> None:
    client, codes = Client(), []
    client.post("/log-in/code/", {"email": bob.email})
    codes.append(letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"])
    client.post("/log-in/code/confirm/", {"action": "resend"})
    codes.append(letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"])

    statuses = [client.post("/log-in/code/confirm/", {"code": code}).status_code for code in codes]

    assert codes[0] != codes[1] and statuses == [422, 302]


@pytest.mark.parametrize("what", ["address", "closed"])
def test_a_log_in_code_is_dead_once_its_address_is_no_longer_the_account_s(
    bob: User, letter: Letter, what: str
) -> None:
    client = Client()
    client.post("/log-in/code/", {"email": bob.email})
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]
    if what == "address":
        move(bob, "bob@elsewhere.example")
    else:
        leave_market(user=bob, at=timezone.now())

    page = client.post("/log-in/code/confirm/", {"code": code}, follow=True).content.decode()

    assert SESSION_KEY not in client.session
    said = {"address": "This code has expired", "closed": "inactive"}[what]
    assert said in page


@pytest.fixture(name="party")
def _party(db: None) -> Party:
    del db
    return make_showroom(name="Autohaus", owner=make_user(username="olga"))


def invite(party: Party, email: str) -> str:
    """Invite somebody; the path in the letter."""
    owner = User.objects.get(username="olga")
    invite_member(by=owner, party=party, email=email, role=MemberRole.ANALYST, at=timezone.now())
    return str(Email.objects.filter(kind=NoticeKind.INVITATION).latest("pk").values["path"])


def test_a_second_invitation_makes_the_first_letter_void(bob: User, party: Party) -> None:
    first, second = invite(party, bob.email), invite(party, bob.email)
    client = logged_in(bob)
    assert client.post(first).status_code == 404
    assert client.post(second).status_code == 303
    assert Membership.objects.get(party=party, user=bob).role == "analyst"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_invitation_accepted_in_two_tabs_makes_one_member_and_says_so(
    bob: User, party: Party, headers: dict[str, str]
) -> None:
    path, client = invite(party, bob.email), logged_in(bob)
    client.post(path)

    answer = client.post(path, headers=headers)

    # What is swapped into an open page is a refusal; a page of its own is missing.
    assert answer.status_code == (422 if headers else 404)
    assert "This invitation is no longer good" in answer.content.decode()
    assert Membership.objects.filter(party=party, user=bob).count() == 1


def test_an_invitation_waits_for_the_address_that_it_was_sent_to(bob: User, party: Party) -> None:
    path = invite(party, bob.email)
    move(bob, "bob@elsewhere.example")
    client = logged_in(bob)

    page = client.get(path).content.decode()
    answer = client.post(path)

    assert "was sent to bob@example.com, and you are logged in as bob@elsewhere.example" in page
    assert answer.status_code == 422 and not bob.memberships.exists()
    move(bob, "bob@example.com")
    assert client.post(path).status_code == 303
    assert Invitation.objects.get().status == Invitation.Status.ACCEPTED
