"""The sandbox's mailbox, read through the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture(name="mailbox", autouse=True)
def _mailbox(settings: Any, tmp_path: Path) -> Path:
    """An empty folder in which this test's e-mails land."""
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def _send(*recipients: str, subject: str = "News", text: str = "Hello", html: str = "") -> None:
    """Send an e-mail to each, as a job would: over one connection, so into one file."""
    messages = [
        EmailMultiAlternatives(subject, text, "Forecourt <market@cars.example>", [recipient])
        for recipient in recipients
    ]
    for message in messages:
        message.attach_alternative(html or f"<p>{text}</p>", "text/html")
    get_connection().send_messages(messages)


def _page(client: Client, **query: str | int) -> str:
    response = client.get(reverse("sandbox:mail"), query)
    assert response.status_code == 200
    return response.content.decode()


def _places(page: str, *words: str) -> list[int]:
    """Where the words stand on the page; fails if one doesn't."""
    return [page.index(word) for word in words]


def test_the_mailbox_stands_where_the_readme_says() -> None:
    assert reverse("sandbox:mail") == "/sandbox/mail/"


def test_an_empty_mailbox_says_so(client: Client) -> None:
    assert "No e-mail yet" in _page(client)


def test_messages_are_listed_newest_first_within_a_file_and_over_files(
    client: Client, mailbox: Path
) -> None:
    _send("one@example.com", "two@example.com")
    (older,) = mailbox.iterdir()
    older.rename(mailbox / "20260301-090000-1.log")
    _send("three@example.com")

    page = _page(client)

    places = _places(page, "three@example.com", "two@example.com", "one@example.com")
    assert places == sorted(places)


def test_a_message_shows_who_wrote_what_to_whom_and_its_links_can_be_followed(
    client: Client,
) -> None:
    link = "https://cars.example/confirm/?key=a-b&next=%2F"
    _send("ann@example.com", subject="Škoda ключ", text=f"Hello Ann\n\nPlease see {link}\n")

    first = _link_to_the_message(_page(client))
    page = client.get(first).content.decode()

    _places(page, "Škoda ключ", "ann@example.com", "market@cars.example", "Hello Ann", "<time")
    assert f'<a href="{link.replace("&", "&amp;")}"' in page


def _link_to_the_message(page: str) -> str:
    start = page.index('href="/sandbox/mail/2') + len('href="')
    return page[start : page.index('"', start)]


def test_each_message_of_a_file_has_a_page_of_its_own(client: Client, mailbox: Path) -> None:
    _send("one@example.com", "two@example.com")
    (file,) = mailbox.iterdir()

    pages = [
        client.get(reverse("sandbox:message", args=[file.name, place])).content.decode()
        for place in range(2)
    ]

    assert "one@example.com" in pages[0] and "two@example.com" not in pages[0]
    assert "two@example.com" in pages[1] and "one@example.com" not in pages[1]


def test_a_message_cannot_put_markup_or_scripts_on_the_page(client: Client) -> None:
    evil = "<script>alert(1)</script> javascript:alert(1)"
    _send("ann@example.com", subject=evil, text=evil, html=evil)

    listed = _page(client)
    page = client.get(_link_to_the_message(listed)).content.decode()

    assert "<script>alert" not in listed + page
    assert 'href="javascript' not in page


def _letter(client: Client, html: str) -> HttpResponse:
    """The HTML version of a message, found by the link on the message's page."""
    _send("ann@example.com", text="Hello Ann", html=html)
    message = _link_to_the_message(_page(client))
    assert f'href="{message}html/"' in client.get(message).content.decode()
    response: HttpResponse = client.get(f"{message}html/")
    return response


def test_a_message_has_an_html_version_as_it_was_sent(client: Client) -> None:
    html = '<h1 style="color:red">Ключ</h1><a href="https://cars.example/x/">Confirm</a>'

    letter = _letter(client, html)

    assert letter.status_code == 200
    assert letter["Content-Type"] == "text/html; charset=utf-8"
    assert letter.content.decode().strip() == html


