"""Everything that goes by letter, in a real Chromium with the sandbox's mailbox and its links."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import BrowserContext, Page, expect

from marketplace.accounts.models import Invitation
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import Membership, Party, User
from tests.browser.steps import (
    follow,
    invite,
    is_known,
    is_told,
    let_in,
    letter,
    log_in,
    log_out,
    open_letter,
    press,
    says,
)
from tests.marketplace.factories import PASSWORD, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("mailbox"),
]

OpenBrowser = Callable[..., BrowserContext]
NEW_PASSWORD = "nine green lorries 44"
CONFIRM = "Confirm your e-mail address"
RESET = "Choose a new password"


@pytest.fixture(name="bob")
def _bob() -> User:
    return make_user(username="bob")


def sign_up(page: Page) -> None:
    """Fill in the rest of the form as Ann, and send it."""
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign up")


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (True, 375), (False, 1280)])
def test_a_stranger_signs_up_and_confirms_from_the_mailbox(
    open_browser: OpenBrowser, scripts: bool, width: int, complaints: list[str]
) -> None:
    page = open_browser(scripts=scripts, width=width).new_page()
    page.goto("/sign-up/")
    sign_up(page)
    is_told(page, "A letter to ann@example.com is on its way")
    expect(page.get_by_label("Your address")).to_contain_text("Confirm your address")
    ann = User.objects.get(username="ann")
    assert ann.email_confirmed_at is None and ann.customer.is_active

    open_letter(page, "ann@example.com", CONFIRM)
    says(page, "Hello ann")
    letter(NoticeKind.CONFIRM_ADDRESS, "ann@example.com")
    follow(page, "/confirm-email/")
    link = page.url
    says(page, "Is this your address?", "ann@example.com")
    ann.refresh_from_db()
    assert ann.email_confirmed_at is None
    press(page, "Yes, confirm it")
    is_told(page, "ann@example.com is confirmed. You can trade now.")
    expect(page.get_by_label("Your address")).to_have_count(0)
    ann.refresh_from_db()
    assert ann.email_confirmed_at is not None

    page.goto(link)
    says(page, "This link is no longer good")
    page.get_by_role("link", name="See whether your address is confirmed").click()
    says(page, "Your address is confirmed")
    assert not complaints


def test_a_founder_confirms_in_another_browser_and_leads_the_showroom(
    open_browser: OpenBrowser,
) -> None:
    page, other = open_browser().new_page(), open_browser().new_page()
    page.goto("/sign-up/")
    page.get_by_label("I run a showroom").check(force=True)
    page.get_by_label("Name of the showroom or supplier").fill("Bay Cars")
    sign_up(page)
    is_known(page, "Bay Cars")

    open_letter(other, "ann@example.com", CONFIRM)
    follow(other, "/confirm-email/")
    press(other, "Yes, confirm it")
    is_told(other, "ann@example.com is confirmed")
    expect(other.get_by_role("banner").get_by_role("link", name="Log in")).to_be_visible()

    party = Party.objects.get(name="Bay Cars")
    assert Membership.objects.get(party=party).role == "owner"
    page.goto(f"/team/{party.pk}/")
    says(page, "Bay Cars", "Invite somebody")
    expect(page.get_by_label("Your address")).to_have_count(0)


def test_another_letter_comes_when_asked_for_and_either_confirms(
    open_browser: OpenBrowser, live_server: object
) -> None:
    una = make_user(username="una", confirmed=False)
    context = open_browser()
    let_in(context, una, live_server)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Your address").get_by_role("button", name="Send again").click()
    is_told(page, "A letter to una@example.com is on its way")
    press(page, "Send the letter again")
    is_told(page, "You can ask for another in 3 minutes")
    assert Email.objects.filter(kind=NoticeKind.CONFIRM_ADDRESS).count() == 1

    open_letter(page, "una@example.com", CONFIRM)
    follow(page, "/confirm-email/")
    press(page, "Yes, confirm it")
    is_told(page, "una@example.com is confirmed")
    page.goto("/confirm-email/")
    says(page, "Your address is confirmed")


def test_an_invited_stranger_joins_from_the_letter_and_the_link_is_used_up(
    open_browser: OpenBrowser,
) -> None:
    party = invite("ann@example.com")
    page = open_browser(width=375).new_page()
    open_letter(page, "ann@example.com", "olga invites you to Bay Cars")
    letter(NoticeKind.INVITATION, "ann@example.com")
    follow(page, "/account/invitations/")
    link = page.url
    says(page, "Join Bay Cars", "The invitation is for ann@example.com")
    page.get_by_role("link", name="Sign up and join").click()
    says(page, "olga invites you to Bay Cars")
    expect(page.get_by_label("E-mail")).to_have_value("ann@example.com")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign up")
    is_known(page, "Bay Cars")
    expect(page.get_by_label("Your address")).to_have_count(0)
    ann = User.objects.get(username="ann")
    assert (
        ann.email_confirmed_at and Membership.objects.get(user=ann, party=party).role == "manager"
    )

    page.goto(link)
    says(page, "An old invitation")
    open_letter(page, "olga@example.com", "ann joined Bay Cars")
    says(page, "Role: manager")


def test_an_invitation_opened_as_somebody_else_leads_to_the_right_log_in(
    open_browser: OpenBrowser, bob: User, live_server: object
) -> None:
    party = invite(bob.email)
    context = open_browser()
    let_in(context, make_user(username="eve"), live_server)
    page, other_tab = context.new_page(), context.new_page()
    open_letter(page, bob.email, "olga invites you to Bay Cars")
    follow(page, "/account/invitations/")
    other_tab.goto(page.url)
    says(page, "was sent to bob@example.com, and you are logged in as eve@example.com")
    press(page, "Log out")
    says(page, "The invitation is for bob@example.com")
    page.get_by_role("link", name="I have an account: log in").click()
    log_in(page, path="")
    other_tab.reload()
    press(page, "Accept")
    is_told(page, "Welcome to the team.")
    assert Membership.objects.get(party=party, user=bob).role == "manager"

    press(other_tab, "Accept")
    says(other_tab, "An old invitation")
    assert Membership.objects.filter(party=party).count() == 2
    assert Invitation.objects.get().status == Invitation.Status.ACCEPTED


def test_a_forgotten_password_is_replaced_once_and_who_was_somebody_else_is_logged_out(
    open_browser: OpenBrowser, bob: User, live_server: object
) -> None:
    page, old = open_browser().new_page(), open_browser().new_page()
    eves = open_browser()
    let_in(old.context, bob, live_server)
    let_in(eves, make_user(username="eve"), live_server)
    page.goto("/log-in/")
    page.get_by_role("link", name="Forgot your password?").click()
    for _time in range(2):
        page.get_by_label("E-mail").fill("bob@example.com")
        press(page, "Send the link")
        says(page, "Look into your mailbox")
        page.get_by_role("link", name="Try another address").click()
    open_letter(page, bob.email, RESET, older=1)
    letter(NoticeKind.PASSWORD_RESET, bob.email)
    follow(page, "/password/reset/")

    eve = eves.new_page()
    open_letter(eve, bob.email, RESET)
    follow(eve, "/password/reset/")
    eve.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    eve.get_by_label("The new password again").fill(NEW_PASSWORD)
    press(eve, "Save the password")
    says(eve, "Your password is changed")
    expect(eve.get_by_role("banner").get_by_role("link", name="Log in")).to_be_visible()
    bob.refresh_from_db()
    assert bob.check_password(NEW_PASSWORD)

    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("The new password again").fill(PASSWORD)
    press(page, "Save the password")
    says(page, "This link is no longer good")
    old.goto("/account/")
    expect(old).to_have_url(re.compile("/log-in/"))
    log_in(page)
    says(page, "No account has this name and password")
    log_in(page, password=NEW_PASSWORD)
    is_known(page, "bob")
    open_letter(page, bob.email, "Your password was changed")


def test_an_app_and_recovery_codes_guard_the_account(open_browser: OpenBrowser, bob: User) -> None:
    page = open_browser(width=375).new_page()
    log_in(page)
    page.goto("/two-factor/")
    page.get_by_role("link", name="Connect an app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label("Code").fill("000000")
    press(page, "Connect")
    says(page, "Incorrect code")
    assert not Authenticator.objects.exists()
    page.get_by_label("Code").fill(_shown_by_the_app(secret))
    press(page, "Connect")
    codes = page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10
    open_letter(page, bob.email, "Two-factor log-in is on")

    _log_in_with(page, codes[0])
    _log_in_with(page, _shown_by_the_app(secret))
    _log_in_with(page, codes[0], is_good=False)
    page.get_by_label("Code").fill(codes[1])
    press(page, "Log in")
    is_known(page, "bob")
    page.goto("/two-factor/")
    says(page, "8 left")


def _log_in_with(page: Page, code: str, *, is_good: bool = True) -> None:
    """Log out, and in again with the password and a code."""
    log_out(page)
    log_in(page)
    says(page, "One more step")
    page.get_by_label("Code").fill(code)
    press(page, "Log in")
    if is_good:
        is_known(page, "bob")
    else:
        says(page, "Incorrect code")


def _shown_by_the_app(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_log_in_from_a_new_device_is_told_once_and_can_be_ended(
    open_browser: OpenBrowser, bob: User
) -> None:
    first, second = open_browser().new_page(), open_browser().new_page()
    log_in(first)
    is_known(first, "bob")
    log_in(second)
    is_known(second, "bob")
    log_out(second)
    log_in(second)
    is_known(second, "bob")
    assert Email.objects.filter(kind=NoticeKind.NEW_DEVICE).count() == 1
    assert Notice.objects.filter(kind=NoticeKind.NEW_DEVICE, user=bob).count() == 1

    open_letter(first, bob.email, "New log-in to your account")
    says(first, "Chrome", "127.0.0.1")
    follow(first, "/account/sessions/")
    expect(first.get_by_text("This device")).to_have_count(1)
    press(first, "Log out all other devices")
    second.goto("/account/")
    expect(second).to_have_url(re.compile("/log-in/"))
