"""Statements through the API: how a balance came about, line by line, for those whose it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from marketplace.common.shards import WHOLE
from marketplace.ledger.selectors import available, statement
from marketplace.ledger.services import credit
from marketplace.parties.models import Party
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import cancel_offer
from tests.market import NOW, Market, small_market
from tests.marketplace import factories

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def path(party: Party | int, act: str = "") -> str:
    return f"/api/wallets/{party if isinstance(party, int) else party.pk}/{act}"


@pytest.fixture(name="moved")
def _moved():
    """Ann got 15,000.00, took one offer of 10.00 back, and bought at 10,000.00 for 12,000.00."""
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann", cents=1_500_000)
    cancelled = market.offer(ann, car_model, 1_000, at=NOW)
    cancel_offer(customer=ann, offer=cancelled, at=NOW + MINUTE)
    market.offer(ann, car_model, 1_200_000, at=NOW + 2 * MINUTE)
    match_offers(shard=WHOLE, slot="t", at=NOW + 3 * MINUTE)
    return ann, showroom


def lines(client: Any, where: str) -> list[tuple[str, ...]]:
    answer = client.get(where)
    assert answer.status_code == 200, answer.content
    return [
        (one["kind"], one["amount"], one["counterpart"], one["balance_after"])
        for one in answer.json()["results"]
    ]


def test_a_statement_says_how_the_balance_came_about(ask, moved):
    ann, showroom = moved

    assert lines(ask(ann.user), path(ann, "statement/")) == [
        ("change", "2000.00", "Promised by offers", "5000.00"),
        ("hold", "-12000.00", "Promised by offers", "3000.00"),
        ("release", "10.00", "Promised by offers", "15000.00"),
        ("hold", "-10.00", "Promised by offers", "14990.00"),
        ("opening", "15000.00", "Outside", "15000.00"),
    ]
    assert lines(ask(ann.user), path(ann, "statement/?account=held"))[:2] == [
        ("change", "-2000.00", "Available money", "0.00"),
        ("price", "-10000.00", "Corner", "2000.00"),
    ]
    sold, bought, _opening = lines(
        ask(factories.make_membership(party=showroom).user), path(showroom, "statement/")
    )
    assert (sold[:3], bought[2]) == (("price", "10000.00", "Ann"), "Works")
    assert sold[3] == f"{available(showroom.pk) / 100:.2f}"


def test_every_part_of_a_statement_has_the_right_balances(ask, moved):
    ann, _showroom = moved
    client = ask(ann.user)
    link, seen = path(ann, "statement/?page_size=2"), []
    while link:
        part = client.get(link).json()
        seen += [(one["id"], one["balance_after"]) for one in part["results"]]
        back, link = part["previous"], part["next"]

    whole = [
        (one.pk, f"{one.balance_after_cents / 100:.2f}")
        for one in statement(f"party:{ann.pk}:wallet")
    ]
    assert seen == whole
    earlier = [(one["id"], one["balance_after"]) for one in client.get(back).json()["results"]]
    assert earlier == whole[2:4]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=hold", [("hold", "3000.00"), ("hold", "14990.00")]),
        ("q=release", [("release", "15000.00")]),
        ("moved_from=2026-03-02T12:03:00Z", [("change", "5000.00")]),
        ("moved_before=2026-03-02T12:00:00Z", [("opening", "15000.00")]),
    ],
)
def test_a_statement_is_narrowed_and_its_balances_stay(ask, moved, query, kinds):
    ann, _showroom = moved

    found = lines(ask(ann.user), path(ann, f"statement/?{query}"))

    assert [(kind, after) for kind, _amount, _side, after in found] == kinds


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("account=party:1:held", "account"),
        ("kind=%00", "kind"),
        ("q=%00", "q"),
        ("moved_from=x", "moved_from"),
        ("page_size=x", "page_size"),
        ("source=1", "source"),
    ],
)
def test_a_query_that_can_not_be_read_is_a_400_that_names_it(ask, problem, moved, query, field):
    ann, _showroom = moved

    answer = ask(ann.user).get(path(ann, f"statement/?{query}"))

    assert problem(answer) == (400, "invalid", [field])


def test_staff_reads_every_wallet_and_statement(ask, moved):
    ann, _showroom = moved
    client = ask(factories.make_user(is_staff=True))

    assert client.get(path(ann)).json()["available"] == "5000.00"
    assert len(lines(client, path(ann, "statement/"))) == 5


def test_a_statement_costs_the_same_with_more_rows(ask, same_queries):
    ann = Market().customer("Ann", cents=1)
    keys, staff = iter(range(100)), factories.make_user(is_staff=True)

    def one() -> None:
        credit(
            party_id=ann.pk, amount_cents=5, reason="x", actor=staff, at=NOW, key=f"{next(keys)}"
        )

    same_queries(ask(ann.user), path(ann, "statement/"), one)
