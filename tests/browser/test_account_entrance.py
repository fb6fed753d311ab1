"""Coming in, in a real Chromium: by password, by passkey, with a second factor, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from marketplace.parties.models import User
from marketplace.parties.services import confirm_email
from tests.marketplace.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenBrowser = Callable[..., BrowserContext]


@pytest.fixture(name="bob")
def _bob() -> User:
    return make_user(username="bob")


def _log_in(page: Page, name: str = "bob") -> None:
    page.goto("/log-in/")
    page.get_by_label("E-mail or username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def _log_out(page: Page) -> None:
    page.goto("/log-out/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def _show_who(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def _main(page: Page, path: str) -> None:
    expect(page).to_have_url(re.compile(rf"//[^/]+{re.escape(path)}(\?.*)?$"))


def _plug_in_a_security_key(page: Page) -> None:
    """A virtual authenticator that always sees the right finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_opens_the_account_by_itself_and_after_the_password(
    open_browser: OpenBrowser, bob: User, complaints: list[str], settings: Any
) -> None:
    settings.SITE_URL = "http://localhost"
    page = open_browser().new_page()
    _plug_in_a_security_key(page)
    _log_in(page)

    page.goto("/two-factor/passkeys/add/")
    _show_who(page)
    page.get_by_label("Name").fill("My finger")
    page.get_by_role("button", name="Make the passkey").click()
    _main(page, "/two-factor/recovery-codes/")
    page.goto("/two-factor/passkeys/")
    expect(page.get_by_role("listitem").filter(has_text="My finger")).to_contain_text(
        "without a password"
    )

    _log_out(page)
    page.goto("/log-in/?next=/showrooms/")
    page.get_by_role("button", name="Use a passkey").click()
    _main(page, "/showrooms/")
    expect(page.get_by_role("banner")).to_contain_text("bob")

    _log_out(page)
    _log_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("banner")).to_contain_text("bob")

    page.goto("/two-factor/passkeys/")
    page.get_by_role("link", name="Rename My finger").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name").fill("My thumb")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove My thumb").click()
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No passkey yet")).to_be_visible()
    assert not Authenticator.objects.filter(user=bob).exists()
    assert not complaints


def test_a_passkey_that_fails_is_told(
    open_browser: OpenBrowser, bob: User, complaints: list[str], settings: Any
) -> None:
    settings.SITE_URL = "http://localhost"
    page = open_browser().new_page()
    page.goto("/log-in/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')); }")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    assert bob.pk and not complaints


def test_a_password_can_be_looked_at_and_a_secret_copied(
    open_browser: OpenBrowser, bob: User, complaints: list[str]
) -> None:
    context = open_browser()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/log-in/")
    password = page.get_by_label("Password")
    password.fill("what I typed")
    page.get_by_role("button", name="Show").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide").click()
    expect(password).to_have_attribute("type", "password")

    _log_in(page)
    page.goto("/two-factor/app/add/")
    _show_who(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    secret = page.locator("#authenticator_secret").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    assert bob.pk and not complaints


def test_everything_but_passkeys_works_without_scripts(open_browser: OpenBrowser) -> None:
    page = open_browser(scripts=False, width=360).new_page()

    page.goto("/sign-up/")
    page.get_by_label("I run a showroom").check(force=True)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_label("Name of the showroom or supplier")).to_be_focused()
    page.get_by_label("Name of the showroom or supplier").fill("Bay Cars")
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.locator("#toasts")).to_contain_text("A letter to ann@example.com is on its way")

    _log_out(page)
    expect(page.locator("#toasts")).to_contain_text("You are logged out")
    ann = User.objects.get(username="ann")
    confirm_email(user=ann, at=timezone.now())
    TOTP.activate(ann, generate_totp_secret())
    code = RecoveryCodes.activate(ann).get_unused_codes()[0]
    _log_in(page, "ann")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    page.get_by_label("Code").fill(code)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.goto("/account/sessions/")
    expect(page.get_by_text("This device")).to_be_visible()

    page.goto("/two-factor/passkeys/add/")
    _show_who(page)
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_of_the_entrance_is_accessible_and_fits(
    open_browser: OpenBrowser, bob: User, complaints: list[str], scheme: str, width: int
) -> None:
    page = open_browser(scheme=scheme, width=width).new_page()
    for path in ("/log-in/", "/sign-up/", "/log-in/code/", "/password/reset/"):
        page.goto(path)
        _check(page, path)
        page.get_by_role("main").get_by_role("button").last.click()
        _check(page, f"{path}, refused")
    for path in (
        "/password/reset/sent/",
        "/password/reset/1-x/",
        "/confirm-email/x/",
        "/inactive/",
    ):
        page.goto(path)
        _check(page, path)
    _log_in(page)
    for path in ("/log-out/", "/confirm-email/", "/two-factor/", "/account/sessions/"):
        page.goto(path)
        _check(page, path)
    page.goto("/two-factor/app/add/")
    _check(page, "/reauthenticate/")
    _show_who(page)
    _check(page, "/two-factor/app/add/")
    TOTP.activate(bob, generate_totp_secret())
    RecoveryCodes.activate(bob)
    for path in (
        "",
        "app/remove/",
        "recovery-codes/",
        "recovery-codes/new/",
        "passkeys/",
        "passkeys/add/",
    ):
        page.goto(f"/two-factor/{path}")
        _check(page, path)
    _log_out(page)
    _log_in(page)
    _check(page, "/two-factor/code/")
    assert not complaints


def _check(page: Page, path: str) -> None:
    """Axe finds nothing serious, and nothing is wider than the window."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{path} is {wide} px too wide"
    found = Axe().run(page).response["violations"]
    grave = [
        f"{path}: {one['id']}: {one['nodes'][0]['html'][:200]}: {one['nodes'][0]['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not grave, "\n".join(grave)
