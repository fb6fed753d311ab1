"""Language and theme, with and without an account."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_theme_is_remembered_and_rendered_by_the_server(client: Client) -> None:
    assert "data-bs-theme" not in client.get("/").content.decode().split("<head>")[0]

    answer = client.post("/theme/", {"theme": "dark", "next": "/showrooms/"})

    assert answer["Location"] == "/showrooms/"
    assert 'data-bs-theme="dark"' in client.get("/").content.decode()


@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_another_theme_is_not_remembered(client: Client, theme: str) -> None:
    answer = client.post("/theme/", {"theme": theme, "next": "https://evil.example/"})
    assert answer["Location"] == "/" and "theme" not in client.cookies


def test_a_forged_theme_cookie_is_not_rendered(client: Client) -> None:
    client.cookies["theme"] = "x onload=steal()"
    assert "steal" not in client.get("/").content.decode()


def test_the_language_is_remembered(client: Client) -> None:
    client.post("/language/", {"language": "ru", "next": "/"})
    assert '<html lang="ru"' in client.get("/").content.decode()
