"""What the tests of this room share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.marketplace.notices.mail_server import MailServer


@pytest.fixture(name="rung")
def _rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs for which the bell was rung."""
    jobs: list[str] = []
    monkeypatch.setattr(
        "marketplace.common.nudges.current_app.send_task",
        lambda name, **_options: jobs.append(name),
    )
    return jobs


@pytest.fixture(name="server")
def _server(settings: Any) -> Iterator[MailServer]:
    """A mail server to which this test's e-mails go."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Forecourt <market@cars.example>"
    settings.SITE_URL = "https://cars.example"
    server.start()
    yield server
    server.stop()
