"""Whatever is wrong with a request, the answer is a problem that a program can read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.test import APIClient

from marketplace.common.errors import Busy, Invalid, MarketplaceError, NotAllowed
from marketplace.ledger.errors import InsufficientFunds
from marketplace.parties.errors import EmailNotConfirmed, LastOwner
from marketplace.pricing.errors import BadLine, PriceListRefused
from marketplace.receipts.errors import KeyReused, RequestInFlight
from marketplace.trading.errors import OfferClosed
from portal import urls
from portal.api.errors import problem_for
from portal.api.resources import Resource
from tests.marketplace.factories import (
    make_car_model,
    make_customer,
    make_membership,
    make_showroom,
    make_user,
)

pytestmark = pytest.mark.django_db

Ask = Callable[..., APIClient]
Read = Callable[[Any], tuple[int, str, list[str | None]]]


@pytest.mark.parametrize(
    "path",
    ["nowhere", "nowhere/", "car-models", "car-models/x/", "car-models/-1/", "car-models/%00/",
     "car-models/9999999999999999999/", "car-models/1/2/", "auth/app/v1/account/email",
     "auth/app/v1/account/password/change", "auth/app/v1/auth/phone/verify", "auth/browser/v1/config"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "trace"])
def test_an_unknown_path_is_a_problem(ask: Ask, problem: Read, method: str, path: str) -> None:
    answer = getattr(ask(), method)(f"/api/{path}")
    assert answer.status_code == 404
    if method != "head":
        assert problem(answer) == (404, "not_found", [])


def test_a_missing_object_is_a_problem(ask: Ask, problem: Read) -> None:
    gone = make_car_model(is_active=False)
    assert problem(ask().get(f"/api/car-models/{gone.pk}/")) == (404, "not_found", [])
    assert problem(ask().get("/api/car-models/999999999999999999/"))[0] == 404


def test_another_method_says_which_there_are(ask: Ask, problem: Read) -> None:
    answer = ask().delete("/api/car-models/")
    assert problem(answer) == (405, "method_not_allowed", [])
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert ask().options("/api/car-models/")["Allow"] == "GET, HEAD, OPTIONS"


def test_another_form_than_json_is_refused(ask: Ask, problem: Read) -> None:
    client = ask(make_user())
    asked = client.post(
        "/api/showrooms/", "name=A", content_type="application/x-www-form-urlencoded"
    )
    assert problem(asked) == (415, "unsupported_media_type", [])
    wanted = client.get("/api/car-models/", headers={"Accept": "text/html"})
    assert problem(wanted) == (406, "not_acceptable", [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "parse_error"),
        (b"", "invalid"),
        (b"\xff\xfe{}", "parse_error"),
        (b'{"name": "a", "name": "b"}', "duplicate_key"),
        (b'{"name": NaN}', "parse_error"),
        (b'{"name": 1e999}', "parse_error"),
        (b'{"name": ' + b"9" * 5_000 + b"}", "parse_error"),
        (b'{"name": "\\ud800"}', "parse_error"),
        (b'{"\\ud800": 1}', "parse_error"),
        (b"[" * 200_000, "parse_error"),
        (b'{"a":' * 100_000, "parse_error"),
        (b"[]", "invalid"),
        (b"null", "invalid"),
        (b'"text"', "invalid"),
    ],
)
def test_what_is_no_json_is_told(ask: Ask, problem: Read, body: bytes, code: str) -> None:
    answer = ask(make_user()).post("/api/showrooms/", body, content_type="application/json")
    assert problem(answer)[:2] == (400, code)


def test_a_body_that_is_too_large_is_not_read(ask: Ask, problem: Read, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = ask(make_user()).post("/api/showrooms/", {"name": "a" * 2_000})
    assert problem(answer) == (413, "too_large", [])


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": "a\x00b"}, "name", "null_characters_not_allowed"),
        ({"name": "a" * 121}, "name", "max_length"),
        ({"name": ""}, "name", "blank"),
        ({"name": None}, "name", "null"),
        ({"name": ["a"]}, "name", "invalid"),
        ({"name": "A", "latitude": "91"}, "latitude", "max_value"),
        ({"name": "A", "latitude": "9" * 400}, "latitude", "max_digits"),
        ({"name": "A", "preference": "all"}, "preference", "not_a_list"),
        ({"name": "A", "nmae": "B"}, "nmae", "unknown_field"),
        ({"name": "A", "created_at": "2026-01-01T00:00:00Z"}, "created_at", "unknown_field"),
    ],
)
def test_a_bad_value_names_its_field(
    ask: Ask, values: dict[str, object], field: str, code: str
) -> None:
    answer = ask(make_user()).post("/api/showrooms/", values)
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]


def test_a_refusal_by_the_market_is_a_422_with_its_field(ask: Ask, problem: Read) -> None:
    answer = ask(make_user()).post("/api/showrooms/", {"name": "A", "latitude": "10"})
    assert problem(answer) == (422, "invalid", ["longitude"])
    wish = {"characteristic": "fuel", "must": "perhaps"}
    answer = ask(make_user()).post("/api/showrooms/", {"name": "A", "preference": [wish]})
    assert problem(answer) == (422, "invalid", ["preference.fuel"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"), ("page_size=101", "page_size"), ("page_size=x", "page_size"),
        ("page_size=%D9%A1", "page_size"), ("ordering=nothing", "ordering"),
        ("ordering=make,-nothing", "ordering"), ("year_min=x", "year_min"), ("price_min=1e9", "price_min"),
        ("price_max=99999999999999", "price_max"), ("make=None", "make"), ("body=boat", "body"),
        ("q=%00", "q"), ("makes=Aurora", "makes"), ("year_max=1e100", "year_max"),
    ],
)  # fmt: skip
def test_a_bad_query_names_its_parameter(ask: Ask, problem: Read, query: str, field: str) -> None:
    status, code, fields = problem(ask().get(f"/api/car-models/?{query}"))
    assert (status, code, fields) == (400, "invalid", [field])


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "9" * 30, "9" * 5_000, "%00", "1.5"])
def test_a_page_that_is_not_there_is_a_404(ask: Ask, problem: Read, page: str) -> None:
    assert problem(ask().get(f"/api/car-models/?page={page}"))[:2] == (404, "not_found")


def test_a_bug_is_a_problem_that_gives_nothing_away(
    monkeypatch: pytest.MonkeyPatch, problem: Read, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("portal.api.car_models.active_car_models", break_down)
    client = APIClient(raise_request_exception=False)
    answer = client.get("/api/car-models/")
    assert problem(answer) == (500, "error", [])
    assert b"secret" not in answer.content
    assert "ZeroDivisionError" in caplog.text


def test_what_django_itself_refuses_is_a_problem_too(settings: Any, problem: Read) -> None:
    settings.ALLOWED_HOSTS = ["forecourt.example"]
    answer = Client().get("/api/car-models/", headers={"Host": "elsewhere.example"})
    assert problem(answer) == (400, "bad_request", [])
    answer = Client().get("/car-models/", headers={"Host": "elsewhere.example"})
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_django_asks_us_for_each_of_its_refusals(status: int, problem: Read) -> None:
    handler = getattr(urls, f"handler{status}")
    arguments = () if status == 500 else (ValueError(),)
    answer = handler(RequestFactory().get("/api/x/"), *arguments)
    answer.json = lambda: json.loads(answer.content)
    assert problem(answer)[0] == status


def _answer(exc: Exception, **members: object) -> Any:
    view = type("View", (Resource,), members)()
    return problem_for(exc, {"view": view, "request": None, "args": (), "kwargs": {}})


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (NotAllowed(), 403), (EmailNotConfirmed(), 403), (Busy(), 409), (RequestInFlight(), 409),
        (OfferClosed(), 409), (LastOwner(), 409), (KeyReused(), 422), (InsufficientFunds(), 422),
        (Invalid(), 422), (MarketplaceError(), 422),
    ],
)  # fmt: skip
def test_each_kind_of_refusal_has_its_status(refusal: MarketplaceError, status: int) -> None:
    answer = _answer(refusal)
    assert (answer.status_code, answer.data["code"]) == (status, refusal.code)
    assert answer.content_type == "application/problem+json"
    assert ("Retry-After" in answer.headers) == isinstance(refusal, Busy)


def test_a_refusal_may_say_when_to_come_back_and_names_fields_as_the_api_does() -> None:
    class Later(Busy):
        retry_after = 0.2

    assert _answer(Later())["Retry-After"] == "1"
    assert _answer(Invalid(field="max_price_cents")).data["errors"][0]["field"] == "max_price"
    refusal = PriceListRefused([BadLine(1, "Nothing"), BadLine(4, "Too much")])
    errors = _answer(refusal, field_names={"prices": "lines"}).data["errors"]
    assert [error["field"] for error in errors] == ["lines.0", "lines.3"]


def test_fields_inside_lists_have_a_dotted_path() -> None:
    inside = {"lines": [{}, {}, {}, {"price": [ErrorDetail("No.", code="invalid_money")]}]}
    errors = _answer(ValidationError(inside)).data["errors"]
    assert errors == [{"field": "lines.3.price", "code": "invalid_money", "detail": "No."}]
    whole = _answer(ValidationError({"non_field_errors": ["No."]})).data["errors"]
    assert [error["field"] for error in whole] == [None]


def test_the_words_are_in_the_language_of_the_reader_and_the_code_is_not(ask: Ask) -> None:
    analyst = make_membership(party=(showroom := make_showroom()), role="analyst").user
    path = f"/api/showrooms/{showroom.pk}/policy/"
    english = ask(analyst).patch(path, {}).json()
    spanish = ask(analyst).patch(path, {}, headers={"Accept-Language": "es"}).json()
    assert english["code"] == spanish["code"] == "permission_denied"
    assert english["detail"] != spanish["detail"]


@pytest.mark.parametrize(
    "values",
    [{"name": 7}, {"name": True}, {"name": "A", "latitude": 1.5}],
    ids=["a number", "a truth", "a fraction"],
)
def test_a_value_of_another_type_is_not_turned_into_what_it_might_mean(
    ask: Ask, values: dict[str, object]
) -> None:
    answer = ask(make_user()).post("/api/showrooms/", values)
    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["invalid"]


@pytest.mark.parametrize("said", ["2", "on", "yes"])
def test_a_truth_in_the_query_string_is_true_or_false(ask: Ask, said: str) -> None:
    answer = ask().get(f"/api/car-models/?in_stock={said}")
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "in_stock"
    assert ask().get("/api/car-models/?in_stock=true").status_code == 200


@pytest.mark.parametrize(
    ("instant", "status"),
    [
        ("2026-03-06T19:16:51%2B22:26", 200),
        ("0001-01-01T00:00:00%2B22:26", 400),
        ("9999-12-31T23:59:59-22:26", 400),
        ("2026-02-30T00:00:00Z", 400),
    ],
)
def test_an_instant_is_read_in_any_offset_and_refused_outside_of_the_calendar(
    ask: Ask, instant: str, status: int
) -> None:
    asker = make_customer(user=make_user()).user
    answer = ask(asker).get(f"/api/offers/?created_before={instant}")
    assert answer.status_code == status
