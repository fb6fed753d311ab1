"""The market of the matrix, built once for each module, with a letter in its mailbox."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from tests.portal.matrix.asking import Asking, asking

_LETTER = (
    b"Subject: Hello\nFrom: a@example.com\nTo: b@example.com\n\nHello.\n\n" + b"-" * 79 + b"\n"
)

#: They say a line for each of the many thousand requests.
_LOUD = ("portal.requests", "django.request", "django.security")


@pytest.fixture(name="matrix", scope="module")
def _matrix(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asking]:
    """Everybody, ready to ask. What a request does is undone after it."""
    del django_db_setup
    mailbox = tmp_path_factory.mktemp("mailbox")
    (mailbox / "1.log").write_bytes(_LETTER)
    files = override_settings(
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", EMAIL_FILE_PATH=mailbox
    )
    with django_db_blocker.unblock(), files, asking() as everybody:
        yield everybody


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    for name in _LOUD:
        caplog.set_level(logging.CRITICAL, logger=name)
