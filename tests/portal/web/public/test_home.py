"""The home page: what the market is doing right now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from marketplace.trading.models import Deal, Offer
from tests.marketplace.factories import (
    make_car_model,
    make_customer,
    make_listing,
    make_showroom,
    make_supplier,
)

pytestmark = pytest.mark.django_db


def _sold(count: int, *, minutes_ago: int = 0) -> list[Deal]:
    """Retail deals, one a customer, each for 20,000.00."""
    seller, car_model = make_showroom(), make_car_model()
    at = timezone.now() - timedelta(minutes=minutes_ago)
    deals = []
    for _ in range(count):
        buyer = make_customer()
        offer = Offer.objects.create(
            customer=buyer,
            car_model=car_model,
            max_price_cents=2_100_000,
            status=Offer.Status.FILLED,
            closed_at=at,
            expires_at=at + timedelta(days=30),
        )
        deals.append(
            Deal.objects.create(
                kind=Deal.Kind.RETAIL,
                seller=seller,
                buyer=buyer,
                car_model=car_model,
                quantity=1,
                unit_price_cents=2_000_000,
                list_price_cents=2_000_000,
                cars_before=0,
                cost_cents=1,
                offer=offer,
                sold_at=at,
            )
        )
    return deals


def test_an_empty_market_says_what_will_appear(client: Client) -> None:
    assert "No deal yet" in client.get("/").content.decode()


def test_the_figures_are_those_of_the_market(client: Client) -> None:
    _sold(3)
    _sold(2, minutes_ago=90)
    make_listing(seller=make_showroom(), quantity=7)
    make_listing(seller=make_showroom(is_active=False), quantity=100)
    make_listing(seller=make_supplier())

    figures = client.get("/").context["figures"]

    assert (figures.deals_last_hour, figures.cars_in_stock) == (3, 7)
    assert (figures.showrooms, figures.suppliers) == (3, 1)
    assert figures.volume_today_cents == figures.deals_today * 2_000_000


def test_the_latest_ten_deals_are_shown_without_their_buyers(client: Client) -> None:
    deals = _sold(11)

    page = client.get("/").content.decode()

    assert page.count("$20,000.00") == 10
    assert str(deals[0].seller.name) in page
    assert not any(deal.buyer.name in page for deal in deals)


def test_a_wholesale_deal_is_nobodys_business(client: Client) -> None:
    Deal.objects.create(
        kind=Deal.Kind.WHOLESALE,
        seller=make_supplier(name="Secret Supply"),
        buyer=make_showroom(),
        car_model=make_car_model(),
        quantity=1,
        unit_price_cents=1,
        list_price_cents=1,
        cars_before=0,
        sold_at=timezone.now(),
    )
    answer = client.get("/")
    assert "Secret Supply" not in answer.content.decode()
    assert answer.context["figures"].deals_today == 0


@pytest.mark.parametrize("size", [1, 12])
def test_the_page_costs_the_same_whatever_the_size(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    _sold(size)
    with django_assert_num_queries(5):
        client.get("/")
