"""Codes and links that come too late, twice, in two tabs or to somebody else, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from marketplace.accounts.models import Change, Invitation
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import User
from tests.browser.steps import (
    ask_for,
    follow,
    invite,
    is_known,
    is_told,
    let_in,
    letter,
    log_in,
    open_letter,
    press,
    says,
)
from tests.marketplace.factories import make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("mailbox"),
]

OpenBrowser = Callable[..., BrowserContext]
NEW_PASSWORD = "nine green lorries 44"


@pytest.fixture(name="bob")
def _bob() -> User:
    return make_user(username="bob")


def test_of_two_codes_to_log_in_the_later_counts_in_its_own_browser(
    open_browser: OpenBrowser, bob: User
) -> None:
    context = open_browser()
    page, other_tab, elsewhere = context.new_page(), context.new_page(), open_browser().new_page()
    page.goto("/log-in/?next=/showrooms/")
    page.get_by_role("link", name="E-mail me a code").click()
    page.get_by_label("E-mail").fill("bob@example.com")
    press(page, "Send the code")
    says(page, "If an account has the address bob@example.com")
    first = Email.objects.latest("pk").values["code"]
    other_tab.goto("/log-in/?next=/showrooms/")
    says(other_tab, "If an account has the address bob@example.com")
    press(other_tab, "Send another code")
    says(other_tab, "If an account has the address bob@example.com")
    second = Email.objects.latest("pk").values["code"]

    open_letter(elsewhere, bob.email, "Your code to log in")
    says(elsewhere, second)
    letter(NoticeKind.LOG_IN_CODE, bob.email)
    elsewhere.goto("/log-in/code/confirm/")
    expect(elsewhere).to_have_url(re.compile("/log-in/"))
    expect(elsewhere.get_by_label("Code")).to_have_count(0)
    page.get_by_label("Code").fill(first)
    press(page, "Log in")
    says(page, "Incorrect code")
    page.get_by_label("Code").fill(second)
    press(page, "Log in")
    expect(page).to_have_url(re.compile("/showrooms/$"))
    is_known(page, "bob")
    other_tab.get_by_label("Code").fill(second)
    press(other_tab, "Log in")
    expect(other_tab.get_by_role("heading", level=1)).to_have_text("This page is out of date")
    other_tab.goto("/log-in/")
    is_known(other_tab, "bob")


@pytest.mark.parametrize(
    ("kind", "label", "values"),
    [
        ("username", "New username", ("robert", "rob")),
        ("email", "New e-mail address", ("robert@example.net", "rob@example.net")),
        ("password", "New password", ("seven red trams 7", NEW_PASSWORD)),
    ],
)
def test_of_two_changes_asked_for_in_two_tabs_the_later_is_done(
    open_browser: OpenBrowser,
    bob: User,
    live_server: object,
    kind: str,
    label: str,
    values: tuple[str, str],
) -> None:
    context = open_browser()
    let_in(context, bob, live_server)
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(f"/account/changes/{kind}/")
    codes = []
    for tab, value in zip(tabs, values, strict=True):
        ask_for(tab, label, value)
        codes.append(Email.objects.latest("pk").values["code"])

    tabs[0].get_by_label("Code").fill(codes[0])
    press(tabs[0], "Confirm")
    says(tabs[0], "This is not the code")
    subject = {"email": "e-mail address"}.get(kind, kind)
    sent_to = values[1] if kind == "email" else bob.email
    open_letter(tabs[1], sent_to, f"Confirm your new {subject}")
    letter(NoticeKind.CHANGE_CODE, sent_to)
    follow(tabs[1], f"/account/changes/{kind}/")
    expect(tabs[1].get_by_label("Code")).to_have_value(codes[1])
    press(tabs[1], "Confirm")
    expect(tabs[1]).to_have_url(re.compile("/account/$"))
    press(tabs[0], "Confirm")
    says(tabs[0], "There is nothing to confirm")

    bob.refresh_from_db()
    now = NEW_PASSWORD if bob.check_password(NEW_PASSWORD) else getattr(bob, kind)
    assert now == values[1]
    assert list(Change.objects.order_by("pk").values_list("status", flat=True)) == ["void", "done"]


def test_a_code_is_for_who_asked_and_for_the_address_of_then(
    open_browser: OpenBrowser, bob: User, live_server: object
) -> None:
    context = open_browser()
    let_in(context, bob, live_server)
    page = context.new_page()
    page.goto("/account/changes/username/")
    ask_for(page, "New username", "robert")

    eves = open_browser()
    let_in(eves, make_user(username="eve"), live_server)
    for other in (eves.new_page(), open_browser().new_page()):
        open_letter(other, bob.email, "Confirm your new username")
        follow(other, "/account/changes/username/")
    link = "/account/changes/username/"
    eve = eves.pages[0]
    says(eve, "No change of your account waits for this code")
    expect(other).to_have_url(re.compile(r"/log-in/\?next="))
    log_in(other, path="")
    expect(other).to_have_url(re.compile(re.escape(link)))
    expect(other.get_by_label("Code")).to_have_value(re.compile("^[A-Z0-9]{4}-[A-Z0-9]{4}$"))

    page.goto("/account/changes/email/")
    ask_for(page, "New e-mail address", "robert@example.net")
    open_letter(page, "robert@example.net", "Confirm your new e-mail address")
    follow(page, "/account/changes/email/")
    press(page, "Confirm")
    is_told(page, "Your e-mail address is changed")
    press(other, "Confirm")
    says(other, "There is nothing to confirm")
    bob.refresh_from_db()
    assert (bob.username, bob.email) == ("bob", "robert@example.net")


def test_a_code_and_a_link_that_are_too_old_say_so(
    open_browser: OpenBrowser, bob: User, live_server: object
) -> None:
    context = open_browser()
    let_in(context, bob, live_server)
    page = context.new_page()
    page.goto("/account/changes/username/")
    ask_for(page, "New username", "robert")
    open_letter(page, bob.email, "Confirm your new username")
    follow(page, "/account/changes/username/")
    Change.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    press(page, "Confirm")
    says(page, "This code has expired")
    invite("bob@example.com")
    open_letter(page, bob.email, "olga invites you to Bay Cars")
    follow(page, "/account/invitations/")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    press(page, "Accept")
    says(page, "An old invitation")
    bob.refresh_from_db()
    assert bob.username == "bob" and not bob.memberships.exists()
