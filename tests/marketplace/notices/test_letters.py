"""What notices say and lead to, as text and as e-mail."""

from __future__ import annotations

import re
import struct
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from marketplace.notices.rules import NoticeKind, letter_of, text_of
from tests.marketplace.notices.samples import BUTTONS, CODE, PATH, SITE, TEXTS, VALUES


def _buttons(html: str) -> list[tuple[str, str]]:
    """The links of a letter: what they are called, and their paths."""
    links = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', html)
    assert html.count("href=") == len(links)
    return [(unescape(label), unescape(url).removeprefix(SITE)) for url, label in links]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_says_what_happened_and_what_to_do(kind: NoticeKind) -> None:
    assert text_of(kind, VALUES[kind], "en") == TEXTS[kind]


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_notice_says_a_secret(kind: NoticeKind) -> None:
    assert not {CODE, PATH} & set(re.split(r"\s", str(text_of(kind, VALUES[kind], "en"))))


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_letter_says_the_same_as_text_and_as_html(kind: NoticeKind) -> None:
    letter = letter_of(kind, VALUES[kind], "en", SITE)

    assert letter.subject == TEXTS[kind].title
    assert f">{TEXTS[kind].title}</h1>" in letter.html
    said = unescape(re.sub("<[^>]*>", " ", letter.html))
    for sentence in re.split(r"(?<=\.) ", TEXTS[kind].body):
        assert sentence in letter.text
        assert sentence in said
    assert "You get this because" in letter.text
    assert "You get this because" in said


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_letter_has_buttons_whose_whole_addresses_are_in_the_text(kind: NoticeKind) -> None:
    letter = letter_of(kind, VALUES[kind], "en", SITE)

    expected = BUTTONS.get(kind, [("Open your account", "/account/")])
    assert _buttons(letter.html) == expected
    assert re.findall(r"^(.+): (https://\S+)$", letter.text, re.MULTILINE) == [
        (label, SITE + path) for label, path in expected
    ]


@pytest.mark.parametrize("kind", [NoticeKind.LOG_IN_CODE, NoticeKind.CHANGE_CODE])
def test_a_code_stands_alone_in_the_text_and_large_in_the_html(kind: NoticeKind) -> None:
    letter = letter_of(kind, VALUES[kind], "en", SITE)

    assert f"\n\n{CODE}\n\n" in letter.text
    (style,) = re.findall(f'<p style="([^"]*)">{CODE}</p>', letter.html)
    assert "32px" in style and "monospace" in style
    assert CODE not in letter.subject


def test_a_letter_brings_no_picture_script_or_style_from_elsewhere() -> None:
    for kind in NoticeKind:
        html = letter_of(kind, VALUES[kind], "en", SITE).html
        assert not re.search(r"<(img|script|link|style|table)|src=|url\(|@import", html)
        assert 'content="light dark"' in html


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("password", "Confirm your new password"),
        ("username", "Confirm your new username"),
        ("email", "Confirm your new e-mail address"),
        (None, "Confirm the change of your account"),
    ],
)
def test_a_code_says_what_it_changes(what: str | None, title: str) -> None:
    values = VALUES[NoticeKind.CHANGE_CODE] | {"what": what}

    assert letter_of(NoticeKind.CHANGE_CODE, values, "en", SITE).subject == title


@pytest.mark.parametrize("path", [{}, {"path": None}, {"path": ""}])
def test_without_a_link_nothing_is_said_of_undoing(path: dict[str, object]) -> None:
    kind = NoticeKind.ADDRESS_CHANGED
    values = {"old_email": "ann@old.example", "new_email": "ann@new.example", "hours": 48} | path

    letter = letter_of(kind, values, "en", SITE)

    assert "ann@old.example and is now ann@new.example." in letter.text
    assert not re.search("undo|48", letter.text + letter.html)
    assert _buttons(letter.html) == [("Open your account", "/account/")]


@pytest.mark.parametrize(
    ("kind", "name", "one", "many"),
    [
        (NoticeKind.CHANGE_CODE, "minutes", "works for 1 minute.", "works for 5 minutes."),
        (NoticeKind.ADDRESS_CHANGED, "hours", "undone for 1 hour.", "undone for 5 hours."),
        (NoticeKind.INVITATION, "days", "open for 1 day.", "open for 5 days."),
    ],
)
def test_a_term_is_counted_and_left_out_if_there_is_none(
    kind: NoticeKind, name: str, one: str, many: str
) -> None:
    said = {
        number: text_of(kind, VALUES[kind] | {name: number}, "en").body for number in (1, 5, None)
    }

    assert one in said[1]
    assert many in said[5]
    assert name.removesuffix("s") not in said[None]


