"""A program that talks to the account endpoints, and the letters that it causes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind

ACCOUNTS = "/api/auth/app/v1"
PASSWORD = "a quiet walk by the sea"

Call = Callable[..., HttpResponse]


@pytest.fixture(name="call")
def _call(db: None) -> Call:
    """Send JSON to an account endpoint, with a token if there is one."""
    del db

    def call(method: str, path: str, data: Any = None, *, token: str = "", **headers: str) -> Any:
        told = headers | ({"Authorization": f"Bearer {token}"} if token else {})
        return Client().generic(
            method.upper(),
            path if path.startswith("/api/") else ACCOUNTS + path,
            data=b"" if data is None else json.dumps(data).encode(),
            content_type="application/json",
            headers=told,
        )

    return call


def letter(kind: NoticeKind, to: str) -> Email:
    """The newest letter of a kind to an address."""
    found = Email.objects.filter(kind=kind, to__iexact=to).order_by("-pk").first()
    assert found is not None, f"no {kind} to {to}"
    return found
