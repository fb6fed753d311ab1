"""A log-in from somewhere new is told to the person, and only then."""

from __future__ import annotations

from django.test import Client

from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from tests.marketplace.factories import PASSWORD, make_user
from tests.portal.identity.conftest import Call

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _log_in(client: Client, agent: str = FIREFOX) -> None:
    client.get("/log-in/")
    answer = client.post(
        "/log-in/", {"login": "eva", "password": PASSWORD}, headers={"User-Agent": agent}
    )
    assert answer.status_code in (302, 303), answer.content
    client.post("/log-out/")


def _letters() -> int:
    return Email.objects.filter(kind=NoticeKind.NEW_DEVICE).count()


def test_the_first_device_is_no_news_and_the_second_is(db: None) -> None:
    make_user(username="eva")
    known = Client()
    _log_in(known)
    _log_in(known)
    assert _letters() == 0
    _log_in(Client())
    assert _letters() == 1
    _log_in(known)
    assert _letters() == 1


def test_a_forged_cookie_is_a_new_device(db: None) -> None:
    make_user(username="eva")
    known = Client()
    _log_in(known)
    known.cookies["device"] = "forged"
    _log_in(known)
    assert _letters() == 1


def test_a_program_is_known_by_its_name_and_network(call: Call) -> None:
    make_user(username="eva")
    login = {"username": "eva", "password": PASSWORD}
    for agent in ("robot/1", "robot/1"):
        assert call("post", "/auth/login", login, **{"User-Agent": agent}).status_code == 200
    assert _letters() == 0
    assert call("post", "/auth/login", login, **{"User-Agent": "thief/9"}).status_code == 200
    assert _letters() == 1