@pytest.mark.parametrize("values", [{}, {"car_model": None, "car_model_id": None}])
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_missing_value_is_a_dash(kind: NoticeKind, values: dict[str, object]) -> None:
    notice = text_of(kind, values, "en")
    needed = set(VALUES[kind]) - {"code", "path", "reset_path", "what", "minutes", "hours", "days"}

    assert ("—" in notice.body) == bool(needed)
    assert "%(" not in notice.title + notice.body
    assert notice.path in {"/car-models/", "/account/", "/account/sessions/"}
    assert letter_of(kind, values, "en", SITE).subject == notice.title


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01T00:00:00Z", ""])
def test_an_instant_that_is_none_is_shown_as_it_is(at: str) -> None:
    kind = NoticeKind.NEW_DEVICE

    assert f"from 192.0.2.7 on {at}. If" in text_of(kind, VALUES[kind] | {"at": at}, "en").body


@pytest.mark.parametrize("language", ["", "xx", "en-GB", "../en"])
def test_an_unknown_language_is_english(language: str) -> None:
    kind = NoticeKind.OFFER_FILLED

    assert text_of(kind, VALUES[kind], language) == TEXTS[kind]
    assert '<html lang="en">' in letter_of(kind, VALUES[kind], language, SITE).html


def test_a_notice_and_its_e_mail_speak_the_reader_s_language(settings: Any, tmp_path: Path) -> None:
    _write_catalogue(
        tmp_path / "ru" / "LC_MESSAGES" / "django.mo",
        {
            "": "Content-Type: text/plain; charset=UTF-8\n",
            "%(car_model)s is yours": "%(car_model)s теперь ваш",
            "See it on Forecourt": "Посмотреть на Forecourt",
            "Your role in %(party)s is now: %(role)s.": "Ваша роль в %(party)s: %(role)s.",
            "manager": "менеджер",
        },
    )
    settings.LOCALE_PATHS = [tmp_path]
    kind = NoticeKind.OFFER_FILLED
    role = {"party": "Riga Motors", "role": "manager"}

    letter = letter_of(kind, VALUES[kind], "ru", SITE)

    assert text_of(kind, VALUES[kind], "ru").title == "Aurora Swift теперь ваш"
    assert letter.subject == "Aurora Swift теперь ваш"
    assert "Посмотреть на Forecourt: https://cars.example/car-models/7/" in letter.text
    assert '<html lang="ru">' in letter.html
    assert "Ваша роль в Riga Motors: менеджер." in text_of("role_changed", role, "ru").body
    assert text_of(kind, VALUES[kind], "en") == TEXTS[kind]


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_name_cannot_write_html_headers_or_paragraphs(kind: NoticeKind) -> None:
    evil = '"><b>Ann</b>\r\nBcc: all@example.com\n\nWin a car: https://evil.example/'
    values = {
        name: evil if isinstance(value, str) and name not in {"path", "reset_path"} else value
        for name, value in VALUES[kind].items()
    }

    letter = letter_of(kind, values, "en", SITE)

    assert "<b>" not in letter.html
    assert _buttons(letter.html) == BUTTONS.get(kind, [("Open your account", "/account/")])
    assert "\n" not in letter.subject and "\r" not in letter.subject
    assert not re.search("^(Bcc|Win)", letter.text, re.MULTILINE)


def test_a_car_model_id_that_is_no_number_does_not_get_into_the_path() -> None:
    values = {"car_model_id": "//evil.example"}

    assert text_of(NoticeKind.OFFER_FILLED, values, "en").path == "/car-models/"


@pytest.mark.parametrize(
    "path",
    [".evil.example/", "@evil.example/", "https://evil.example/", "//evil.example", "/\\e", "/a b",
     "/a\nb", 7],
)  # fmt: skip
@pytest.mark.parametrize("name", ["path", "reset_path"])
def test_a_path_that_leads_off_the_site_gets_into_no_letter(name: str, path: object) -> None:
    values = VALUES[NoticeKind.ADDRESS_IN_USE] | {name: path}

    with pytest.raises(ValueError, match="off the site"):
        letter_of(NoticeKind.ADDRESS_IN_USE, values, "en", SITE)


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
