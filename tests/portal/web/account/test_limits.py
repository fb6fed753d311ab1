"""What can be guessed or sent is counted, whoever the client says that it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from marketplace.notices.models import Email
from marketplace.parties.models import User
from tests.marketplace.factories import PASSWORD, make_user
from tests.portal.web.account.conftest import LogIn

pytestmark = pytest.mark.django_db

FIVE_MINUTES = 300


def test_a_password_can_be_guessed_five_times_in_five_minutes(bob: User, log_in: LogIn) -> None:
    answers = [log_in(Client(), "bob", "wrong") for _time in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[5]["Retry-After"] == str(FIVE_MINUTES)
    assert "Wait 5 minutes" in answers[5].content.decode()
    client = Client()
    assert log_in(client).status_code == 429 and SESSION_KEY not in client.session
    with time_machine.travel(timezone.now() + timedelta(seconds=FIVE_MINUTES + 1)):
        assert log_in(client)["Location"] == "/"
    assert bob.pk


def test_knowing_the_password_of_one_account_gives_no_more_guesses_at_another(
    bob: User, log_in: LogIn
) -> None:
    make_user(username="mallory")
    answers = []
    for _time in range(6):
        answers.append(log_in(Client(), "bob", "wrong").status_code)
        assert log_in(Client(), "mallory").status_code == 302
    assert answers == [422] * 5 + [429] and bob.pk


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_without_a_proxy_of_ours_nobody_gets_more_guesses_by_claiming_another_address(
    log_in: LogIn, header: str
) -> None:
    answers = [
        log_in(Client(headers={header: f"198.51.100.{number}"}), f"person{number}", "wrong")
        for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_behind_a_proxy_of_ours_each_client_is_counted_by_itself(
    log_in: LogIn, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def guess(claim: str, address: str, number: int) -> int:
        client = Client(headers={"X-Forwarded-For": f"{claim}, {address}"})
        return log_in(client, f"person{number}", "wrong").status_code

    answers = [guess(f"203.0.113.{number}", "198.51.100.7", number) for number in range(11)]
    assert answers == [422] * 10 + [429]
    assert guess("198.51.100.7", "198.51.100.8", 99) == 422


def test_letters_are_not_sent_without_end(bob: User) -> None:
    answers = [Client().post("/password/reset/", {"email": bob.email}) for _time in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert answers[5]["Retry-After"] == "60"
    assert Email.objects.filter(to=bob.email).count() == 5


def test_codes_are_not_sent_without_end(bob: User) -> None:
    answers = [Client().post("/log-in/code/", {"email": bob.email}) for _time in range(4)]
    assert [answer.status_code for answer in answers] == [302] * 3 + [429]
    assert answers[3]["Retry-After"] == "60"


def test_accounts_are_not_opened_without_end() -> None:
    answers = [Client().post("/sign-up/", {"email": "no"}) for _time in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert answers[20]["Retry-After"] == "60"


def test_a_stolen_session_cannot_guess_the_password_without_end(bobs_client: Client) -> None:
    answers = [bobs_client.post("/reauthenticate/", {"password": "wrong"}) for _time in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert bobs_client.post("/reauthenticate/", {"password": PASSWORD}).status_code == 429


def test_looking_at_pages_is_not_counted(client: Client) -> None:
    assert {client.get("/log-in/").status_code for _time in range(40)} == {200}
