"""An administrator, somebody to look through the eyes of, and a look that lasts."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.parties.models import User
from tests.marketplace.factories import (
    make_customer,
    make_membership,
    make_showroom,
    make_superuser,
    make_user,
)


@pytest.fixture(name="person")
def _person() -> User:
    """Bob, a customer who also owns the showroom Autohaus."""
    person = make_customer(user=make_user(username="bob"), name="Bob's garage").user
    make_membership(user=person, party=make_showroom(name="Autohaus"))
    return person


@pytest.fixture(name="admin_client")
def _admin_client() -> Client:
    client = Client()
    client.force_login(make_superuser(username="boss"))
    return client


@pytest.fixture(name="viewer")
def _viewer(admin_client: Client, person: User) -> Client:
    """The administrator's browser while it sees the portal as Bob."""
    begun = admin_client.post(f"/staff/people/{person.pk}/view-as/", {"reason": "Ticket 7"})
    assert begun.status_code == 303
    return admin_client
