"""A second factor: added after showing who one is, asked at log-in, replaced by a recovery code."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import SESSION_KEY
from django.test import Client

from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.marketplace.factories import make_user
from tests.portal.web.account.conftest import Letter, LogIn

pytestmark = pytest.mark.django_db

GUARDED = [
    "/two-factor/app/add/",
    "/two-factor/app/remove/",
    "/two-factor/recovery-codes/",
    "/two-factor/recovery-codes/new/",
    "/two-factor/recovery-codes/download/",
    "/two-factor/passkeys/add/",
]


@pytest.fixture(name="secret")
def _secret(bob: User) -> str:
    """Of Bob's app, which is connected."""
    secret: str = generate_totp_secret()
    TOTP.activate(bob, secret)
    return secret


@pytest.fixture(name="on_commit")
def _on_commit(django_capture_on_commit_callbacks: Any) -> Any:
    """Do what waits for the end of the transaction."""
    return django_capture_on_commit_callbacks


@pytest.fixture(name="recovery_codes")
def _recovery_codes(bob: User, secret: str) -> list[str]:
    del secret
    codes: list[str] = RecoveryCodes.activate(bob).get_unused_codes()
    return codes


def _code(secret: str) -> str:
    """What the app shows now."""
    now = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, now)))


def test_connecting_an_app_takes_the_code_that_it_shows(
    sure_client: Client, bob: User, letter: Letter, on_commit: Any
) -> None:
    page = sure_client.get("/two-factor/app/add/")
    secret = page.context["form"].secret
    assert secret in page.content.decode() and "data:image/svg+xml" in page.content.decode()

    assert sure_client.post("/two-factor/app/add/", {"code": "000"}).status_code == 422
    with on_commit(execute=True):
        done = sure_client.post("/two-factor/app/add/", {"code": _code(secret)})

    assert done["Location"] == "/two-factor/recovery-codes/"
    stored = Authenticator.objects.get(user=bob, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    assert letter(NoticeKind.SECOND_FACTOR_ADDED, bob.email)


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.usefixtures("recovery_codes")
def test_whoever_guards_the_account_shows_first_who_they_are(bob: User, path: str) -> None:
    client = Client()
    client.force_login(bob)
    for answer in (client.get(path), client.post(path)):
        asked = answer.get("Location", "").partition("?")[0] == "/reauthenticate/"
        assert asked or answer.status_code == 405
    client.logout()
    assert client.get(path)["Location"] == f"/log-in/?next={path}"


@pytest.mark.usefixtures("recovery_codes")
def test_disconnecting_without_showing_who_one_is_changes_nothing(bob: User) -> None:
    client = Client()
    client.force_login(bob)
    client.post("/two-factor/app/remove/")
    assert Authenticator.objects.filter(user=bob).count() == 2


def test_an_unconfirmed_person_is_asked_to_confirm_first(client: Client, log_in: LogIn) -> None:
    una = make_user(username="una", confirmed=False)
    log_in(client, "una")
    assert client.get("/two-factor/app/add/")["Location"] == "/two-factor/"
    assert "First confirm your address" in client.get("/two-factor/").content.decode()
    assert not Authenticator.objects.filter(user=una).exists()


def test_the_password_alone_no_longer_opens_the_account(
    client: Client, log_in: LogIn, secret: str
) -> None:
    assert log_in(client, next="/showrooms/")["Location"] == "/two-factor/code/"
    assert SESSION_KEY not in client.session
    assert client.get("/account/sessions/").status_code == 302

    assert client.post("/two-factor/code/", {"code": "000000"}).status_code == 422
    answer = client.post("/two-factor/code/", {"code": _code(secret)})

    assert answer["Location"] == "/showrooms/" and SESSION_KEY in client.session


def test_a_code_of_the_app_opens_the_account_once(log_in: LogIn, secret: str) -> None:
    code, thief = _code(secret), Client()
    for client in (Client(), thief):
        log_in(client)
        client.post("/two-factor/code/", {"code": code})
    assert SESSION_KEY not in thief.session


def test_a_code_by_e_mail_does_not_replace_the_second_factor(
    client: Client, bob: User, letter: Letter, secret: str
) -> None:
    client.post("/log-in/code/", {"email": bob.email})
    code = letter(NoticeKind.LOG_IN_CODE, bob.email).values["code"]
    answer = client.post("/log-in/code/confirm/", {"code": code})
    assert answer["Location"] == "/two-factor/code/" and SESSION_KEY not in client.session
    assert secret


def test_a_recovery_code_works_once(log_in: LogIn, recovery_codes: list[str]) -> None:
    outcomes = []
    for _time in range(2):
        client = Client()
        log_in(client)
        outcomes.append(client.post("/two-factor/code/", {"code": recovery_codes[0]}).status_code)
    assert outcomes == [302, 422]


def test_the_second_factor_cannot_be_guessed_without_end(
    log_in: LogIn, recovery_codes: list[str]
) -> None:
    client = Client()
    log_in(client)
    answers = [client.post("/two-factor/code/", {"code": f"00000{n}"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Retry-After" in answers[5]
    assert client.post("/two-factor/code/", {"code": recovery_codes[0]}).status_code == 429


def test_recovery_codes_are_shown_saved_and_made_anew(
    sure_client: Client, recovery_codes: list[str]
) -> None:
    page = sure_client.get("/two-factor/recovery-codes/").content.decode()
    file = sure_client.get("/two-factor/recovery-codes/download/")
    assert all(code in page for code in recovery_codes)
    assert file.content.decode().split() == recovery_codes
    assert "attachment" in file["Content-Disposition"] and "no-store" in file["Cache-Control"]

    assert sure_client.post("/two-factor/recovery-codes/new/").status_code == 302
    page = sure_client.get("/two-factor/recovery-codes/").content.decode()
    assert not any(code in page for code in recovery_codes)


@pytest.mark.usefixtures("recovery_codes")
def test_disconnecting_the_app_takes_the_recovery_codes_along(
    sure_client: Client, bob: User, letter: Letter, on_commit: Any
) -> None:
    with on_commit(execute=True):
        assert sure_client.post("/two-factor/app/remove/")["Location"] == "/two-factor/"
    assert not Authenticator.objects.filter(user=bob).exists()
    assert letter(NoticeKind.SECOND_FACTOR_REMOVED, bob.email)


def test_the_app_can_show_who_one_is(bob: User, secret: str) -> None:
    client = Client()
    client.force_login(bob)
    query = {"next": "/two-factor/app/remove/"}
    assert "Use a code" in client.get("/reauthenticate/", query).content.decode()
    answer = client.post("/two-factor/reauthenticate/", query | {"code": _code(secret)})
    assert answer["Location"] == "/two-factor/app/remove/"
    assert client.get("/two-factor/app/remove/").status_code == 200


def test_another_person_s_passkey_does_not_exist(sure_client: Client) -> None:
    theirs = Authenticator.objects.create(
        user=make_user(), type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    for act in ("rename", "remove"):
        path = f"/two-factor/passkeys/{theirs.pk}/{act}/"
        assert {sure_client.get(path).status_code, sure_client.post(path).status_code} == {404}
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize(("name", "status"), [("My thumb", 302), ("", 422), ("x" * 101, 422)])
def test_a_passkey_is_renamed_to_something_short(
    sure_client: Client, bob: User, name: str, status: int
) -> None:
    key = Authenticator.objects.create(
        user=bob, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    path = f"/two-factor/passkeys/{key.pk}/rename/"
    assert sure_client.post(path, {"name": name}).status_code == status
    key.refresh_from_db()
    assert key.data["name"] == ("Key" if status == 422 else name)


@pytest.mark.parametrize(
    "credential", ["", "null", "{}", "[]", '"x"', "{", '{"id": "x", "response": 1}']
)
@pytest.mark.parametrize(
    "path",
    ["/log-in/passkey/", "/two-factor/passkeys/add/", "/two-factor/passkeys/reauthenticate/"],
)
def test_a_made_up_passkey_opens_nothing(
    client: Client, sure_client: Client, path: str, credential: str
) -> None:
    who = client if path == "/log-in/passkey/" else sure_client
    who.get(path, headers={"Accept": "application/json"})
    assert who.post(path, {"credential": credential}).status_code in {302, 422}
    assert SESSION_KEY not in client.session and not Authenticator.objects.exists()
