"""Every door of the portal is declared here, and is open to exactly those for whom it is meant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.marketplace.factories import make_car_model, make_customer, make_showroom

#: Doors that anybody may open, and why.
PUBLIC = {
    "": "home",
    "car-models/": "the market is public",
    "car-models/<int:pk>/": "the market is public",
    "showrooms/": "the market is public",
    "showrooms/<int:pk>/": "the market is public",
    "log-in/": "one is not logged in yet",
    "log-out/": "leaving is free",
    "language/": "a choice of the browser",
    "theme/": "a choice of the browser",
    "healthz": "for the load balancer",
    "readyz": "for the load balancer",
    "robots.txt": "for search engines",
}

STAFF = {"staff/monitor/", "staff/money-proof/"}

#: Whole areas that lock themselves, with the lock's owner.
ELSEWHERE = {
    "admin/": "Django's admin asks for staff and permissions by itself",
    "sandbox/": "stand-ins for the outside world; not there in production",
}


def _doors(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path.startswith(tuple(ELSEWHERE)):
            continue
        if isinstance(pattern, URLResolver):
            yield from _doors(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


DOORS = dict(_doors(get_resolver().url_patterns))


def test_every_door_is_declared() -> None:
    assert set(DOORS) == set(PUBLIC) | STAFF


@pytest.mark.parametrize(
    ("path", "whom"), [*((p, "anybody") for p in PUBLIC), *((p, "staff") for p in sorted(STAFF))]
)
def test_each_view_says_for_whom_it_is(path: str, whom: str) -> None:
    assert DOORS[path].view_class.for_whom == whom  # type: ignore[attr-defined]


def _address(path: str) -> str:
    made = make_car_model() if path.startswith("car-models") else make_showroom()
    return "/" + path.replace("<int:pk>", str(made.pk))


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize(
    "method", ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
)
def test_no_method_breaks_a_public_door(client: Client, path: str, method: str) -> None:
    assert getattr(client, method)(_address(path)).status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(STAFF))
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_a_staff_door_does_not_exist_for_others(
    client: Client, customer_client: Client, staff_client: Client, path: str, method: str
) -> None:
    address = _address(path)
    stranger = getattr(client, method)(address)
    assert (stranger.status_code, stranger["Location"]) == (302, f"/log-in/?next={address}")
    assert getattr(customer_client, method)(address).status_code == 404
    assert getattr(staff_client, method)(address).status_code in (200, 405, 422)


@pytest.mark.django_db
def test_the_admin_is_locked(client: Client) -> None:
    client.force_login(make_customer().user)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/parties/user/").status_code == 302


@pytest.mark.django_db
def test_log_in_stands_where_the_settings_say(client: Client) -> None:
    answer = client.get("/staff/monitor/", follow=True)
    assert answer.resolver_match.view_name == settings.LOGIN_URL