def test_a_letter_may_bring_a_style_and_links_and_can_run_or_load_nothing(client: Client) -> None:
    letter = _letter(client, "<script>alert(1)</script><img src=x onerror=alert(1)>")

    directives = dict(
        directive.strip().split(" ", 1)
        for directive in letter["Content-Security-Policy"].split(";")
    )
    assert directives == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        # Without allow-scripts no script runs; without allow-same-origin it is no page of the site.
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
    }
    assert letter["X-Content-Type-Options"] == "nosniff"


def test_a_message_of_text_alone_has_no_html_version(client: Client) -> None:
    message = EmailMessage("News", "Hello", "market@cars.example", ["ann@example.com"])
    get_connection().send_messages([message])

    address = _link_to_the_message(_page(client))

    assert "html/" not in client.get(address).content.decode()
    assert client.get(f"{address}html/").status_code == 404


def test_messages_can_be_searched_by_recipient(client: Client) -> None:
    _send("ann@example.com", "bob@example.com")

    found = _page(client, to=" ANN@ ")

    assert "ann@example.com" in found
    assert "bob@example.com" not in found
    assert "No e-mail to" in _page(client, to="nobody")


def test_the_list_has_pages_that_keep_the_search(client: Client) -> None:
    _send(*(f"ann{number:02}@example.com" for number in range(60)), "bob@example.com")

    first, second = _page(client, to="ann"), _page(client, to="ann", page=2)

    assert first.count("@example.com</") == 50
    assert second.count("@example.com</") == 10
    assert "?to=ann&amp;page=2" in first
    assert "?to=ann&amp;page=1" in second
    assert _page(client, to="ann", page="x").count("@example.com</") == 50


def test_a_message_that_is_still_being_written_is_not_shown(client: Client, mailbox: Path) -> None:
    _send("ann@example.com")
    (file,) = mailbox.iterdir()
    file.write_bytes(file.read_bytes() + b"Content-Type: text/plain\nTo: half@exam")

    page = _page(client)

    assert "ann@example.com" in page
    assert "half@" not in page


def test_a_message_without_any_header_does_not_break_the_list(
    client: Client, mailbox: Path
) -> None:
    mailbox.mkdir()
    (mailbox / "20260301-090000-1.log").write_bytes(b"\xff\xfe\n" + b"-" * 79 + b"\n")

    assert "(no subject)" in _page(client)
    assert client.get(_link_to_the_message(_page(client))).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "20260301-090000-1.log/1/",
        "20260301-090000-2.log/0/",
        "notes.txt/0/",
        "..%2Fsecret.log/0/",
        "%2E%2E%2Fsecret.log/0/",
        "..%5Csecret.log/0/",
        "*.log/0/",
        "20260301-090000-1.log%00/0/",
        "20260301-090000-1.log/-1/",
        f"20260301-090000-1.log/{'9' * 30}/",
    ],
)
def test_only_messages_of_the_mailbox_can_be_opened(
    client: Client, mailbox: Path, address: str
) -> None:
    _send("ann@example.com")
    (file,) = mailbox.iterdir()
    file.rename(mailbox / "20260301-090000-1.log")
    for other in (mailbox / "notes.txt", mailbox.parent / "secret.log"):
        other.write_bytes((mailbox / "20260301-090000-1.log").read_bytes())

    assert client.get("/sandbox/mail/20260301-090000-1.log/0/").status_code == 200
    assert client.get(f"/sandbox/mail/{address}").status_code == 404
    assert client.get("/sandbox/mail/20260301-090000-1.log/0/html/").status_code == 200
    assert client.get(f"/sandbox/mail/{address}html/").status_code == 404


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ENVIRONMENT", "production"),
        ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"),
    ],
)
def test_there_is_no_mailbox_in_production_or_where_e_mails_reach_a_server(
    client: Client, mailbox: Path, settings: Any, setting: str, value: str
) -> None:
    _send("ann@example.com")
    (file,) = mailbox.iterdir()
    setattr(settings, setting, value)

    assert client.get(reverse("sandbox:mail")).status_code == 404
    assert client.get(reverse("sandbox:message", args=[file.name, 0])).status_code == 404
    assert client.get(reverse("sandbox:letter", args=[file.name, 0])).status_code == 404


def test_the_mailbox_is_only_read(client: Client) -> None:
    assert client.post(reverse("sandbox:mail")).status_code == 405
