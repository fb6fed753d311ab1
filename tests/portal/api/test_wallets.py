"""Wallets through the API: the party's people read, staff alone corrects, and only once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Permission

from marketplace.ledger.selectors import transfers_of
from marketplace.parties.models import Party, User
from marketplace.parties.services import deactivate_party
from marketplace.receipts.models import Receipt
from tests.conftest import prove
from tests.market import NOW, Market, money_of, small_market
from tests.marketplace import factories
from tests.races.together import at_once

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def path(party: Party | int, act: str = "") -> str:
    return f"/api/wallets/{party if isinstance(party, int) else party.pk}/{act}"


def member(party: Party, role: str = "owner") -> User:
    user = factories.make_user()
    factories.make_membership(user=user, party=party, role=role)
    return user


@pytest.fixture(name="staff")
def _staff() -> User:
    return bookkeeper()


def bookkeeper() -> User:
    """Somebody of the staff who may correct balances."""
    person = factories.make_user(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="add_transfer"))
    return person


def test_a_customer_reads_what_is_available_and_what_is_held(ask):
    market = Market()
    ann = market.customer("Ann", cents=500_000)
    market.offer(ann, market.car_model(), 120_050)

    answer = ask(ann.user).get(path(ann))

    assert answer.json() == {
        "party": {"id": ann.pk, "kind": "customer", "name": "Ann"},
        "available": "3799.50",
        "held": "1200.50",
    }


def test_a_wallet_that_never_had_money_is_empty(ask):
    customer = factories.make_customer()
    client = ask(customer.user)

    assert client.get(path(customer)).json()["available"] == "0.00"
    assert client.get(path(customer, "statement/")).json()["results"] == []


def test_staff_without_the_right_read_and_correct_nothing(ask, key, problem):
    ann = Market().customer("Ann", cents=5_000)
    clerk = ask(factories.make_user(is_staff=True))

    assert clerk.get(path(ann)).status_code == 200
    for act in ("credit/", "debit/"):
        sent = clerk.post(path(ann, act), {"amount": "1.00", "reason": "Gift"}, headers=key())
        assert problem(sent)[:2] == (403, "permission_denied")
    assert money_of(ann) == (5_000, 0)


@pytest.mark.parametrize("role", ["owner", "manager", "analyst"])
def test_a_partys_people_read_its_wallet_and_write_nothing(ask, key, problem, role):
    market, _car_model, showroom = small_market()
    client, before = ask(member(showroom, role)), money_of(showroom)

    assert client.get(path(showroom)).status_code == 200
    assert client.get(path(showroom, "statement/")).status_code == 200
    for act in ("credit/", "debit/"):
        answer = client.post(
            path(showroom, act), {"amount": "1.00", "reason": "mine"}, headers=key()
        )
        assert problem(answer)[:2] == (403, "permission_denied")
    for method in (client.put, client.patch, client.delete, client.post):
        assert problem(method(path(showroom), {"available": "1"}))[0] == 405
    assert money_of(showroom) == before
    assert market


def test_a_strangers_wallet_is_not_there(ask, key, problem):
    market = Market()
    ann, bob = market.customer("Ann"), market.customer("Bob")
    supplier = factories.make_supplier()
    strangers = [bob.user, member(supplier), factories.make_user()]

    for person in strangers:
        client = ask(person)
        for answer in (
            client.get(path(ann)),
            client.get(path(ann, "statement/")),
            client.post(path(ann, "credit/"), {"amount": "1.00", "reason": "x"}, headers=key()),
            client.post(path(ann, "debit/"), {"amount": "1.00", "reason": "x"}, headers=key()),
        ):
            assert problem(answer) == (404, "not_found", [])
    assert problem(ask().get(path(ann)))[:2] == (401, "not_authenticated")


@pytest.mark.parametrize("pk", ["x", "-1", "9" * 19, f"{10 ** 17}", "0"])
def test_a_party_that_is_none_has_no_wallet(ask, key, problem, staff, pk):
    client = ask(staff)

    assert problem(client.get(f"/api/wallets/{pk}/"))[0] == 404
    assert problem(client.get(f"/api/wallets/{pk}/statement/"))[0] == 404
    answer = client.post(
        f"/api/wallets/{pk}/credit/", {"amount": "1.00", "reason": "x"}, headers=key()
    )
    assert problem(answer)[0] == 404


def test_staff_credits_and_debits_with_a_reason(ask, key, staff):
    market = Market()
    ann = market.customer("Ann", cents=100_000)
    client = ask(staff)

    given = client.post(
        path(ann, "credit/"), {"amount": "150.00", "reason": " Paid twice "}, headers=key()
    )
    taken = client.post(
        path(ann, "debit/"), {"amount": "1150.00", "reason": "Left us"}, headers=key()
    )

    assert (given.status_code, taken.status_code) == (201, 201)
    assert given.json() == {
        "id": given.json()["id"],
        "amount": "150.00",
        "kind": "correction",
        "reference": given.json()["reference"],
        "reason": "Paid twice",
        "counterpart": "Outside",
        "balance_after": "1150.00",
        "moved_at": given.json()["moved_at"],
    }
    assert (taken.json()["amount"], taken.json()["balance_after"]) == ("-1150.00", "0.00")
    assert money_of(ann) == (0, 0)
    line = transfers_of(f"party:{ann.pk}:wallet").get(pk=given.json()["id"])
    assert line.actor == staff
    seen = ask(ann.user).get(path(ann, "statement/")).json()["results"]
    assert [one["reason"] for one in seen] == ["Left us", "Paid twice", ""]
    prove()


def test_the_same_correction_again_has_one_effect(ask, key, problem, staff):
    market = Market()
    ann = market.customer("Ann", cents=0)
    client, headers = ask(staff), key()
    send = partial(client.post, path(ann, "credit/"), headers=headers)

    first = send({"amount": "150.00", "reason": "Gift"})
    again = send({"amount": "150.00", "reason": "Gift"})
    other = send({"amount": "151.00", "reason": "Gift"})
    turned = client.post(
        path(ann, "debit/"), {"amount": "150.00", "reason": "Gift"}, headers=headers
    )

    assert (again.status_code, again.json()) == (201, first.json())
    assert [problem(one)[:2] for one in (other, turned)] == [(422, "idempotency_key_reused")] * 2
    assert money_of(ann) == (15_000, 0)
    colleague = ask(bookkeeper())
    assert (
        colleague.post(
            path(ann, "credit/"), {"amount": "1.00", "reason": "Mine"}, headers=headers
        ).json()["balance_after"]
        == "151.00"
    )
    prove()


def test_the_ledger_keeps_a_key_longer_than_the_receipt(ask, key, problem, staff):
    market = Market()
    ann = market.customer("Ann", cents=0)
    client, headers = ask(staff), key()
    send = partial(client.post, path(ann, "credit/"), headers=headers)
    send({"amount": "150.00", "reason": "Gift"})
    Receipt.objects.all().delete()

    again = send({"amount": "150.00", "reason": "Gift"})
    Receipt.objects.all().delete()
    other = send({"amount": "151.00", "reason": "Gift"})

    assert again.status_code == 201
    assert problem(other)[:2] == (409, "reference_taken")
    assert money_of(ann) == (15_000, 0)


def test_more_than_there_is_can_not_be_taken(ask, key, problem, staff):
    market = Market()
    ann = market.customer("Ann", cents=1_000)
    market.offer(ann, market.car_model(), 600)

    answer = ask(staff).post(
        path(ann, "debit/"), {"amount": "4.01", "reason": "Too much"}, headers=key()
    )

    assert problem(answer) == (422, "insufficient_funds", [])
    assert money_of(ann) == (400, 600)
    prove()


def test_what_a_deactivated_party_has_left_can_be_paid_out(ask, key, staff):
    market = Market()
    ann = market.customer("Ann", cents=1_000)
    deactivate_party(party=ann, at=NOW)
    client = ask(staff)

    answer = client.post(
        path(ann, "debit/"), {"amount": "10.00", "reason": "Paid out"}, headers=key()
    )

    assert answer.status_code == 201
    assert client.get(path(ann)).json()["available"] == "0.00"


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"amount": 5, "reason": "x"}, ["amount"]),
        ({"amount": "0", "reason": "x"}, ["amount"]),
        ({"amount": "-1", "reason": "x"}, ["amount"]),
        ({"amount": "0.001", "reason": "x"}, ["amount"]),
        ({"amount": "1e99", "reason": "x"}, ["amount"]),
        ({"amount": "١", "reason": "x"}, ["amount"]),
        ({"amount": "10000000000.01", "reason": "x"}, ["amount"]),
        ({"amount": "1", "reason": ""}, ["reason"]),
        ({"amount": "1", "reason": "   "}, ["reason"]),
        ({"amount": "1", "reason": "a\x00b"}, ["reason"]),
        ({"amount": "1", "reason": "x" * 201}, ["reason"]),
        ({"amount": "1", "reason": 5.5, "actor": 1}, ["actor"]),
        ({"amount": "1", "reason": []}, ["reason"]),
        ({}, ["amount", "reason"]),
        ([], [None]),
        ("text", [None]),
    ],
)
def test_a_correction_that_makes_no_sense_is_a_400(ask, key, problem, staff, sent, fields):
    ann = Market().customer("Ann", cents=0)

    answer = ask(staff).post(path(ann, "credit/"), sent, headers=key())

    assert problem(answer) == (400, "invalid", fields)
    assert money_of(ann) == (0, 0) and not Receipt.objects.exists()


def test_a_correction_needs_a_key(ask, problem, staff):
    ann = Market().customer("Ann", cents=0)
    body = {"amount": "1.00", "reason": "x"}

    missing = ask(staff).post(path(ann, "credit/"), body)
    bad = ask(staff).post(path(ann, "credit/"), body, headers={"Idempotency-Key": "a b"})

    assert problem(missing)[:2] == (400, "idempotency_key_required")
    assert problem(bad)[:2] == (400, "idempotency_key_invalid")
    assert money_of(ann) == (0, 0)


def test_of_equal_corrections_at_once_one_has_the_effect(market: Market, ask, key, staff):
    for number in range(5):
        ann = market.customer(f"Ann{number}", cents=0)
        body, headers = {"amount": "10.00", "reason": "Gift"}, key()

        answers = at_once(
            *(
                partial(ask(staff).post, path(ann, "credit/"), body, headers=headers)
                for _ in range(3)
            )
        )

        codes = sorted(one.status_code for one in answers)
        assert codes[0] == 201 and set(codes) <= {201, 409}
        assert money_of(ann) == (1_000, 0)


def test_two_debits_at_once_never_take_more_than_there_is(market: Market, ask, key, staff):
    for number in range(5):
        ann = market.customer(f"Ann{number}", cents=1_500)
        body = {"amount": "10.00", "reason": "Paid out"}

        answers = at_once(
            *(partial(ask(staff).post, path(ann, "debit/"), body, headers=key()) for _ in range(2))
        )

        assert sorted(one.status_code for one in answers) == [201, 422]
        assert money_of(ann) == (500, 0)
