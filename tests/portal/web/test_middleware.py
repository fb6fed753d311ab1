"""Ids of requests, sessions that ran out, redirects and messages under htmx."""

from __future__ import annotations

import json
import logging

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from pytest_django import Settings

from portal.logs import JsonFormatter
from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db


def test_every_answer_has_an_id_of_its_own(client: Client) -> None:
    ids = {client.get("/healthz")["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_a_stranger_cannot_choose_the_id(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "chosen-by-me"})
    assert answer["X-Request-ID"] != "chosen-by-me"


def test_our_own_proxy_chooses_the_id_if_it_is_well_formed(
    client: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    good = client.get("/healthz", headers={"X-Request-ID": "0123456789abcdef"})
    bad = client.get("/healthz", headers={"X-Request-ID": 'x" injected'})

    assert good["X-Request-ID"] == "0123456789abcdef"
    assert "injected" not in bad["X-Request-ID"]


def test_a_request_is_one_json_line_with_its_id(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "portal.requests"):
        answer = client.get("/healthz")

    (record,) = [record for record in caplog.records if record.name == "portal.requests"]
    line = json.loads(JsonFormatter().format(record))
    assert (line["method"], line["path"], line["status"]) == ("GET", "/healthz", 200)
    assert line["request_id"] == answer["X-Request-ID"] and line["ms"] >= 0


def test_a_session_that_ran_out_sends_the_whole_browser_to_log_in_and_back_to_the_page(
    staff_client: Client, ask_partial: Ask
) -> None:
    session = staff_client.session
    del session[SESSION_KEY]
    session.save()

    answer = ask_partial(staff_client, "/staff/monitor/", "jobs", on_page="/staff/monitor/?a=b")

    assert answer["HX-Redirect"] == "/log-in/?next=%2Fstaff%2Fmonitor%2F%3Fa%3Db"
    assert b"<form" not in answer.content


def test_the_way_back_is_never_another_site(client: Client) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "jobs",
        "HX-Current-URL": "https://evil.example/x",
    }
    answer = client.get("/staff/monitor/", headers=headers)
    assert answer["HX-Redirect"] == "/log-in/?next=%2Fstaff%2Fmonitor%2F"


def test_htmx_follows_a_redirect_to_its_own_page(staff_client: Client, ask_partial: Ask) -> None:
    answer = ask_partial(
        staff_client, "/staff/monitor/", "jobs", data={"job": "match-offers", "act": "run"}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/staff/monitor/")


def test_a_redirect_to_another_page_moves_the_browser(client: Client, ask_partial: Ask) -> None:
    answer = ask_partial(client, "/log-out/", "jobs", on_page="/staff/monitor/", data={})
    assert answer["HX-Redirect"] == "/"


def test_a_message_comes_once_with_the_next_partial(staff_client: Client, ask_partial: Ask) -> None:
    ask_partial(staff_client, "/staff/monitor/", "jobs", data={"job": "match-offers", "act": "run"})

    first = ask_partial(staff_client, "/staff/monitor/", "jobs").content.decode()
    second = ask_partial(staff_client, "/staff/monitor/", "jobs").content.decode()

    assert 'hx-swap-oob="beforeend:#toasts"' in first and "Asked for a run" in first
    assert "hx-swap-oob" not in second


def test_a_whole_page_shows_its_messages_in_place(staff_client: Client) -> None:
    page = staff_client.post(
        "/staff/monitor/", {"job": "match-offers", "act": "run"}, follow=True
    ).content.decode()
    assert "Asked for a run" in page and "hx-swap-oob" not in page
