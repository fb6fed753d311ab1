"""What people do in a browser, and what they are told there, a step at a time."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from marketplace.accounts.services import invite_member
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import send_due_emails
from marketplace.parties.models import Party, User
from marketplace.parties.rules import MemberRole
from tests.marketplace.factories import PASSWORD, make_showroom, make_user


def press(page: Page, name: str) -> None:
    """Press a button of the page itself, not one of the bars."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, path: str) -> None:
    """Follow the letter's link."""
    page.get_by_role("main").get_by_role("link", name=path).click()


def says(page: Page, *texts: str) -> None:
    """The page says so, and is not wider than its window."""
    for text in texts:
        expect(page.get_by_role("main")).to_contain_text(text)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def is_told(page: Page, text: str) -> None:
    """A toast says so."""
    expect(page.locator("#toasts")).to_contain_text(text)


def is_known(page: Page, name: str) -> None:
    """The bar names whoever is logged in."""
    expect(page.get_by_role("banner")).to_contain_text(name)


def log_in(page: Page, name: str = "bob", password: str = PASSWORD, path: str = "/log-in/") -> None:
    """Log in on the page."""
    if path:
        page.goto(path)
    page.get_by_label("E-mail or username").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Log in")


def ask_for(page: Page, label: str, value: str) -> None:
    """Ask for a change on its page."""
    page.get_by_label(label).fill(value)
    page.get_by_label("Current password").fill(PASSWORD)
    press(page, "Send me a code")
    expect(page.get_by_label("Code")).to_be_focused()


def log_out(page: Page) -> None:
    """Log out on the page."""
    page.goto("/log-out/")
    press(page, "Log out")
    is_told(page, "You are logged out")


def letter(kind: NoticeKind, to: str) -> Email:
    """The latest letter of that kind, as the table has it after it was sent: without its secret."""
    email: Email = Email.objects.filter(kind=kind, to=to).latest("pk")
    assert email.status == Email.Status.SENT and not {"path", "code"} & set(email.values)
    return email


def open_letter(page: Page, to: str, subject: str, *, older: int = 0) -> None:
    """Send what waits, and open in the mailbox the latest letter with that subject, or an older."""
    send_due_emails(at=timezone.now())
    page.goto(f"/sandbox/mail/?to={to}")
    page.get_by_role("link", name=subject).nth(older).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(subject)


def let_in(context: BrowserContext, user: User, live_server: object) -> None:
    """Log in without the page, which has tests of its own."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": str(live_server)}
    context.add_cookies([cookie])  # type: ignore[list-item]  # such a cookie it is


def invite(to: str) -> Party:
    """Have Olga ask somebody to manage Bay Cars."""
    olga = make_user(username="olga")
    party = make_showroom(name="Bay Cars", owner=olga)
    invite_member(by=olga, party=party, email=to, role=MemberRole.MANAGER, at=timezone.now())
    return party
