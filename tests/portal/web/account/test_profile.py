"""The page about oneself: what it shows, and what each of its forms does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.parties.models import Customer, Membership, Party, Showroom, Supplier, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.selectors import customer_of, parties_of
from marketplace.trading.models import Offer, Preference
from tests.market import ENOUGH_CENTS, money_of, small_market
from tests.marketplace.factories import (
    PASSWORD,
    make_customer,
    make_membership,
    make_showroom,
    make_user,
)

pytestmark = pytest.mark.django_db

PAGE = "/account/"
DETAILS = {
    "name": "Bob Bobson",
    "country": "PT",
    "city": "Évora",
    "latitude": "38.5667",
    "longitude": "-7.9",
    "phone": "+351 266 700 000",
    "birth_date": "1980-02-29",
}


def page_of(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    return answer.content.decode()


@pytest.fixture(name="customer")
def _customer(bob: User) -> Customer:
    return make_customer(user=bob, name="Bob")


def test_the_page_says_who_one_is_and_where_to_change_it(bobs_client: Client) -> None:
    page = page_of(bobs_client)

    assert "bob@example.com" in page and "Confirmed" in page and "Please confirm" not in page
    for kind in ("username", "email", "password"):
        assert f'href="/account/changes/{kind}/"' in page
    for path in ("/two-factor/", "/account/sessions/", "/account/memberships/"):
        assert f'href="{path}"' in page


def test_who_has_not_confirmed_can_have_the_letter_sent_again() -> None:
    client = Client()
    client.force_login(make_user(confirmed=False))

    page = page_of(client)

    assert "Please confirm" in page and 'action="/confirm-email/again/"' in page


def test_the_page_costs_a_fixed_number_of_queries(bob: User, bobs_client: Client) -> None:
    make_customer(user=bob)
    counts = []
    for _ in range(2):
        page_of(bobs_client)
        with CaptureQueriesContext(connection) as asked:
            page_of(bobs_client)
        counts.append(len(asked))
        for _ in range(10):
            make_showroom(owner=bob)
    assert counts[0] == counts[1]


def test_who_is_not_logged_in_logs_in_first(client: Client) -> None:
    parts = ("", "details/", "language/", "join/customer/", "join/showroom/", "close/")
    for part in parts:
        assert client.get(PAGE + part)["Location"] == f"/log-in/?next={PAGE}{part}"
        assert client.post(PAGE + part).status_code == 302


# The customer


def test_a_customer_changes_its_details(bobs_client: Client, customer: Customer) -> None:
    answer = bobs_client.post("/account/details/", DETAILS)

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    customer.refresh_from_db()
    assert (customer.name, customer.country.code, customer.city) == ("Bob Bobson", "PT", "Évora")
    assert (customer.latitude, customer.longitude) == (Decimal("38.5667"), Decimal("-7.9000"))
    assert (customer.phone, customer.birth_date) == ("+351 266 700 000", date(1980, 2, 29))
    page = page_of(bobs_client)
    assert "Your profile is saved." in page
    for shown in ("Bob Bobson", "Évora", "38.5667", "-7.9000", "1980-02-29"):
        assert f'value="{shown}"' in page
    assert '<option value="PT" selected>' in page


def test_what_a_customer_leaves_empty_is_empty(bobs_client: Client, customer: Customer) -> None:
    bobs_client.post("/account/details/", DETAILS)

    answer = bobs_client.post("/account/details/", {"name": "Bob"})

    assert answer.status_code == 303
    customer.refresh_from_db()
    assert (customer.city, customer.latitude, customer.birth_date) == ("", None, None)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "required"),
        ("name", "x" * 121, "at most 120"),
        ("name", "a\x00b", "Null characters"),
        ("name", "a\x1bb", "Control characters"),
        ("country", "XX", "not one of the available choices"),
        ("city", "é" * 81, "at most 80"),
        ("latitude", "90.0001", "less than or equal to 90"),
        ("latitude", "NaN", "Enter a number"),
        ("latitude", "9" * 4_000, "Ensure"),
        ("latitude", "", "a latitude and a longitude"),
        ("longitude", "-180.1", "greater than or equal to -180"),
        ("phone", "1" * 33, "at most 32"),
        ("birth_date", "2100-01-01", "born in the future"),
        ("birth_date", "29.02.1980", "valid date"),
        ("birth_date", "1981-02-29", "valid date"),
    ],
)
def test_a_wrong_detail_is_said_at_its_field_and_nothing_is_saved(
    bobs_client: Client, customer: Customer, field: str, value: str, said: str
) -> None:
    answer = bobs_client.post("/account/details/", DETAILS | {field: value})

    form = answer.context["forms"]["details"]
    assert answer.status_code == 422 and said in " ".join(form.errors[field])
    assert "autofocus" in str(form[field])
    assert form["phone"].value() in answer.content.decode()
    customer.refresh_from_db()
    assert (customer.name, customer.city) == ("Bob", "")


def test_the_derived_half_is_shown_and_nobody_writes_it(
    bobs_client: Client, customer: Customer
) -> None:
    derived = {
        "favourite_make": "Aurora",
        "favourite_body_type": "suv",
        "favourite_fuel": "plug_in_hybrid",
        "cheapest_cents": 1_234_500,
        "dearest_cents": 9_876_500,
        "deals_count": 7,
        "spent_cents": 40_000_000,
        "last_deal_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "segment": "regular",
    }
    Customer.objects.filter(pk=customer.pk).update(**derived)

    page = page_of(bobs_client)
    bobs_client.post("/account/details/", DETAILS | {name: "1" for name in derived})

    for shown in ("Aurora", "SUV", "Plug-in hybrid", "$12,345.00", "$98,765.00", "$400,000.00"):
        assert shown in page
    assert "2 Jan 2026, 03:04 UTC" in page and "Regular" in page
    assert Customer.objects.filter(pk=customer.pk, **derived).exists()


def test_who_is_no_customer_has_no_details_and_becomes_one_once(
    bob: User, bobs_client: Client
) -> None:
    assert bobs_client.post("/account/details/", DETAILS).status_code == 404
    assert "You as a customer" not in page_of(bobs_client)
    asked = {"name": "Bob", "country": "ES", "city": "Vigo"}

    answers = [bobs_client.post("/account/join/customer/", asked) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 422]
    assert Customer.objects.get(user=bob).city == "Vigo"
    page = page_of(bobs_client)
    assert "You as a customer" in page and "Become a customer" not in page


def test_a_deactivated_customer_cannot_begin_again(bob: User, bobs_client: Client) -> None:
    make_customer(user=bob, is_active=False)

    refused = bobs_client.post("/account/join/customer/", {"name": "Bob"})

    assert refused.status_code == 422 and "a customer already" in refused.content.decode()


# Founding


def test_a_person_opens_a_showroom_and_owns_it(bob: User, bobs_client: Client) -> None:
    asked = {"name": "Corner", "country": "PT", "city": "Porto"}

    answer = bobs_client.post("/account/join/showroom/", asked)

    corner = Showroom.objects.get(name="Corner")
    assert answer.status_code == 303 and corner.city == "Porto"
    assert parties_of(bob).get(party=corner.pk).role == MemberRole.OWNER
    assert Preference.objects.get(showroom=corner).criteria == []
    assert "Your showroom is open" in page_of(bobs_client)


def test_a_person_founds_a_supplier_and_owns_it(bob: User, bobs_client: Client) -> None:
    asked = {"name": "Works", "country": "DE", "founded_year": "1926"}

    assert bobs_client.post("/account/join/supplier/", asked).status_code == 303

    works = Supplier.objects.get(name="Works")
    assert works.founded_year == 1926
    assert parties_of(bob).get(party=works.pk).role == MemberRole.OWNER


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("showroom", {"name": ""}, "name"),
        ("showroom", {"name": "a\x00"}, "name"),
        ("showroom", {"name": "x" * 10_000}, "name"),
        ("supplier", {"name": "Works", "founded_year": "1799"}, "founded_year"),
        ("supplier", {"name": "Works", "founded_year": "2099"}, "founded_year"),
        ("supplier", {"name": "Works", "founded_year": "9" * 5_000}, "founded_year"),
        ("supplier", {"name": "Works", "country": "??"}, "country"),
    ],
)
def test_a_founding_that_makes_no_sense_founds_nothing_and_stays_open(
    bobs_client: Client, kind: str, data: dict[str, str], field: str
) -> None:
    refused = bobs_client.post(f"/account/join/{kind}/", data)

    assert refused.status_code == 422 and field in refused.context["forms"][kind].errors
    assert 'class="account-part" open' in refused.content.decode()
    assert not Party.objects.exists()


# Language


def test_a_language_is_kept_for_letters_and_for_this_device(bob: User, bobs_client: Client) -> None:
    answer = bobs_client.post("/account/language/", {"language": "es"})

    bob.refresh_from_db()
    assert (answer.status_code, answer["Location"], bob.language) == (303, PAGE, "es")
    assert bobs_client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    assert '<html lang="es"' in page_of(bobs_client)


def test_the_language_leads_to_no_other_site(bobs_client: Client) -> None:
    data = {"language": "ru", "next": "https://evil.example/"}
    assert bobs_client.post("/account/language/", data)["Location"] == PAGE


@pytest.mark.parametrize("language", ["", "tlh", "x" * 100, "e\x00"])
def test_a_language_that_the_portal_does_not_speak_is_refused(
    bob: User, bobs_client: Client, language: str
) -> None:
    refused = bobs_client.post("/account/language/", {"language": language})

    assert refused.status_code == 422
    assert settings.LANGUAGE_COOKIE_NAME not in refused.cookies
    bob.refresh_from_db()
    assert bob.language == "en"


# Leaving


def close(client: Client, password: str = PASSWORD) -> HttpResponse:
    return client.post("/account/close/", {"current_password": password})


def test_a_person_closes_the_account_and_is_logged_out_everywhere(
    bob: User, bobs_client: Client
) -> None:
    make_membership(user=bob, party=make_showroom(owner=make_user()))
    elsewhere = Client()
    elsewhere.force_login(bob)

    answer = close(bobs_client)

    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert "Your account is closed" in bobs_client.get("/").content.decode()
    bob.refresh_from_db()
    assert not bob.is_active and not Membership.objects.active().filter(user=bob).exists()
    assert not UserSession.objects.filter(user=bob).exists()
    for client in (bobs_client, elsewhere):
        assert client.get(PAGE).status_code == 302
    bobs_client.post("/log-in/", {"login": "bob", "password": PASSWORD})
    assert SESSION_KEY not in bobs_client.session


def test_closing_gives_the_money_of_open_offers_back(audit_clean: None) -> None:
    market, car_model, _showroom = small_market()
    ann = market.customer("Ann")
    market.offer(ann, car_model, 200)
    client = Client()
    client.force_login(ann.user)

    close(client)

    assert Offer.objects.get().status == Offer.Status.CANCELLED
    assert money_of(ann) == (ENOUGH_CENTS, 0) and customer_of(ann.user) is None


def test_the_last_owner_of_a_party_cannot_leave(bob: User, bobs_client: Client) -> None:
    make_showroom(name="Corner", owner=bob)

    refused = close(bobs_client)

    assert refused.status_code == 422
    assert "You are the last owner of Corner" in refused.content.decode()
    assert User.objects.get(pk=bob.pk).is_active
    assert bobs_client.get(PAGE).status_code == 200


@pytest.mark.parametrize("password", ["", "wrong", "\x00", "x" * 5_000, PASSWORD + " "])
def test_closing_takes_the_password(bob: User, bobs_client: Client, password: str) -> None:
    refused = close(bobs_client, password)

    assert refused.status_code == 422
    assert "current_password" in refused.context["forms"]["close"].errors
    assert User.objects.get(pk=bob.pk).is_active


def test_the_password_cannot_be_guessed_there_either(bob: User, bobs_client: Client) -> None:
    for number in range(20):
        close(bobs_client, f"guess {number}")

    refused = close(bobs_client)

    assert refused.status_code == 422 and "tried too often" in refused.content.decode()
    assert User.objects.get(pk=bob.pk).is_active


def test_looking_closes_nothing(bob: User, bobs_client: Client) -> None:
    page = bobs_client.get("/account/close/").content.decode()

    assert "What you bought and sold stays on record." in page
    assert User.objects.get(pk=bob.pk).is_active


@pytest.mark.parametrize(
    "part", ["details", "language", "join/customer", "join/showroom", "join/supplier", "close"]
)
def test_every_form_needs_the_csrf_token(customer: Customer, part: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(customer.user)
    data = DETAILS | {"language": "es", "current_password": PASSWORD}

    assert client.post(f"{PAGE}{part}/", data).status_code == 403

    customer.refresh_from_db()
    assert customer.name == "Bob" and customer.user.language == "en" and Party.objects.count() == 1


def test_htmx_gets_the_part_of_the_page(bobs_client: Client, customer: Customer) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "profile",
        "HX-Current-URL": "http://testserver/account/",
    }

    refused = bobs_client.post("/account/details/", DETAILS | {"name": ""}, headers=headers)
    saved = bobs_client.post("/account/details/", DETAILS, headers=headers)
    shown = bobs_client.get(saved["Location"], headers=headers).content.decode()

    assert refused.status_code == 422 and refused.content.strip().startswith(b'<div id="profile">')
    assert (saved.status_code, saved["Location"]) == (303, PAGE)
    assert "Your profile is saved." in shown and "<html" not in shown
