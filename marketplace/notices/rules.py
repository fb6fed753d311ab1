"""What each kind of notice says and leads to, and when an e-mail is tried again.

Values in, text out. Knows no table and no server; the site's address comes from the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from marketplace.common.money import grouped_text


class NoticeKind(StrEnum):
    """What somebody is told; each kind has a title and a text made from the notice's values."""

    OFFER_FILLED = "offer_filled"
    OFFER_EXPIRED = "offer_expired"


#: The pauses before the second and every later attempt; after the last one the e-mail is given up.
RETRY_PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 120, 600, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600)
)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts (1 or more); None: give up."""
    return RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None


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
class _Wording:
    """The text of a kind. A value `price_cents` is shown as money where `%(price)s` stands."""

    title: Promise
    body: Promise


_WORDINGS = {
    NoticeKind.OFFER_FILLED: _Wording(
        _("%(car_model)s is yours"),
        _(
            "You bought %(car_model)s from %(showroom)s for %(price)s. "
            "Whatever you had offered beyond that is back in your wallet."
        ),
    ),
    NoticeKind.OFFER_EXPIRED: _Wording(
        _("Your offer has expired: %(car_model)s"),
        _(
            "No showroom sold %(car_model)s for %(max_price)s or less in time. "
            "The money held for the offer is back in your wallet."
        ),
    ),
}

_HTML = (
    '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>'
    '<body><h1>{}</h1><p>{}</p><p><a href="{}">{}</a></p></body></html>'
)


class _Shown(dict[str, str]):
    """Values as people read them; one that is missing is a dash, not an error."""

    def __missing__(self, name: str) -> str:
        return "—"


def text_of(kind: str, values: Mapping[str, object], language: str) -> NoticeText:
    """The notice in that language, or in English where there is no translation.

    Raises:
        ValueError: there is no such kind.
    """
    wording = _WORDINGS[NoticeKind(kind)]
    shown = _shown(values)
    path = _car_model_path(values.get("car_model_id"))
    with override(language):
        return NoticeText(str(wording.title) % shown, str(wording.body) % shown, path)


def letter_of(kind: str, values: Mapping[str, object], language: str, site_url: str) -> Letter:
    """The notice as an e-mail whose link leads to its page on the site (an address without "/").

    Raises:
        ValueError: there is no such kind.
    """
    notice = text_of(kind, values, language)
    link = site_url + notice.path
    with override(language):
        invitation = gettext("See it on Forecourt")
    return Letter(
        subject=" ".join(notice.title.split()),  # a line break would let a name write headers
        text=f"{notice.body}\n\n{invitation}: {link}\n",
        html=format_html(
            _HTML, language, notice.title, notice.title, notice.body, link, invitation
        ),
    )


def _shown(values: Mapping[str, object]) -> _Shown:
    shown = _Shown()
    for name, value in values.items():
        if name.endswith("_cents") and isinstance(value, int):
            shown[name.removesuffix("_cents")] = _dollars(value)
        elif value is not None:
            shown[name] = str(value)
    return shown


def _dollars(amount_cents: int) -> str:
    return f"{'-' if amount_cents < 0 else ''}${grouped_text(abs(amount_cents))}"


def _car_model_path(car_model_id: object) -> str:
    return f"/car-models/{car_model_id}/" if isinstance(car_model_id, int) else "/car-models/"
