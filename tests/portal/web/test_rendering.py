"""Whole pages and partials: who gets which, and that one is never taken for the other."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.portal.conftest import Ask

pytestmark = pytest.mark.django_db


def test_a_plain_visit_gets_the_whole_page(client: Client) -> None:
    assert b"<!doctype html>" in client.get("/").content


def test_htmx_gets_only_the_partial_that_it_replaces(client: Client, ask_partial: Ask) -> None:
    answer = ask_partial(client, "/", "live-figures")

    assert b"<!doctype" not in answer.content
    assert answer.content.strip().startswith(b'<section id="live-figures"')


@pytest.mark.parametrize(
    "target", ["main", "toasts", "../base.html", "base.html#content", "", "é\x00"]
)
def test_a_page_renders_no_partial_that_it_does_not_offer(
    client: Client, ask_partial: Ask, target: str
) -> None:
    assert b"<!doctype html>" in ask_partial(client, "/", target).content


def test_the_back_button_gets_the_whole_page(client: Client) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "live-figures",
        "HX-History-Restore-Request": "true",
    }
    assert b"<!doctype html>" in client.get("/", headers=headers).content


def test_no_cache_shows_a_partial_in_place_of_a_page(client: Client, ask_partial: Ask) -> None:
    partial = ask_partial(client, "/", "live-figures")

    assert "no-store" in partial["Cache-Control"]
    for answer in (partial, client.get("/")):
        assert {"HX-Request", "HX-Target"} <= set(answer["Vary"].split(", "))


def test_head_answers_like_get_without_a_body(client: Client) -> None:
    answer = client.head("/car-models/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_every_page_has_a_strict_policy_and_nothing_inline(staff_client: Client) -> None:
    for path in ("/", "/car-models/", "/showrooms/", "/log-in/", "/staff/monitor/", "/nothing/"):
        answer = staff_client.get(path)
        policy = answer["Content-Security-Policy"]
        page = answer.content.decode()
        assert "script-src 'self'" in policy and "unsafe" not in policy
        assert " style=" not in page and " onclick=" not in page and "<style" not in page
        assert page.count("<script") == page.count("<script src=") + page.count(
            'type="application/json"'
        )
