"""The money proof: every invariant, live."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from marketplace.trading.selectors.auditing import INVARIANTS, audit
from tests.marketplace.factories import make_customer, make_patronage, make_showroom
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db

PATH = "/staff/money-proof/"


def test_a_clean_market_balances(staff_client: Client) -> None:
    page = staff_client.get(PATH).content.decode()

    assert "The books balance" in page
    assert all(f"<code>{one.id}</code>" in page for one in INVARIANTS)


def test_a_violation_is_named(staff_client: Client, ask_partial: Ask) -> None:
    make_patronage(seller=make_showroom(), buyer=make_customer(), cars=5)

    page = ask_partial(staff_client, PATH, "proof").content.decode()

    broken = [result for result in audit() if not result.holds]
    assert broken and "The books balance" not in page and "Broken" in page
    assert all(escape(result.examples[0]) in page for result in broken)


def test_nobody_else_can_look(client: Client, customer_client: Client) -> None:
    assert customer_client.get(PATH).status_code == 404
    assert client.get(PATH)["Location"] == "/log-in/?next=/staff/money-proof/"
