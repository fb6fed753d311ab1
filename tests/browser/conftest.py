"""A real Chromium: named by CHROMIUM, the system's, or Playwright's own. None: say so and skip."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: A busy machine needs more than a moment for a page.
_PATIENCE_MS = 10_000


def _executable(playwright: Playwright) -> str | None:
    named = os.environ.get("CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, _SYSTEM)), None)
    own = playwright.chromium.executable_path
    return found or (own if Path(own).exists() else None)


@pytest.fixture(scope="session", name="chromium")
def _chromium() -> Iterator[Browser]:
    # Playwright's sync API runs an event loop in this thread, and Django refuses the ORM beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        executable = _executable(playwright)
        if executable is None:
            reason = "NO BROWSER: set CHROMIUM or install one (apt-get install chromium)"
            warnings.warn(reason, stacklevel=1)
            pytest.skip(reason)
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=executable, args=_FLAGS + sandbox)
        yield browser
        browser.close()


@pytest.fixture(name="complaints")
def _complaints() -> list[str]:
    """What the browser complained about: errors of scripts, and breaches of the CSP."""
    return []


@pytest.fixture(name="open_browser")
def _open_browser(
    chromium: Browser, live_server: object, complaints: list[str]
) -> Iterator[object]:
    """Opens a window on the live server; `scheme`, `width` and `scripts` say what kind."""
    contexts: list[BrowserContext] = []

    def open_window(
        *, scheme: str = "light", width: int = 1280, scripts: bool = True
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=str(live_server),
            color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(_PATIENCE_MS)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console",
            lambda said: (
                complaints.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        contexts.append(context)
        return context

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path, live_server: object) -> None:
    """Letters land in the sandbox's mailbox, and their links lead to the server of this test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.SITE_URL = str(live_server)
