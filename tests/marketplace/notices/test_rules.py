"""What notices say and lead to, as text and as e-mail."""

from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace.notices.rules import (
    RETRY_PAUSES,
    NoticeKind,
    NoticeText,
    letter_of,
    pause_after,
    text_of,
)

VALUES: dict[NoticeKind, dict[str, object]] = {
    NoticeKind.OFFER_FILLED: {
        "car_model": "Aurora Swift",
        "car_model_id": 7,
        "showroom": "Riga Motors",
        "price_cents": 1_990_000,
    },
    NoticeKind.OFFER_EXPIRED: {
        "car_model": "Aurora Swift",
        "car_model_id": 7,
        "max_price_cents": 123_456_789,
    },
}

TEXTS = {
    NoticeKind.OFFER_FILLED: NoticeText(
        "Aurora Swift is yours",
        "You bought Aurora Swift from Riga Motors for $19,900.00. "
        "Whatever you had offered beyond that is back in your wallet.",
        "/car-models/7/",
    ),
    NoticeKind.OFFER_EXPIRED: NoticeText(
        "Your offer has expired: Aurora Swift",
        "No showroom sold Aurora Swift for $1,234,567.89 or less in time. "
        "The money held for the offer is back in your wallet.",
        "/car-models/7/",
    ),
}


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_says_what_happened_with_money_as_people_read_it(kind: NoticeKind) -> None:
    assert text_of(kind, VALUES[kind], "en") == TEXTS[kind]


@pytest.mark.parametrize("values", [{}, {"car_model": None, "car_model_id": None}])
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_missing_value_is_a_dash(kind: NoticeKind, values: dict[str, object]) -> None:
    notice = text_of(kind, values, "en")

    assert "—" in notice.title and "—" in notice.body
    assert notice.path in {"/", "/car-models/"}


@pytest.mark.parametrize("language", ["", "xx", "en-GB", "../en"])
def test_an_unknown_language_is_english(language: str) -> None:
    kind = NoticeKind.OFFER_FILLED

    assert text_of(kind, VALUES[kind], language) == TEXTS[kind]


def test_a_notice_and_its_e_mail_speak_the_reader_s_language(settings: Any, tmp_path: Path) -> None:
    _write_catalogue(
        tmp_path / "ru" / "LC_MESSAGES" / "django.mo",
        {
            "": "Content-Type: text/plain; charset=UTF-8\n",
            "%(car_model)s is yours": "%(car_model)s теперь ваш",
            "See it on Forecourt": "Посмотреть на Forecourt",
        },
    )
    settings.LOCALE_PATHS = [tmp_path]
    kind = NoticeKind.OFFER_FILLED

    letter = letter_of(kind, VALUES[kind], "ru", "https://cars.example")

    assert text_of(kind, VALUES[kind], "ru").title == "Aurora Swift теперь ваш"
    assert letter.subject == "Aurora Swift теперь ваш"
    assert "Посмотреть на Forecourt: https://cars.example/car-models/7/" in letter.text
    assert '<html lang="ru">' in letter.html
    assert text_of(kind, VALUES[kind], "en") == TEXTS[kind]


def test_a_letter_says_the_same_as_text_and_as_html_and_links_to_the_page() -> None:
    kind = NoticeKind.OFFER_EXPIRED

    letter = letter_of(kind, VALUES[kind], "en", "https://cars.example")

    assert letter.subject == TEXTS[kind].title
    assert TEXTS[kind].body in letter.text
    assert TEXTS[kind].body in letter.html
    assert "https://cars.example/car-models/7/" in letter.text
    assert '<a href="https://cars.example/car-models/7/">' in letter.html


def test_a_name_cannot_write_html_or_headers() -> None:
    values = {"car_model": "<b>Ann</b>\r\nBcc: all@example.com", "showroom": '"><script>'}

    letter = letter_of(NoticeKind.OFFER_FILLED, values, "en", "https://cars.example")

    assert "<b>" not in letter.html and "<script>" not in letter.html
    assert "\n" not in letter.subject and "\r" not in letter.subject


def test_a_car_model_id_that_is_no_number_does_not_get_into_the_path() -> None:
    values = {"car_model_id": "//evil.example"}

    assert text_of(NoticeKind.OFFER_FILLED, values, "en").path == "/car-models/"


def test_an_e_mail_is_tried_after_growing_pauses_and_then_given_up() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 9)]

    assert pauses == [*RETRY_PAUSES, None]
    assert list(RETRY_PAUSES) == sorted(RETRY_PAUSES)
    assert RETRY_PAUSES[0] == timedelta(seconds=30)


def _write_catalogue(path: Path, texts: dict[str, str]) -> None:
    """Write a compiled message catalogue, as GNU gettext lays it out."""
    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items())
    start = 28 + 16 * len(pairs)
    tables, strings = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), start + len(strings)))
            strings += pair[column] + b"\x00"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    path.parent.mkdir(parents=True)
    path.write_bytes(head + b"".join(tables) + strings)
