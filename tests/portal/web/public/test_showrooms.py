"""The showrooms, and one with its stock."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.marketplace.factories import make_car_model, make_listing, make_showroom, make_supplier
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db


def test_showrooms_are_found_by_name_city_and_country(client: Client) -> None:
    make_showroom(name="Ana", city="Porto", country="PT")
    make_showroom(name="Bruno", city="Graz", country="AT")
    make_showroom(name="Gone", city="Porto", country="PT", is_active=False)
    make_supplier(name="Supply")

    def names(query: str) -> list[str]:
        return [row.record.name for row in client.get(f"/showrooms/{query}").context["table"].page]

    assert names("") == ["Ana", "Bruno"]
    assert names("?q=porto") == names("?q=an") == names("?country=PT") == ["Ana"]
    assert names("?sort=-name") == ["Bruno", "Ana"]
    assert "Portugal" in client.get("/showrooms/").content.decode()


def test_the_figures_are_those_of_the_stock(client: Client) -> None:
    showroom = make_showroom()
    for quantity in (2, 3, 0):
        make_listing(seller=showroom, quantity=quantity)
    make_listing(seller=showroom, quantity=9, is_active=False)

    seen = client.get(f"/showrooms/{showroom.pk}/").context["showroom"]

    assert (seen.models_in_stock, seen.cars_in_stock, seen.recent_deals) == (2, 5, 0)


def test_a_showroom_shows_what_it_has(client: Client, ask_partial: Ask) -> None:
    showroom = make_showroom()
    for name, quantity in (("Ant", 2), ("Bee", 1), ("Out", 0)):
        make_listing(seller=showroom, car_model=make_car_model(name=name), quantity=quantity)
    make_listing(seller=make_showroom(), car_model=make_car_model(name="Elsewhere"))

    page = client.get(f"/showrooms/{showroom.pk}/").content.decode()
    found = ask_partial(client, f"/showrooms/{showroom.pk}/?q=ant", "stock-results")

    assert "Ant" in page and "Bee" in page and "Out<" not in page and "Elsewhere" not in page
    assert b"Ant" in found.content and b"Bee" not in found.content


def test_an_empty_showroom_says_what_will_come(client: Client) -> None:
    page = client.get(f"/showrooms/{make_showroom().pk}/").content.decode()
    assert "Nothing in stock" in page


def test_only_an_active_showroom_has_a_page(client: Client) -> None:
    for pk in (make_supplier().pk, make_showroom(is_active=False).pk, 10**30, 0):
        assert client.get(f"/showrooms/{pk}/").status_code == 404


@pytest.mark.parametrize("size", [1, 40])
def test_the_pages_cost_the_same_whatever_the_size(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    showroom = make_showroom()
    for _ in range(size):
        make_listing(seller=showroom)
        make_showroom(country="PT")
    with django_assert_num_queries(3):
        client.get("/showrooms/")
    with django_assert_num_queries(3):
        client.get(f"/showrooms/{showroom.pk}/")
