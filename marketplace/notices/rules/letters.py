"""Notices and e-mails as people read them: the words of a kind with its values put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import (
    get_supported_language_variant,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext

from marketplace.common.money import grouped_text
from marketplace.notices.rules.kinds import NoticeKind
from marketplace.notices.rules.wordings import Wording, wording_of


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice as a person reads it: plain text, and the path of the page that it leads to."""

    title: str
    body: str
    path: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as an e-mail: a subject of one line, plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Link:
    label: str
    url: str


_ROLES = {"owner": _("owner"), "manager": _("manager"), "analyst": _("analyst")}

#: A path of this site: one slash, then no second one, no backslash and no space.
_PATH = re.compile(r"/(?:[^/\\\s]\S*)?")

# A letter brings its style along; without colours of its own it is dark where its reader is.
_HTML = (
    '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>{}</title></head>'
    '<body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,sans-serif">'
    '<div style="max-width:600px;margin:0 auto;overflow-wrap:anywhere">'
    '<p style="margin:0 0 24px;font-weight:600">Forecourt</p>'
    '<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25">{}</h1>{}'
    '<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid #8888;font-size:13px">{}</p>'
    "</div></body></html>"
)
_HTML_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_HTML_CODE = (
    '<p style="margin:24px 0;font:600 32px/1.25 ui-monospace,monospace;letter-spacing:4px">{}</p>'
)
_HTML_BUTTON = (
    '<p style="margin:24px 0"><a href="{}" style="display:inline-block;padding:12px 24px;'
    "border-radius:6px;background:#1d4ed8;color:#fff;font-weight:600;text-decoration:none"
    '">{}</a></p>'
)


class _Shown(dict[str, object]):
    """Values as people read them; one that is missing is a dash, not an error."""

    def __missing__(self, name: str) -> str:
        return "—"


def text_of(kind: str, values: Mapping[str, object], language: str) -> NoticeText:
    """The notice in that language, or in English where there is no translation.

    Raises:
        ValueError: there is no such kind.
    """
    wording = wording_of(NoticeKind(kind), values)
    with override(_offered(language)):
        shown = _shown(values)
        return NoticeText(
            title=str(wording.title) % shown,
            body=" ".join(_paragraphs(wording, values, shown)),
            path=_page(wording, values),
        )


def letter_of(kind: str, values: Mapping[str, object], language: str, site_url: str) -> Letter:
    """The notice as an e-mail whose links lead to the site (an address without "/" at its end).

    Raises:
        ValueError: there is no such kind, or a path among the values leads off the site.
    """
    wording = wording_of(NoticeKind(kind), values)
    language = _offered(language)
    with override(language):
        shown = _shown(values)
        # A line break would let a name write headers.
        title = " ".join((str(wording.title) % shown).split())
        body, *advice = _paragraphs(wording, values, shown)
        code = str(shown.get("code", ""))
        links = _links(wording, values, site_url)
        why = str(wording.why)
    lines = [body, code, *(f"{link.label}: {link.url}" for link in links), *advice, why]
    blocks = (
        format_html(_HTML_PARAGRAPH, body),
        format_html(_HTML_CODE, code) if code else "",
        format_html_join("", _HTML_BUTTON, ((link.url, link.label) for link in links)),
        format_html_join("", _HTML_PARAGRAPH, ((text,) for text in advice)),
    )
    inside = format_html_join("", "{}", ((block,) for block in blocks))
    return Letter(
        subject=title,
        text="\n\n".join(filter(None, lines)) + "\n",
        html=format_html(_HTML, language, title, title, inside, why),
    )


def _offered(language: str) -> str:
    """The language of the site that comes nearest."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return "en"


def _shown(values: Mapping[str, object]) -> _Shown:
    shown = _Shown()
    for name, value in values.items():
        if name.endswith("_cents") and isinstance(value, int):
            shown[name.removesuffix("_cents")] = _dollars(value)
        elif value is not None:
            shown[name] = _words(name, value)
    return shown


def _words(name: str, value: object) -> str:
    """A value on one line: people's names must not look like paragraphs of ours."""
    text = " ".join(str(value).split())
    if name == "role":
        return str(_ROLES.get(text, text))
    return _moment(text) if name == "at" else text


def _moment(text: str) -> str:
    """An ISO instant as people read it; anything else as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    form = pgettext("an instant in a table, Django's date format", "j M Y, H:i")
    return f"{date_format(at, form)} UTC"


def _dollars(amount_cents: int) -> str:
    return f"{'-' if amount_cents < 0 else ''}${grouped_text(abs(amount_cents))}"


def _paragraphs(wording: Wording, values: Mapping[str, object], shown: _Shown) -> list[str]:
    """What happened and what to do; then, if there is something to say, what if it wasn't you."""
    body = str(wording.body) % shown
    number = values.get(wording.term_of)
    if wording.term is not None and isinstance(number, int):
        body = f"{body} {wording.term % {wording.term_of: number}}"
    return [body] if wording.advice is None else [body, str(wording.advice)]


def _page(wording: Wording, values: Mapping[str, object]) -> str:
    """Where a notice leads in the portal."""
    car_model_id = values.get("car_model_id")
    if wording.page == "/car-models/" and isinstance(car_model_id, int):
        return f"{wording.page}{car_model_id}/"
    return wording.page


def _links(wording: Wording, values: Mapping[str, object], site_url: str) -> list[_Link]:
    """The first link, to `path` or else the notice's page, and the second if there is one."""
    paths: list[tuple[Promise | None, object]] = [
        (None if wording.code_only else wording.link, values.get("path") or _page(wording, values)),
        (wording.second_link, values.get("reset_path")),
    ]
    return [
        _Link(str(label), site_url + _checked(path))
        for label, path in paths
        if label is not None and path
    ]


def _checked(path: object) -> str:
    """The path, if it stays on the site.

    Raises:
        ValueError: it doesn't begin with one "/", or has characters that no path has.
    """
    if isinstance(path, str) and _PATH.fullmatch(path):
        return path
    raise ValueError(f"a path of {len(str(path))} characters that leads off the site")
