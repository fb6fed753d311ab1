"""Changing an account in a real Chromium: each change is confirmed from the mailbox."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Request, expect

from marketplace.accounts.models import Change
from marketplace.accounts.services import invite_member
from marketplace.parties.models import User
from marketplace.parties.rules import MemberRole
from tests.browser.steps import let_in, open_letter
from tests.marketplace.factories import (
    PASSWORD,
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("mailbox"),
]

OpenBrowser = Callable[..., BrowserContext]
NEW_PASSWORD = "nine green lorries 44"


@pytest.fixture(name="bob")
def _bob() -> User:
    bob = make_customer(user=make_user(username="bob")).user
    owner = make_user(username="ann")
    make_showroom(name="Corner", owner=bob)
    make_membership(
        user=bob, party=make_supplier(name="Works", owner=owner), role=MemberRole.ANALYST
    )
    invite_member(
        by=owner,
        party=make_showroom(name="Harbour", owner=owner),
        email=bob.email,
        role=MemberRole.MANAGER,
        at=timezone.now(),
    )
    return bob


def _ask(page: Page, label: str, value: str) -> None:
    page.get_by_label(label).fill(value)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
def test_every_change_is_confirmed_from_the_mailbox_and_an_address_comes_back(
    open_browser: OpenBrowser, bob: User, live_server: object, scripts: bool, complaints: list[str]
) -> None:
    context = open_browser(scripts=scripts)
    let_in(context, bob, live_server)
    page = context.new_page()

    page.goto("/account/")
    page.get_by_role("link", name="Change username").click()
    page.get_by_label("New username").fill("robert")
    page.get_by_label("Current password").fill("wrong")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("This is not your current password.")).to_be_visible()
    expect(page.get_by_label("Current password")).to_be_focused()
    _ask(page, "New username", "robert")
    open_letter(page, "bob@example.com", "Confirm your new username")
    page.get_by_role("link", name="/account/changes/username/").click()
    expect(page.get_by_label("Code")).to_have_value(re.compile("^[A-Z0-9]{4}-[A-Z0-9]{4}$"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts")).to_contain_text("Your username is changed.")
    expect(page).to_have_url(re.compile("/account/$"))

    page.get_by_role("link", name="Change e-mail").click()
    _ask(page, "New e-mail address", "robert@example.net")
    open_letter(page, "robert@example.net", "Confirm your new e-mail address")
    page.get_by_role("link", name="/account/changes/email/").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts")).to_contain_text("Your e-mail address is changed")
    expect(page.get_by_role("main")).to_contain_text("robert@example.net")

    open_letter(page, "bob@example.com", "Your e-mail address was changed")
    page.get_by_role("link", name="/account/undo/").click()
    page.get_by_role("button", name="Undo the change").click()
    expect(page.locator("#toasts")).to_contain_text("bob@example.com again")

    open_letter(page, "bob@example.com", "Choose a new password")
    page.get_by_role("link", name="/password/reset/").click()
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("The new password again").fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button").last.click()
    page.goto("/log-in/?next=/account/")
    page.get_by_label("E-mail or username").fill("robert")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("bob@example.com")
    assert not complaints


def test_a_double_click_and_a_second_tab_do_no_harm(
    open_browser: OpenBrowser, bob: User, live_server: object
) -> None:
    context = open_browser()
    let_in(context, bob, live_server)
    page, other_tab = context.new_page(), context.new_page()
    page.goto("/account/changes/password/")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Send me a code").dblclick()
    expect(page.get_by_label("Code")).to_be_visible()
    assert Change.objects.count() == 1
    other_tab.goto("/account/changes/password/")
    open_letter(page, "bob@example.com", "Confirm your new password")
    page.get_by_role("link", name="/account/changes/password/").click()
    code = page.get_by_label("Code").input_value()

    page.get_by_role("button", name="Confirm").dblclick()
    expect(page.locator("#toasts")).to_contain_text("Your password is changed.")

    other_tab.get_by_label("Code").fill(code)
    other_tab.get_by_role("button", name="Confirm").click()
    expect(other_tab.get_by_role("alert")).to_contain_text("There is nothing to confirm")
    assert User.objects.get(pk=bob.pk).check_password(NEW_PASSWORD)


def test_a_person_changes_the_profile_leaves_a_team_and_closes_the_account(
    open_browser: OpenBrowser, bob: User, live_server: object, complaints: list[str]
) -> None:
    context = open_browser()
    let_in(context, bob, live_server)
    page = context.new_page()

    page.goto("/account/")
    page.get_by_label("Latitude").fill("91")
    page.get_by_role("button", name="Save customer details").click()
    expect(page.get_by_label("Latitude")).to_be_focused()
    page.get_by_label("Latitude").fill("38.5667")
    page.get_by_label("Longitude").fill("-7.9")
    page.get_by_role("button", name="Save customer details").click()
    expect(page.locator("#toasts")).to_contain_text("Your profile is saved.")
    expect(page.get_by_label("Longitude")).to_have_value("-7.9000")

    page.get_by_role("link", name="Manage memberships").click()
    page.get_by_text("Leave Corner", exact=True).click()
    page.get_by_role("button", name="Yes, leave Corner").click()
    expect(page.get_by_role("alert")).to_contain_text("Make somebody else an owner first")
    page.get_by_text("Leave Works", exact=True).click()
    page.get_by_role("button", name="Yes, leave Works").click()
    expect(page.locator("#toasts")).to_contain_text("You no longer act for Works.")

    page.goto("/account/close/")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Close my account").click()
    expect(page.get_by_role("alert")).to_contain_text("You are the last owner of Corner")
    make_membership(party=bob.memberships.get(party__name="Corner").party)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Close my account").dblclick()
    expect(page.locator("#toasts")).to_contain_text("Your account is closed.")
    assert not User.objects.get(pk=bob.pk).is_active and not complaints


def test_a_click_that_comes_after_the_answer_and_before_the_next_page_does_nothing(
    open_browser: OpenBrowser, live_server: object
) -> None:
    context = open_browser()
    ann = make_user(username="ann")
    let_in(context, ann, live_server)
    page = context.new_page()
    page.goto("/account/close/")
    posts: list[Request] = []
    page.on("request", lambda asked: posts.append(asked) if asked.method == "POST" else None)
    page.get_by_label("Current password").fill(PASSWORD)
    page.evaluate("""() => document.addEventListener("htmx:afterRequest", (event) =>
            setTimeout(() => event.target.requestSubmit()))""")

    page.get_by_role("button", name="Close my account").click()

    expect(page.locator("#toasts")).to_contain_text("Your account is closed.")
    assert len(posts) == 1 and not User.objects.get(pk=ann.pk).is_active


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(
    open_browser: OpenBrowser,
    bob: User,
    live_server: object,
    complaints: list[str],
    scheme: str,
    width: int,
) -> None:
    context = open_browser(scheme=scheme, width=width)
    let_in(context, bob, live_server)
    page = context.new_page()
    paths = [
        "/account/",
        "/account/join/showroom/",
        "/account/close/",
        "/account/memberships/",
        "/account/changes/password/",
        "/account/changes/email/?code=ACDE-FGHJ",
        "/account/undo/gone/",
    ]
    for path in paths:
        page.goto(path)
        _check(page, path)

    page.goto("/account/changes/username/")
    _ask(page, "New username", "robert")
    page.get_by_label("Code").fill("ACDE-FGHJ")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("This is not the code")).to_be_visible()
    _check(page, "a wrong code")
    let_in(context, make_user(username="eve", confirmed=False), live_server)
    for path in ("/account/", "/account/memberships/", "/account/changes/username/"):
        page.goto(path)
        _check(page, f"unconfirmed: {path}")
    assert not complaints


def _check(page: Page, what: str) -> None:
    """Nothing is wider than the window, and axe finds nothing serious."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{what} is {wide} px too wide"
    found = Axe().run(page).response["violations"]
    grave = [
        f"{what}: {one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not grave, "\n".join(grave)
