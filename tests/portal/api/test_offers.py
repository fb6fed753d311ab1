"""A customer's offers through the API: posted once, watched, taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from marketplace.common.shards import WHOLE
from marketplace.parties.models import User
from marketplace.parties.services import deactivate_party
from marketplace.receipts.models import Receipt
from marketplace.trading.models import Offer
from marketplace.trading.services.matching import match_offers
from marketplace.trading.services.offers import cancel_offer, expire_offers
from tests.conftest import prove
from tests.market import NOW, Market, money_of, small_market
from tests.marketplace import factories

pytestmark = pytest.mark.django_db

PATH = "/api/offers/"
MINUTE = timedelta(minutes=1)


def body(car_model: Any, price: Any = "10000.00", **more: Any) -> dict[str, Any]:
    return {"car_model": car_model.pk, "max_price": price, **more}


def test_an_offer_is_posted_and_its_money_held(ask, key):
    market = Market()
    car_model, ann = market.car_model(), market.customer("Ann", cents=1_500_000)

    answer = ask(ann.user).post(PATH, body(car_model, "10000.50"), headers=key())

    offer = Offer.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": offer.pk,
        "car_model": {
            "id": car_model.pk, "make": "Aurora", "name": "Swift", "variant": "",
            "model_year": 2026,
        },
        "max_price": "10000.50",
        "status": "open",
        "created_at": answer.json()["created_at"],
        "expires_at": answer.json()["expires_at"],
        "closed_at": None,
        "deal": None,
    }  # fmt: skip
    assert offer.expires_at - offer.created_at == timedelta(days=30)
    assert answer.json()["expires_at"].endswith("Z")
    assert (offer.customer_id, offer.max_price_cents) == (ann.pk, 1_000_050)
    assert money_of(ann) == (499_950, 1_000_050)
    prove()


def test_the_same_request_again_has_the_same_answer_and_no_effect(ask, key, problem):
    market = Market()
    car_model, ann = market.car_model(), market.customer("Ann", cents=2_500_000)
    client, headers = ask(ann.user), key()
    first = client.post(PATH, body(car_model), headers=headers)

    again = client.post(PATH, body(car_model), headers=headers)
    other = client.post(PATH, body(car_model, "9999.00"), headers=headers)
    fresh = client.post(PATH, body(car_model), headers=key())

    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert problem(other) == (422, "idempotency_key_reused", [])
    assert fresh.json()["id"] != first.json()["id"]
    assert money_of(ann) == (500_000, 2_000_000)
    prove()


def test_without_a_key_nothing_is_posted(ask, problem):
    market = Market()
    ann = market.customer("Ann")

    answer = ask(ann.user).post(PATH, body(market.car_model()))

    assert problem(answer) == (400, "idempotency_key_required", [])
    assert not Offer.objects.exists()


def test_too_little_money_is_said_at_the_price_and_said_again(ask, key, problem):
    market = Market()
    car_model, ann = market.car_model(), market.customer("Ann", cents=999_999)
    client, headers = ask(ann.user), key()

    answers = [client.post(PATH, body(car_model), headers=headers) for _ in range(2)]

    assert [problem(one) for one in answers] == [(422, "insufficient_funds", ["max_price"])] * 2
    assert money_of(ann) == (999_999, 0)
    assert Receipt.objects.get().status == 422
    prove()


def test_an_unconfirmed_person_can_look_but_not_post(ask, key, problem):
    market = Market()
    car_model = market.car_model()
    customer = factories.make_customer(user=factories.make_user(confirmed=False))
    market.fund(customer, 2_000_000)

    answer = ask(customer.user).post(PATH, body(car_model), headers=key())

    assert problem(answer) == (403, "email_not_confirmed", [])
    assert ask(customer.user).get(PATH).json()["count"] == 0
    assert money_of(customer) == (2_000_000, 0)


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (5, "invalid_money"),
        (5.0, "invalid_money"),
        (True, "invalid_money"),
        (None, "null"),
        ([], "invalid_money"),
        ({}, "invalid_money"),
        ("", "invalid_money"),
        ("-1.00", "min_value"),
        ("0.00", "min_value"),
        ("0.001", "invalid_money"),
        ("1e99", "invalid_money"),
        ("NaN", "invalid_money"),
        ("1,000.00", "invalid_money"),
        ("١٢٣", "invalid_money"),
        ("10\x00", "invalid_money"),
        ("9" * 400, "invalid_money"),
        ("10000000000.01", "invalid_money"),
    ],
)
def test_what_is_no_price_is_a_400_that_names_it(ask, key, problem, price, code):
    market = Market()
    ann = market.customer("Ann")

    answer = ask(ann.user).post(PATH, body(market.car_model(), price), headers=key())

    assert problem(answer) == (400, "invalid", ["max_price"])
    assert answer.json()["errors"][0]["code"] == code
    assert not Offer.objects.exists() and not Receipt.objects.exists()


@pytest.mark.parametrize(
    "car_model", ["x", "", None, True, 1.5, "1.5", 10**30, -1, 0, [], {}, "1\x00", 999_999_999]
)
def test_what_is_no_car_model_is_a_400_that_names_it(ask, key, problem, car_model):
    market = Market()
    market.car_model()

    answer = ask(market.customer("Ann").user).post(
        PATH, {"car_model": car_model, "max_price": "1.00"}, headers=key()
    )

    assert problem(answer) == (400, "invalid", ["car_model"])


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ("2020-01-01T00:00:00Z", 422),
        ("2999-01-01T00:00:00Z", 422),
        ("0001-01-01T00:00:00+14:00", 400),
        ("9999-12-31T23:59:59-14:00", 400),
        ("tomorrow", 400),
        (5, 400),
        (None, 400),
        ("\x00", 400),
    ],
)
def test_an_end_that_makes_no_sense_is_refused_at_its_field(ask, key, problem, ends, status):
    market = Market()
    ann = market.customer("Ann")

    answer = ask(ann.user).post(PATH, body(market.car_model(), expires_at=ends), headers=key())

    assert problem(answer) == (status, "invalid", ["expires_at"])
    assert money_of(ann)[1] == 0


def test_a_typo_and_a_forged_field_are_refused(ask, key, problem):
    market = Market()
    ann, car_model = market.customer("Ann"), market.car_model()

    answer = ask(ann.user).post(PATH, body(car_model, status="filled", customer=1), headers=key())

    assert problem(answer) == (400, "invalid", ["status", "customer"])
    assert problem(ask(ann.user).post(PATH, [1], headers=key()))[0] == 400
    assert not Offer.objects.exists()


def test_a_car_model_that_is_no_longer_traded_is_a_422(ask, key, problem):
    market = Market()
    gone = market.car_model("Gone", is_active=False)

    answer = ask(market.customer("Ann").user).post(PATH, body(gone), headers=key())

    assert problem(answer) == (422, "car_model_inactive", ["car_model"])


def test_a_filled_offer_shows_its_deal(ask):
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann")
    offer = market.offer(ann, car_model, 1_200_000)
    match_offers(shard=WHOLE, slot="t", at=NOW + MINUTE)

    shown = ask(ann.user).get(f"{PATH}{offer.pk}/").json()

    assert (shown["status"], shown["closed_at"]) == ("filled", "2026-03-02T12:01:00Z")
    assert shown["deal"] == {
        "id": offer.deal.pk,
        "seller": {"id": showroom.pk, "kind": "showroom", "name": "Corner"},
        "price": "10000.00",
        "list_price": "10000.00",
        "discount_percent": "0.00",
        "sold_at": "2026-03-02T12:01:00Z",
    }


def test_an_offer_is_taken_back_once(ask, problem):
    market = Market()
    ann, car_model = market.customer("Ann", cents=1_000_000), market.car_model()
    offer = market.offer(ann, car_model, 1_000_000)
    client = ask(ann.user)

    first = client.delete(f"{PATH}{offer.pk}/")
    again = client.delete(f"{PATH}{offer.pk}/")

    assert (first.status_code, first.content) == (204, b"")
    assert problem(again) == (409, "offer_closed", ["status"])
    assert again.json()["errors"][0]["code"] == "cancelled"
    assert client.get(f"{PATH}{offer.pk}/").json()["status"] == "cancelled"
    assert money_of(ann) == (1_000_000, 0)
    prove()


def test_a_closed_offer_says_how_it_ended(ask, problem):
    market, car_model, _showroom = small_market(cars=1)
    ann = market.customer("Ann")
    filled = market.offer(ann, car_model, 1_200_000)
    match_offers(shard=WHOLE, slot="t", at=NOW + MINUTE)
    expired = market.offer(ann, car_model, 1_000, expires_at=NOW + MINUTE)
    expire_offers(slot="e", at=NOW + 2 * MINUTE)
    client, before = ask(ann.user), money_of(ann)

    for offer, state in ((filled, "filled"), (expired, "expired")):
        for answer in (
            client.delete(f"{PATH}{offer.pk}/"),
            client.get(f"{PATH}{offer.pk}/nearest-miss/"),
        ):
            assert problem(answer) == (409, "offer_closed", ["status"])
            assert answer.json()["errors"][0]["code"] == state
    assert money_of(ann) == before
    prove()


def test_the_nearest_miss_is_the_lowest_own_quote(ask):
    market, car_model, showroom = small_market(cars=1)
    ann = market.customer("Ann")
    tier = factories.make_tier(seller=showroom, threshold=5, percent="2.00")
    client = ask(ann.user)
    offer = market.offer(ann, car_model, 995_000)

    told = client.get(f"{PATH}{offer.pk}/nearest-miss/").json()

    assert told["missing"] == "50.00"
    assert told["lowest"] == {
        "seller": {"id": showroom.pk, "kind": "showroom", "name": "Corner"},
        "list_price": "10000.00",
        "price": "10000.00",
        "cars_before": 0,
        "discount": None,
        "considered": [
            {
                "kind": "loyalty", "id": tier.pk, "percent": "2.00", "outcome": "not_reached",
                "reason": "not enough cars bought yet",
            }
        ],
    }  # fmt: skip


def test_no_showroom_no_miss(ask):
    market = Market()
    ann = market.customer("Ann")
    offer = market.offer(ann, market.car_model(), 1_000)

    told = ask(ann.user).get(f"{PATH}{offer.pk}/nearest-miss/").json()

    assert (told["missing"], told["lowest"]) == (None, None)


def test_anybody_elses_offer_is_not_there(ask, problem):
    market, car_model, _showroom = small_market(cars=1)
    ann, bob = market.customer("Ann"), market.customer("Bob")
    offer = market.offer(ann, car_model, 1_000)
    client = ask(bob.user)

    for path in (f"{PATH}{offer.pk}/", f"{PATH}{offer.pk}/nearest-miss/", f"{PATH}{10**17}/"):
        assert problem(client.get(path)) == (404, "not_found", [])
    assert problem(client.delete(f"{PATH}{offer.pk}/")) == (404, "not_found", [])
    assert client.get(PATH).json()["count"] == 0
    offer.refresh_from_db()
    assert offer.status == "open"


def test_only_customers_have_offers(ask, key, problem):
    market, car_model, showroom = small_market(cars=1)
    offer = market.offer(market.customer("Ann"), car_model, 1_000)
    people = [factories.make_user(), factories.make_user(is_staff=True)]
    for role in ("owner", "manager", "analyst"):
        member = factories.make_user()
        factories.make_membership(user=member, party=showroom, role=role)
        people.append(member)

    for person in people:
        client = ask(person)
        for answer in (
            client.get(PATH),
            client.get(f"{PATH}{offer.pk}/"),
            client.delete(f"{PATH}{offer.pk}/"),
            client.post(PATH, body(car_model), headers=key()),
        ):
            assert problem(answer)[:2] == (403, "permission_denied")
    for answer in (ask().get(PATH), ask().post(PATH, body(car_model), headers=key())):
        assert problem(answer)[:2] == (401, "not_authenticated")
    assert Offer.objects.count() == 1


def test_a_deactivated_customer_is_nobody(ask, key, problem):
    market = Market()
    ann, car_model = market.customer("Ann"), market.car_model()
    deactivate_party(party=ann, at=NOW)

    answer = ask(ann.user).post(PATH, body(car_model), headers=key())

    assert problem(answer)[0] == 403
    assert not Offer.objects.exists()


@pytest.mark.parametrize("pk", ["x", "-1", "1.5", "9" * 19, "9" * 400, "%00", "١"])
def test_a_malformed_id_is_not_there(ask, problem, pk):
    ann = Market().customer("Ann")

    assert problem(ask(ann.user).get(f"{PATH}{pk}/"))[0] == 404
    assert problem(ask(ann.user).delete(f"{PATH}{pk}/"))[0] == 404


@pytest.fixture(name="three")
def _three() -> tuple[User, dict[str, int]]:
    """Offers of Ann: a cheap Swift that was cancelled, a dear one, and a Comet of another make."""
    market = Market()
    ann = market.customer("Ann")
    swift, comet = market.car_model("Swift"), market.car_model("Comet", make="Borealis")
    cheap = market.offer(ann, swift, 100_000, at=NOW)
    dear = market.offer(ann, swift, 300_000, at=NOW + MINUTE)
    other = market.offer(ann, comet, 200_000, at=NOW + 2 * MINUTE)
    cancel_offer(customer=ann, offer=cheap, at=NOW + MINUTE)
    names = {"cheap": cheap.pk, "dear": dear.pk, "comet": other.pk, "swift_id": swift.pk}
    return ann.user, names


def found(client: APIClient, names: dict[str, int], query: str) -> list[str]:
    """The offers that are listed, by their names."""
    answer = client.get(f"{PATH}?{query.format(**names)}")
    assert answer.status_code == 200, answer.json()
    by_id = {pk: name for name, pk in names.items() if not name.endswith("_id")}
    return [by_id[row["id"]] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["comet", "dear", "cheap"]),
        ("status=open", ["comet", "dear"]),
        ("status=open&status=cancelled", ["comet", "dear", "cheap"]),
        ("car_model={swift_id}", ["dear", "cheap"]),
        ("make=borealis", ["comet"]),
        ("created_from=2026-03-02T12:01:00Z", ["comet", "dear"]),
        ("created_before=2026-03-02T12:01:00Z", ["cheap"]),
        ("max_price_min=2000.00&max_price_max=2999.99", ["comet"]),
        ("q=aurora+swi", ["dear", "cheap"]),
        ("q=nothing", []),
        ("ordering=max_price", ["cheap", "comet", "dear"]),
        ("ordering=-max_price", ["dear", "comet", "cheap"]),
        ("ordering=closed_at", ["cheap", "dear", "comet"]),
        ("page_size=1&page=2", ["dear"]),
    ],
)
def test_offers_are_narrowed_and_ordered(ask, three, query, names):
    ann, known = three

    assert found(ask(ann), known, query) == names


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=sold", "status"),
        ("car_model=x", "car_model"),
        ("car_model=1.5", "car_model"),
        (f"car_model={10 ** 30}", "car_model"),
        ("car_model=1e99", "car_model"),
        ("make=a%00b", "make"),
        ("q=%00", "q"),
        (f"q={'x' * 101}", "q"),
        ("created_from=yesterday", "created_from"),
        ("max_price_min=1e9", "max_price_min"),
        ("ordering=customer__user__password", "ordering"),
        ("page_size=1000", "page_size"),
        ("customer=1", "customer"),
    ],
)
def test_a_query_that_can_not_be_read_is_a_400_that_names_it(ask, three, problem, query, field):
    assert problem(ask(three[0]).get(f"{PATH}?{query}")) == (400, "invalid", [field])


def test_a_list_costs_the_same_with_more_rows(ask, same_queries):
    market, car_model, _showroom = small_market(cars=60)
    ann, clock = market.customer("Ann", cents=10**9), iter(range(1, 100))

    def one_filled() -> None:
        at: datetime = NOW + next(clock) * MINUTE
        market.offer(ann, car_model, 1_000_000, at=at)
        match_offers(shard=WHOLE, slot=f"{at}", at=at)

    same_queries(ask(ann.user), PATH, one_filled)
    offer = market.offer(ann, car_model, 1_000, at=timezone.now())
    same_queries(ask(ann.user), f"{PATH}{offer.pk}/nearest-miss/", one_filled)
