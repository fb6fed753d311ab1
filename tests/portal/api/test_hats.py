"""Somebody who writes for one party and only reads for another, through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from rest_framework.test import APIClient

from marketplace.parties.models import Party
from tests.marketplace.factories import (
    make_listing,
    make_membership,
    make_promotion,
    make_showroom,
    make_tier,
    make_user,
)

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]

#: What a seller has, by the path where it is taken away.
THINGS: dict[str, Callable[..., Model]] = {
    "listings": make_listing,
    "promotions": make_promotion,
    "loyalty-tiers": make_tier,
}


@pytest.mark.parametrize("name", THINGS)
def test_who_writes_for_one_seller_and_reads_for_another_writes_only_there(
    ask: Ask, problem: Callable[[Any], tuple[int, str, list[str | None]]], name: str
) -> None:
    person = make_user()
    own: Party = make_showroom(owner=person)
    read: Party = make_membership(user=person, party=make_showroom(), role="analyst").party
    theirs, mine, strange = (THINGS[name](seller=one) for one in (read, own, make_showroom()))
    client = ask(person)

    assert problem(client.delete(f"/api/{name}/{theirs.pk}/"))[0] == 403
    assert problem(client.delete(f"/api/{name}/{strange.pk}/"))[0] == 404
    assert client.delete(f"/api/{name}/{mine.pk}/").status_code == 204

    table = type(mine)._default_manager
    assert list(table.filter(is_active=True).order_by("pk")) == sorted(
        [theirs, strange], key=lambda one: one.pk
    )
