"""Visitors, and htmx's way of asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from marketplace.parties.models import User
from tests.marketplace.factories import make_customer, make_superuser, make_user

Ask = Callable[..., HttpResponse]


@pytest.fixture(name="staff_client")
def _staff_client(db: None) -> Client:
    return _visiting(make_superuser())


@pytest.fixture(name="customer_client")
def _customer_client(db: None) -> Client:
    return _visiting(make_customer(user=make_user()).user)


def _visiting(person: User) -> Client:
    """Someone who has been here before: a session is noted with its first request."""
    client = Client()
    client.force_login(person)
    client.get("/robots.txt")
    return client


@pytest.fixture(name="ask_partial")
def _ask_partial() -> Ask:
    """Ask as htmx does when it is about to replace an element of the page that is open."""

    def ask(
        client: Client, path: str, target: str, *, on_page: str = "", data: Any = None
    ) -> HttpResponse:
        headers = {
            "HX-Request": "true",
            "HX-Target": target,
            "HX-Current-URL": f"http://testserver{on_page or path}",
        }
        if data is not None:
            return client.post(path, data, headers=headers)
        return client.get(path, headers=headers)

    return ask
