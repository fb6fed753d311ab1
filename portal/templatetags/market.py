"""How templates write money, instants and icons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from marketplace.common.money import CENTS_PER_DOLLAR, grouped_text
from marketplace.common.percents import percent_of

register = template.Library()

_STEPS = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


@register.filter
def money(amount_cents: int | None) -> str:
    """The amount with currency and separators: "$25,000.00"; a dash for None."""
    if amount_cents is None:
        return "–"
    text = grouped_text(amount_cents)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


@register.filter
def money_short(amount_cents: int) -> str:
    """The amount in a few characters, for a headline: "$1.25M"."""
    dollars = amount_cents / CENTS_PER_DOLLAR
    for size, letter in _STEPS:
        if abs(dollars) >= size:
            return f"${dollars / size:,.2f}{letter}"
    return f"${dollars:,.0f}"


@register.filter
def percent(basis_points: int) -> str:
    """Basis points as people read them: 250 is "2.50 %"."""
    return f"{percent_of(basis_points)} %"


@register.filter
def grouped(number: int) -> str:
    """A count with separators: "12,345"."""
    return f"{number:,}"


@register.filter
def day(at: datetime) -> str:
    """The day of an instant: "21 Nov 2026"."""
    return formats.date_format(at.astimezone(UTC), pgettext("a day, Django's date format", "j M Y"))


@register.filter
def instant(at: datetime | None) -> SafeString | str:
    """The instant as a <time> that says its zone; a dash for None."""
    if at is None:
        return "–"
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>',
        utc.isoformat(timespec="seconds"),
        formats.date_format(
            utc, pgettext("an instant in a table, Django's date format", "j M Y, H:i")
        ),
    )


@register.filter
def clock(at: datetime) -> SafeString:
    """The time of day of an instant, to the second, as a <time>."""
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(timespec="seconds"),
        formats.date_format(utc, "j M Y, H:i:s"),
        utc.strftime("%H:%M:%S"),
    )


@register.filter
def milliseconds(duration_ms: int) -> str:
    """A duration as short as it can be said: "84 ms", "3.2 s", "2 min 5 s"."""
    if duration_ms < 1000:
        return f"{duration_ms} ms"
    if duration_ms < 60_000:
        return f"{duration_ms / 1000:.1f} s"
    minutes, rest = divmod(duration_ms // 1000, 60)
    return f"{minutes} min {rest} s"


@register.filter
def duration(span: timedelta) -> str:
    """A span of time as short as it can be said."""
    return milliseconds(round(span / timedelta(milliseconds=1)))


@register.filter
def seconds(span: float) -> str:
    """A number of seconds as short as it can be said."""
    return milliseconds(round(span * 1000))


@register.filter
def same(value: object, other: object) -> bool:
    """Whether the two are equal, for a `with` that is asked several times."""
    return value == other


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A picture of our sprite, for decoration: the text beside it says what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css_class,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def silhouette(body_type: str, css_class: str = "") -> SafeString:
    """The side of a car of this body type, for decoration."""
    return format_html(
        '<svg class="silhouette {}" viewBox="0 0 96 40" aria-hidden="true" focusable="false">'
        '<use href="{}#body-{}"></use></svg>',
        css_class,
        static("icons.svg"),
        body_type,
    )
