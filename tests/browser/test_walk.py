"""A walk through the portal in a real Chromium: home, car models, a car model, log-in, monitor."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, expect

from marketplace.catalog.models import CarModel
from marketplace.common.nudges import Job
from marketplace.pricing.models import PriceChange
from tests.marketplace.factories import (
    PASSWORD,
    make_car_model,
    make_listing,
    make_showroom,
    make_superuser,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenBrowser = Callable[..., BrowserContext]


@pytest.fixture(name="bee")
def _bee() -> CarModel:
    """A market with a staff member, sixty car models and Bee, whose price has changed."""
    make_superuser(username="boss")
    every_minute = CrontabSchedule.objects.create(minute="*")
    for job in Job:
        PeriodicTask.objects.create(name=job.value, task=job.value, crontab=every_minute)
    showroom = make_showroom(name="Harbour Motors", city="Lisbon", country="PT")
    for number in range(60):
        body = list(CarModel.BodyType)[number % len(CarModel.BodyType)]
        make_listing(
            seller=showroom,
            car_model=make_car_model(name=f"Ant {number:02}", body_type=body),
            price_cents=2_000_000 + number,
        )
    bee = make_car_model(make="Beta", name="Bee", variant="Electric", fuel="electric")
    listing = make_listing(seller=showroom, car_model=bee, price_cents=3_000_000, quantity=2)
    PriceChange.objects.create(
        listing=listing, price_cents=2_900_000, changed_at=timezone.now() - timedelta(days=3)
    )
    return bee


def _log_in(page: Page) -> None:
    page.get_by_label("E-mail or username").fill("boss")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def test_a_walk_through_the_portal(
    open_browser: OpenBrowser, bee: CarModel, complaints: list[str]
) -> None:
    page = open_browser().new_page()

    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("lowest price finds you")
    first = page.locator("#live-figures header time").inner_text()
    expect(page.locator("#live-figures header time")).not_to_have_text(first, timeout=20_000)

    page.get_by_role("link", name="Browse car models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Car models")
    page.keyboard.press("/")
    search = page.get_by_label("Search")
    expect(search).to_be_focused()
    search.press_sequentially("bee")
    expect(page.locator("#car-model-results tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/car-models/\?q=bee$"))
    expect(search).to_be_focused()

    page.reload()
    expect(page.locator("#car-model-results tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Search: bee").click()
    expect(page.locator("#car-model-results tbody tr")).to_have_count(25)
    expect(search).to_have_value("")
    page.get_by_role("link", name="List price from").click()
    price = page.get_by_role("columnheader", name="List price from")
    expect(price).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile("sort="))
    page.go_back()
    # The page is loaded anew: wait for it, or the next one is asked for while it comes.
    expect(price).not_to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("banner")).to_be_visible()

    page.goto("/car-models/?q=bee")
    page.get_by_role("link", name="Beta Bee").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beta Bee")
    expect(page.get_by_text("Harbour Motors").first).to_be_visible()
    drawn = "() => !!Chart.getChart(document.querySelector('canvas[data-chart]'))"
    page.wait_for_function(drawn)

    page.get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail or username").fill("boss")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_text("No account has this name and password")).to_be_visible()
    expect(page.get_by_label("E-mail or username")).to_be_focused()
    _log_in(page)
    expect(page).to_have_url(re.compile(f"/car-models/{bee.pk}/$"))

    page.get_by_role("link", name="Monitor").click()
    page.get_by_role("button", name="Run now Match offers").click()
    expect(page.get_by_role("status").first).to_contain_text("Asked for a run of “Match offers”.")
    page.get_by_role("button", name="Pause Match offers").click()
    expect(page.locator("#job-match-offers")).to_contain_text("Paused")
    page.get_by_text("Change the interval Match offers").click()
    page.locator("#every-match-offers").fill("0")
    page.locator("#job-match-offers").get_by_role("button", name="Save").click()
    expect(page.locator("#every-match-offers")).to_be_focused()
    expect(page.locator("#every-match-offers")).to_have_value("0")
    page.locator("#every-match-offers").fill("5")
    page.locator("#job-match-offers").get_by_role("button", name="Save").click()
    expect(page.locator("#job-match-offers")).to_contain_text("every 5 minutes")

    page.get_by_role("link", name="Money proof").click()
    expect(page.get_by_role("heading", name=re.compile("books balance|not hold"))).to_be_visible()
    assert not complaints


def test_a_failure_is_told_and_can_be_tried_again(
    open_browser: OpenBrowser, bee: CarModel, complaints: list[str]
) -> None:
    context = open_browser()
    page = context.new_page()
    page.goto("/log-in/?next=/staff/monitor/")
    _log_in(page)

    context.set_offline(True)
    page.get_by_role("button", name="Run now Match offers").click()
    expect(page.locator("#toasts")).to_contain_text("could not be reached")
    context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#toasts")).to_contain_text("Asked for a run")

    Session.objects.all().delete()
    page.get_by_role("button", name="Run now Match offers").click()
    expect(page).to_have_url(re.compile(r"/log-in/\?next=%2Fstaff%2Fmonitor%2F$"))
    _log_in(page)
    expect(page).to_have_url(re.compile("/staff/monitor/$"))
    assert bee.pk and not complaints


def test_news_that_arrive_during_an_act_do_not_swallow_its_answer(
    open_browser: OpenBrowser, bee: CarModel, complaints: list[str]
) -> None:
    page = open_browser().new_page()
    page.goto("/log-in/?next=/staff/monitor/")
    _log_in(page)
    expect(page).to_have_url(re.compile("/staff/monitor/$"))
    held: list[Route] = []
    page.route("**/staff/monitor/", lambda route: held.append(route))
    _until(page, lambda: len(held) == 1)
    news = held[0].fetch()

    page.get_by_role("button", name="Pause Match offers").click(no_wait_after=True)
    _until(page, lambda: len(held) == 2)
    with suppress(PlaywrightError):  # the page may no longer wait for them
        held[0].fulfill(response=news)
    page.wait_for_timeout(200)
    held[1].continue_()

    expect(page.locator("#job-match-offers")).to_contain_text("Paused", timeout=3_000)
    assert bee.pk and not complaints


def _until(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(
    open_browser: OpenBrowser, bee: CarModel, complaints: list[str], scheme: str, width: int
) -> None:
    page = open_browser(scheme=scheme, width=width).new_page()
    page.goto("/log-in/?next=/")
    paths = [
        "/log-in/",
        "/",
        "/car-models/?fuel=electric&power_min=x",
        "/car-models/?q=nothing",
        f"/car-models/{bee.pk}/",
        "/showrooms/",
        f"/showrooms/{make_showroom().pk}/",
        "/nowhere/",
        "/staff/monitor/",
        "/staff/money-proof/",
    ]

    for path in paths:
        page.goto(path)
        if path == "/log-in/":
            _check(page, path, scheme)
            _log_in(page)
            expect(page.get_by_role("link", name="Money proof")).to_be_attached()
            continue
        _check(page, path, scheme)
    assert not complaints


def _check(page: Page, path: str, scheme: str) -> None:
    """Axe finds nothing serious, nothing is wider than the window, and the theme is the system's."""
    assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{path} is {wide} px too wide"
    found = Axe().run(page).response["violations"]
    grave = [
        f"{path}: {one['id']}: {one['nodes'][0]['html'][:200]}: {one['nodes'][0]['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not grave, "\n".join(grave)


def test_everything_works_without_scripts(open_browser: OpenBrowser, bee: CarModel) -> None:
    page = open_browser(scripts=False).new_page()

    page.goto("/car-models/")
    page.get_by_label("Search").fill("bee")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#car-model-results tbody tr")).to_have_count(1)

    page.get_by_role("button", name="Switch to dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page).to_have_url(re.compile("q=bee"))

    page.goto("/log-in/?next=/staff/monitor/")
    _log_in(page)
    page.get_by_role("button", name="Run now Match offers").click()
    expect(page.locator("#toasts")).to_contain_text("Asked for a run")
    assert bee.pk
