"""The table of car models: filter, search, sort and page by one query string."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.catalog.models import CarModel
from tests.marketplace.factories import make_car_model, make_listing, make_showroom, make_supplier
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db


def _names(client: Client, query: str = "") -> list[str]:
    """The names of the car models that the page shows, in order."""
    return [row.record.name for row in client.get(f"/car-models/{query}").context["table"].page]


@pytest.fixture(name="garage")
def _garage() -> dict[str, CarModel]:
    """Three car models: Ant is cheap and electric, Bee costs more, Cat is at no showroom."""
    ant = make_car_model(make="Alfa", name="Ant", fuel="electric", power_hp=100, model_year=2024)
    bee = make_car_model(make="Beta", name="Bee", variant="Turbo", power_hp=200, body_type="suv")
    cat = make_car_model(make="Beta", name="Cat", power_hp=300, drive="awd")
    make_listing(seller=make_showroom(), car_model=ant, price_cents=1_000_000, quantity=2)
    make_listing(seller=make_showroom(), car_model=ant, price_cents=1_200_000, quantity=3)
    make_listing(seller=make_showroom(), car_model=bee, price_cents=3_000_000, quantity=1)
    make_listing(seller=make_showroom(), car_model=bee, price_cents=2_000_000, quantity=0)
    make_listing(seller=make_supplier(), car_model=cat, price_cents=100)
    make_listing(seller=make_showroom(is_active=False), car_model=cat, price_cents=200, quantity=5)
    return {"ant": ant, "bee": bee, "cat": cat}


@pytest.mark.usefixtures("garage")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Ant", "Bee", "Cat"]),
        ("?q=bee", ["Bee"]),
        ("?q=beta+turbo", ["Bee"]),
        ("?q=2024", ["Ant"]),
        ("?q=%25", []),
        ("?make=Beta", ["Bee", "Cat"]),
        ("?fuel=electric", ["Ant"]),
        ("?fuel=electric&fuel=petrol", ["Ant", "Bee", "Cat"]),
        ("?body=suv", ["Bee"]),
        ("?drive=awd", ["Cat"]),
        ("?power_min=150&power_max=250", ["Bee"]),
        ("?year_max=2024", ["Ant"]),
        ("?price_min=10000.01", ["Bee"]),
        ("?price_max=10000", ["Ant"]),
        ("?in_stock=on", ["Ant", "Bee"]),
        ("?make=Beta&in_stock=on", ["Bee"]),
        ("?sort=-power_hp", ["Cat", "Bee", "Ant"]),
        ("?sort=lowest_price_cents", ["Ant", "Bee", "Cat"]),
        ("?sort=-lowest_price_cents", ["Bee", "Ant", "Cat"]),
        ("?sort=-cars_in_stock", ["Ant", "Bee", "Cat"]),
        ("?sort=-car", ["Cat", "Bee", "Ant"]),
    ],
)
def test_the_query_string_says_what_is_shown(client: Client, query: str, names: list[str]) -> None:
    assert _names(client, query) == names


def test_only_what_active_showrooms_have_left_is_counted(
    client: Client, garage: dict[str, CarModel]
) -> None:
    rows = {row.record.pk: row.record for row in client.get("/car-models/").context["table"].page}

    ant, bee, cat = (rows[garage[name].pk] for name in ("ant", "bee", "cat"))
    assert (ant.lowest_price_cents, ant.showrooms, ant.cars_in_stock) == (1_000_000, 2, 5)
    assert (bee.lowest_price_cents, bee.showrooms, bee.cars_in_stock) == (3_000_000, 1, 1)
    assert (cat.lowest_price_cents, cat.showrooms, cat.cars_in_stock) == (None, 0, 0)


def test_a_deactivated_car_model_is_not_listed(client: Client) -> None:
    make_car_model(name="Gone", is_active=False)
    assert _names(client) == []


HOSTILE = [
    "q=%00",
    "q=" + "x" * 5_000,
    "q=" + quote("'; DROP TABLE parties_user; --"),
    "q=%F0%9F%9A%97+%ED%A0%80%FF",
    "make=nobody&fuel=plutonium&body=&drive=%00",
    "price_min=abc&price_max=1e999&power_min=NaN&year_min=-1&year_max=Infinity",
    f"power_min={'9' * 400}&year_min={10**30}&price_max={'9' * 30}",
    "sort=password&sort=-&sort=car__id&sort=" + "x" * 1_000,
    "sort=-car&sort=car",
    "page=0&per_page=0",
    "page=-1",
    "page=last",
    f"page={'9' * 5_000}",
    "page=2.5&page=٣",
    "in_stock=maybe&in_stock=",
    "=&&&?&%",
]


@pytest.mark.usefixtures("garage")
@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("path", ["/car-models/", "/showrooms/"])
def test_no_query_string_breaks_the_page(client: Client, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code == 200


@pytest.mark.usefixtures("garage")
def test_a_value_that_makes_no_sense_is_told_at_its_field(client: Client) -> None:
    page = client.get("/car-models/?price_min=abc").content.decode()
    assert "Enter an amount of money" in page


def test_a_page_past_the_end_is_the_last_one(client: Client) -> None:
    for _ in range(26):
        make_car_model()
    assert len(_names(client, "?page=99")) == 1


def test_pages_never_repeat_or_lose_a_row(client: Client) -> None:
    made = {make_car_model(power_hp=100).name for _ in range(60)}
    seen = [name for page in (1, 2, 3) for name in _names(client, f"?sort=power_hp&page={page}")]
    assert len(seen) == 60 and set(seen) == made


@pytest.mark.usefixtures("garage")
def test_a_chip_takes_its_filter_away_and_keeps_the_rest(client: Client) -> None:
    page = client.get("/car-models/?make=Beta&fuel=petrol&fuel=electric&page=2").content.decode()

    chips = re.findall(r'class="chip" href="([^"]*)"', page)

    assert chips == [
        "?fuel=petrol&amp;fuel=electric",
        "?make=Beta&amp;fuel=electric",
        "?make=Beta&amp;fuel=petrol",
    ]


@pytest.mark.usefixtures("garage")
def test_the_sorted_column_says_so_to_a_screen_reader(client: Client) -> None:
    page = client.get("/car-models/?sort=-power_hp").content.decode()
    assert page.count("aria-sort=") == 1 and 'aria-sort="descending"' in page


@pytest.mark.usefixtures("garage")
def test_htmx_gets_the_results_alone_and_links_lead_to_full_addresses(
    client: Client, ask_partial: Ask
) -> None:
    answer = ask_partial(client, "/car-models/?make=Beta", "car-model-results").content.decode()

    assert answer.strip().startswith('<section id="car-model-results"')
    assert "Bee" in answer and "Ant" not in answer
    assert 'href="?make=Beta&amp;sort=power_hp"' in answer


@pytest.mark.usefixtures("garage")
def test_nothing_found_says_what_to_do_next(client: Client) -> None:
    page = client.get("/car-models/?q=zzz").content.decode()
    assert "No car model fits" in page and "Clear all filters" in page


def test_a_name_is_text_wherever_it_appears(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    car_model = make_car_model(make=evil, name='"><img src=x onerror=a()>', variant="{{ 7 }}")
    showroom = make_showroom(name=evil, city=evil, address=evil)
    make_listing(seller=showroom, car_model=car_model)

    for path in (
        "/car-models/",
        f"/car-models/?make={quote(evil)}&q={quote(evil)}",
        f"/car-models/{car_model.pk}/",
        "/showrooms/",
        f"/showrooms/?q={quote(evil)}",
        f"/showrooms/{showroom.pk}/",
    ):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("size", [1, 40])
def test_the_page_costs_the_same_whatever_the_size(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    for _ in range(size):
        make_listing(seller=make_showroom())
    with django_assert_num_queries(3):
        client.get("/car-models/?sort=lowest_price_cents")
