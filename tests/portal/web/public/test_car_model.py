"""One car model: who sells it for how much, and how its price has gone."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from marketplace.parties.models import Customer
from marketplace.pricing.models import PriceChange
from marketplace.trading.models import Offer
from tests.marketplace.factories import (
    make_car_model,
    make_customer,
    make_listing,
    make_patronage,
    make_promotion,
    make_showroom,
    make_supplier,
    make_tier,
)

pytestmark = pytest.mark.django_db


def test_the_sellers_stand_by_price_and_the_sold_out_last(client: Client) -> None:
    car_model = make_car_model()
    for name, price_cents, quantity in (("Dear", 300, 1), ("Cheap", 200, 1), ("Out", 100, 0)):
        make_listing(
            seller=make_showroom(name=name),
            car_model=car_model,
            price_cents=price_cents * 10_000,
            quantity=quantity,
        )
    make_listing(seller=make_supplier(name="Hidden"), car_model=car_model, price_cents=1)
    make_listing(
        seller=make_showroom(name="Closed", is_active=False), car_model=car_model, price_cents=1
    )

    answer = client.get(f"/car-models/{car_model.pk}/")

    names = [asking.listing.seller.name for asking in answer.context["askings"]]
    assert names == ["Cheap", "Dear", "Out"]
    page = answer.content.decode()
    assert "$20,000.00" in page and "sold out" in page
    assert "Hidden" not in page and "Closed" not in page


def test_a_customer_sees_their_own_price(client: Client, customer_client: Client) -> None:
    now = timezone.now()
    car_model, loyal, cheap = make_car_model(), make_showroom(name="Loyal"), make_showroom()
    make_listing(seller=loyal, car_model=car_model, price_cents=2_000_000)
    make_listing(seller=cheap, car_model=car_model, price_cents=1_950_000)
    make_tier(seller=loyal, threshold=5, percent="10.00")
    make_patronage(seller=loyal, buyer=Customer.objects.get(), cars=5)
    make_promotion(
        seller=loyal, percent="1.00", starts_at=now - timedelta(1), ends_at=now + timedelta(1)
    )

    path = f"/car-models/{car_model.pk}/"
    own, strangers = customer_client.get(path), client.get(path)

    assert own.context["best"].quote.price_cents == 1_800_000
    assert "your loyalty" in own.content.decode() and "−10.00 %" in own.content.decode()
    assert strangers.context["best"].quote.price_cents == 1_950_000
    assert "your loyalty" not in strangers.content.decode()
    assert "promotion" in strangers.content.decode()


def test_the_price_history_is_the_price_at_the_end_of_each_day(client: Client) -> None:
    now = timezone.now()
    listing = make_listing(
        seller=make_showroom(), price_cents=3_000_000, created_at=now - timedelta(days=10)
    )
    other = make_listing(
        seller=make_showroom(),
        car_model=listing.car_model,
        price_cents=5_000_000,
        created_at=now - timedelta(days=10),
    )
    PriceChange.objects.create(
        listing=listing, price_cents=2_000_000, changed_at=now - timedelta(days=2)
    )

    answer = client.get(f"/car-models/{other.car_model_id}/")

    history = answer.context["history"]
    assert len(history) == 11
    assert (history[0].lowest_cents, history[0].mean_cents) == (3_000_000, 4_000_000)
    assert (history[-1].lowest_cents, history[-1].mean_cents) == (2_000_000, 3_500_000)
    script = re.search(r'id="history-chart"[^>]*>(.*?)</script>', answer.content.decode())
    assert script
    drawn = json.loads(script[1])
    assert drawn["data"]["datasets"][0]["data"][-1] == 20_000
    assert "The same numbers as a table" in answer.content.decode()


def test_depth_counts_open_offers_and_cars(client: Client) -> None:
    listing = make_listing(seller=make_showroom(), quantity=4)
    customer, now = make_customer(), timezone.now()
    for price_cents, status in ((1_900_000, "open"), (1_950_000, "open"), (1, "cancelled")):
        Offer.objects.create(
            customer=customer,
            car_model=listing.car_model,
            max_price_cents=price_cents,
            status=status,
            closed_at=None if status == "open" else now,
            expires_at=now + timedelta(days=30),
        )

    depth = client.get(f"/car-models/{listing.car_model_id}/").context["depth"]

    assert (depth.open_offers, depth.cars, depth.highest_offer_cents) == (2, 4, 1_950_000)
    assert sum(step.offers for step in depth.steps) == 2
    assert sum(step.cars for step in depth.steps) == 4


def test_a_car_model_that_nobody_sells_has_a_page(client: Client) -> None:
    page = client.get(f"/car-models/{make_car_model().pk}/").content.decode()
    assert "No showroom has it" in page and "None has been sold yet" in page


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_a_car_model_that_does_not_exist_is_a_404(client: Client, pk: str) -> None:
    assert client.get(f"/car-models/{pk}/").status_code == 404


def test_a_deactivated_car_model_is_a_404(client: Client) -> None:
    assert client.get(f"/car-models/{make_car_model(is_active=False).pk}/").status_code == 404


@pytest.mark.parametrize("size", [1, 40])
def test_the_page_costs_the_same_whatever_the_size(
    customer_client: Client, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    car_model = make_car_model()
    for _ in range(size):
        make_listing(seller=make_showroom(), car_model=car_model)
    with django_assert_num_queries(12):
        customer_client.get(f"/car-models/{car_model.pk}/")
