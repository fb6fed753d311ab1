"""Changing a password, username or address on the page: nothing changes without the code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from marketplace.accounts.models import Change, FormerAddress
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "nine green lorries 44"
CHANGES = "/account/changes/{}/"
KINDS = {"password": NEW_PASSWORD, "username": "robert", "email": "robert@example.net"}
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

Letter = Callable[[NoticeKind, str], Email]


def ask(client: Client, kind: str, value: str = "", password: str = PASSWORD) -> HttpResponse:
    return client.post(
        CHANGES.format(kind), {kind: value or KINDS[kind], "current_password": password}
    )


def confirm(client: Client, kind: str, code: str) -> HttpResponse:
    return client.post(CHANGES.format(kind), {"code": code})


def latest_code() -> str:
    code: str = Email.objects.filter(kind=NoticeKind.CHANGE_CODE).latest("pk").values["code"]
    return code


def wrong(code: str) -> str:
    return ("A" if code[0] != "A" else "C") + code[1:]


def page_of(client: Client, kind: str, query: str = "") -> str:
    return client.get(CHANGES.format(kind) + query).content.decode()


def is_now(user: User, kind: str) -> bool:
    user.refresh_from_db()
    if kind == "password":
        return user.check_password(NEW_PASSWORD)
    return bool(getattr(user, kind) == KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_takes_effect_when_the_code_comes_back(
    bob: User, bobs_client: Client, kind: str
) -> None:
    asked = ask(bobs_client, kind)

    assert (asked.status_code, asked["Location"]) == (303, CHANGES.format(kind))
    assert not is_now(bob, kind)
    address = KINDS["email"] if kind == "email" else bob.email
    assert Email.objects.get(kind=NoticeKind.CHANGE_CODE).to == address
    assert f"<b>{address}</b>" in page_of(bobs_client, kind)

    done = confirm(bobs_client, kind, latest_code())

    assert (done.status_code, done["Location"]) == (303, "/account/")
    assert is_now(bob, kind)
    assert Change.objects.get().status == Change.Status.DONE


@pytest.mark.parametrize("kind", KINDS)
def test_the_link_of_the_letter_brings_the_code_and_changes_nothing_by_itself(
    bob: User, bobs_client: Client, kind: str
) -> None:
    ask(bobs_client, kind)
    link = Email.objects.get(kind=NoticeKind.CHANGE_CODE).values["path"]

    page = bobs_client.get(link).content.decode()

    assert f'value="{latest_code()}"' in page and not is_now(bob, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_works_once(bob: User, bobs_client: Client, kind: str) -> None:
    ask(bobs_client, kind)
    code = latest_code()
    confirm(bobs_client, kind, code)

    again = confirm(bobs_client, kind, code)

    assert again.status_code == 422
    assert "There is nothing to confirm" in again.content.decode()
    assert "No change of your account waits for this code" in page_of(
        bobs_client, kind, f"?code={code}"
    )
    assert is_now(bob, kind)
    assert Email.objects.exclude(kind=NoticeKind.CHANGE_CODE).count() == (
        2 if kind == "email" else 1
    )


def test_a_new_password_keeps_this_session_and_ends_all_others(
    bob: User, bobs_client: Client
) -> None:
    elsewhere = Client()
    elsewhere.force_login(bob)
    assert elsewhere.get("/account/").status_code == 200
    ask(bobs_client, "password")

    confirm(bobs_client, "password", latest_code())

    assert bobs_client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


@pytest.mark.parametrize("kind", ["username", "email"])
def test_another_name_or_address_ends_no_session(bob: User, bobs_client: Client, kind: str) -> None:
    elsewhere = Client()
    elsewhere.force_login(bob)
    ask(bobs_client, kind)

    confirm(bobs_client, kind, latest_code())

    assert elsewhere.get("/account/").status_code == 200


def test_a_new_address_is_confirmed_and_the_old_one_can_undo(
    bob: User, bobs_client: Client, letter: Letter
) -> None:
    ask(bobs_client, "email")
    confirm(bobs_client, "email", latest_code())

    bob.refresh_from_db()
    mirrored = EmailAddress.objects.get(user=bob)
    assert bob.email_confirmed_at is not None
    assert (mirrored.email, mirrored.verified) == (KINDS["email"], True)
    assert FormerAddress.objects.get().email == "bob@example.com"
    way_back = letter(NoticeKind.ADDRESS_CHANGED, "bob@example.com").values["path"]
    assert bobs_client.get(way_back).status_code == 200


def test_an_unconfirmed_address_can_be_changed_and_nothing_else() -> None:
    client = Client()
    eve = make_user(username="eve", confirmed=False)
    client.force_login(eve)

    for kind in ("password", "username"):
        assert "First confirm your address" in page_of(client, kind)
        refused = ask(client, kind)
        assert refused.status_code == 422
        assert "Please confirm your e-mail address first" in refused.content.decode()
    ask(client, "email")
    confirm(client, "email", latest_code())

    assert is_now(eve, "email") and eve.email_confirmed_at is not None


def test_nobody_learns_whether_an_address_has_an_account(bobs_client: Client) -> None:
    make_user(username="ann")
    pages = []
    for address in ("ann@example.com", "joe@example.com"):
        asked = ask(bobs_client, "email", address)
        assert asked.status_code == 303
        page = page_of(bobs_client, "email").split('id="change"')[1]
        pages.append(page.replace(address, "…"))

    told, untold = (_without_tokens(page) for page in pages)
    assert told == untold
    kinds = [one.kind for one in Email.objects.order_by("pk")]
    assert kinds[-2:] == [NoticeKind.ADDRESS_IN_USE, NoticeKind.CHANGE_CODE]


def _without_tokens(page: str) -> str:
    lines = page.splitlines()
    return "\n".join(
        one for one in lines if "csrfmiddlewaretoken" not in one and "<time" not in one
    )


@pytest.mark.parametrize(
    ("kind", "value", "field", "said"),
    [
        ("password", "12345678", "password", "too common"),
        ("password", "short", "password", "too short"),
        ("password", PASSWORD, "password", "It is that already"),
        ("password", "é\x07" * 8, "password", "no control characters"),
        ("username", "ann", "username", "Another account has this username"),
        ("username", "ANN", "username", "Another account has this username"),
        ("username", "bob", "username", "It is that already"),
        ("username", "b b", "username", "valid username"),
        ("username", "b@b", "username", "no @"),
        ("username", "ﬀ" * 100, "username", "at most 150 characters"),
        ("email", "bob@example.com", "email", "It is that already"),
        ("email", "nobody", "email", "valid email"),
    ],
)
def test_what_is_not_possible_is_said_at_its_field(
    bobs_client: Client, kind: str, value: str, field: str, said: str
) -> None:
    make_user(username="ann")

    refused = ask(bobs_client, kind, value)

    form = refused.context["ask_form"]
    assert refused.status_code == 422 and said in " ".join(form.errors[field])
    assert "autofocus" in str(form[field])
    assert not Change.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["\x00", "a\x00b", "x" * 5_000, "  ", "\x1b[2J"])
def test_rubbish_is_refused_in_every_field(bobs_client: Client, kind: str, value: str) -> None:
    for data in (
        {kind: value, "current_password": PASSWORD},
        {kind: KINDS[kind], "current_password": value},
        {"code": value},
    ):
        assert bobs_client.post(CHANGES.format(kind), data).status_code == 422
    assert bobs_client.get(CHANGES.format(kind), {"code": value}).status_code == 200
    assert not Change.objects.exists()


def test_the_current_password_has_to_be_right_and_cannot_be_guessed(
    bob: User, bobs_client: Client
) -> None:
    said = [ask(bobs_client, "username", password=f"guess {n}").context for n in range(20)]

    errors = [dict(one["ask_form"].errors) for one in said]
    assert errors[0] == {"current_password": ["This is not your current password."]}
    assert "tried too often" in str(errors[-1])
    right = ask(bobs_client, "username")
    assert right.status_code == 422 and not Change.objects.exists()


def test_no_password_is_ever_shown_again(bobs_client: Client) -> None:
    for answer in (
        ask(bobs_client, "password", "12345678"),
        ask(bobs_client, "password", password="guess 17"),
    ):
        page = answer.content.decode()
        assert "12345678" not in page and "guess 17" not in page and NEW_PASSWORD not in page
    ask(bobs_client, "password")
    assert NEW_PASSWORD not in page_of(bobs_client, "password")


def test_a_code_can_be_tried_five_times(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "username")
    code = latest_code()

    answers = [confirm(bobs_client, "username", wrong(code)) for _ in range(5)]

    pages = [answer.content.decode() for answer in answers]
    assert {answer.status_code for answer in answers} == {422}
    assert "You can try 4 more times" in pages[0] and "You can try 1 more time." in pages[3]
    assert "it was your last attempt" in pages[4] and "New username" in pages[4]
    assert confirm(bobs_client, "username", code).status_code == 422
    assert not is_now(bob, "username")


def test_a_code_is_read_whatever_its_case_dashes_and_blanks(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "username")

    done = confirm(bobs_client, "username", f" {latest_code().lower().replace('-', ' ')} ")

    assert done.status_code == 303 and is_now(bob, "username")


def test_a_code_expires(bob: User) -> None:
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(bob)
        ask(client, "email")
        clock.shift(timedelta(minutes=15))

        assert "New e-mail address" in page_of(client, "email")
        late = confirm(client, "email", latest_code())

    assert late.status_code == 422 and "This code has expired" in late.content.decode()
    assert not is_now(bob, "email")


def test_a_code_of_somebody_else_does_nothing(bob: User, bobs_client: Client) -> None:
    eve, eves_client = make_user(username="eve"), Client()
    eves_client.force_login(eve)
    ask(bobs_client, "email")
    code = latest_code()

    assert "No change of your account waits for this code" in page_of(
        eves_client, "email", f"?code={code}"
    )
    assert confirm(eves_client, "email", code).status_code == 422
    ask(eves_client, "email", "eve@example.net")
    answer = confirm(eves_client, "email", code)

    assert answer.status_code == 422 and "This is not the code" in answer.content.decode()
    assert not is_now(bob, "email") and not is_now(eve, "email")
    assert confirm(bobs_client, "email", code).status_code == 303


def test_who_is_not_logged_in_logs_in_and_comes_back_to_the_code(bob: User, client: Client) -> None:
    answer = client.get("/account/changes/email/?code=ACDE-FGHJ")
    assert answer["Location"] == "/log-in/?next=/account/changes/email/%3Fcode%3DACDE-FGHJ"
    assert confirm(client, "email", "ACDE-FGHJ").status_code == 302


def test_in_two_tabs_the_later_code_counts(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "username", "first")
    earlier = latest_code()
    ask(bobs_client, "username", "second")

    refused = confirm(bobs_client, "username", earlier)
    assert refused.status_code == 422 and "This is not the code" in refused.content.decode()
    confirm(bobs_client, "username", latest_code())

    bob.refresh_from_db()
    assert bob.username == "second"


def test_changes_of_two_kinds_wait_beside_each_other(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "username")
    first = latest_code()
    ask(bobs_client, "password")

    assert confirm(bobs_client, "password", first).status_code == 422
    assert confirm(bobs_client, "username", first).status_code == 303
    assert confirm(bobs_client, "password", latest_code()).status_code == 303
    assert is_now(bob, "username") and is_now(bob, "password")


def test_a_code_that_went_to_a_former_address_is_void(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "password")
    sent_to_the_old_address = latest_code()
    ask(bobs_client, "email")
    confirm(bobs_client, "email", latest_code())

    refused = confirm(bobs_client, "password", sent_to_the_old_address)

    assert refused.status_code == 422 and not is_now(bob, "password")


def test_who_was_faster_has_the_name(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "username")
    make_user(username="Robert")

    refused = confirm(bobs_client, "username", latest_code())

    assert refused.status_code == 422
    assert "Another account has this username" in refused.content.decode()
    assert not is_now(bob, "username")


def test_so_many_codes_an_hour_and_it_says_when_to_come_back(bob: User) -> None:
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(bob)
        for number in range(5):
            assert ask(client, "username", f"name{number}").status_code == 303
            clock.shift(timedelta(minutes=2))
        refused = ask(client, "username", "name5")
        clock.shift(timedelta(minutes=50))
        allowed = ask(client, "username", "name6")

    assert refused.status_code == 422
    assert "You can ask again in 50 minutes" in refused.content.decode()
    assert allowed.status_code == 303


def test_a_change_can_be_forgotten_even_twice(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "password")
    code = latest_code()

    for _ in range(2):
        answer = bobs_client.post(CHANGES.format("password"), {"forget": "1"})
        assert (answer.status_code, answer["Location"]) == (303, CHANGES.format("password"))

    assert "New password" in page_of(bobs_client, "password")
    assert confirm(bobs_client, "password", code).status_code == 422
    assert not is_now(bob, "password")


@pytest.mark.parametrize("kind", ["", "phone", "EMAIL", "x" * 300, "%00"])
def test_there_are_no_other_kinds_of_change(bobs_client: Client, kind: str) -> None:
    for answer in (bobs_client.get, bobs_client.post):
        assert answer(CHANGES.format(kind)).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_needs_the_csrf_token(bob: User, kind: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    for data in ({kind: KINDS[kind], "current_password": PASSWORD}, {"code": "A"}, {"forget": "1"}):
        assert client.post(CHANGES.format(kind), data).status_code == 403
    assert not Change.objects.exists()


def test_no_cache_keeps_the_page(bobs_client: Client) -> None:
    assert "no-store" in bobs_client.get(CHANGES.format("email"))["Cache-Control"]


def test_a_closed_account_changes_nothing(bob: User, bobs_client: Client) -> None:
    ask(bobs_client, "email")
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert confirm(bobs_client, "email", latest_code()).status_code == 302
    assert not is_now(bob, "email") and SESSION_KEY in bobs_client.session


def test_htmx_gets_the_part_of_the_page_and_is_sent_on(bobs_client: Client) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "change",
        "HX-Current-URL": "http://testserver/account/changes/username/",
    }
    data = {"username": "robert", "current_password": "wrong"}

    refused = bobs_client.post(CHANGES.format("username"), data, headers=headers)
    ask(bobs_client, "username")
    done = bobs_client.post(CHANGES.format("username"), {"code": latest_code()}, headers=headers)

    assert refused.status_code == 422 and refused.content.strip().startswith(b'<div id="change">')
    assert done["HX-Redirect"] == "/account/"


@pytest.mark.django_db(transaction=True)
def test_a_double_click_changes_once(bob: User) -> None:
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(bob)
    ask(clients[0], "username")
    code, barrier, statuses = latest_code(), Barrier(2), []

    def click(client: Client) -> None:
        barrier.wait(5)
        statuses.append(confirm(client, "username", code).status_code)
        connection.close()

    threads = [Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(statuses) == [303, 422] and is_now(bob, "username")
    assert Email.objects.filter(kind=NoticeKind.USERNAME_CHANGED).count() == 1
