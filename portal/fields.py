"""Form fields of our own, which pages and the API's filters share."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from marketplace.common.money import MAX_CENTS, InvalidMoney, cents, decimal_text


class MoneyField(forms.Field):
    """An amount that a person types as decimal text, and the code sees as whole cents."""

    widget = forms.TextInput

    def __init__(
        self, *, min_value: int | None = None, max_value: int = MAX_CENTS, **kwargs: Any
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> int | None:
        """The whole cents, or None for an empty field."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return cents(text)
        except InvalidMoney as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def validate(self, value: Any) -> None:
        """Check the bounds."""
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            least = decimal_text(self.min_value)
            raise ValidationError(
                _("Enter at least %(least)s.") % {"least": least}, code="min_value"
            )
        if value > self.max_value:
            most = decimal_text(self.max_value)
            raise ValidationError(_("Enter at most %(most)s.") % {"most": most}, code="max_value")

    def prepare_value(self, value: Any) -> Any:
        """Cents as text; what a person typed as they typed it."""
        return decimal_text(value) if isinstance(value, int) else value


class CountryField(forms.ChoiceField):
    """A country by its code, chosen among names in the visitor's language; may be left open."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"label": _("Country"), "required": False, "widget": ManyOptions}
        super().__init__(choices=_countries_or_none, **usual | kwargs)


class ManyOptions(forms.Select):
    """A select of hundreds of options, written in a tenth of the time that Django's template takes."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The element."""
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (code, mark_safe(" selected") if code in chosen else "", text)  # nosec  # our own
                for code, text in self.choices
            ),
        )
        attributes = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


def country_names() -> list[tuple[str, str]]:
    """All countries by code and name in the visitor's language, in the order of their names."""
    return _named(get_language() or "en")


def _countries_or_none() -> list[tuple[str, str]]:
    return [("", "—"), *country_names()]


@cache
def _named(_language: str) -> list[tuple[str, str]]:
    """Kept for each language: translating and sorting takes as long as the rest of a page."""
    names = [(code, str(name)) for code, name in countries]
    return sorted(names, key=lambda named: _as_sorted(named[1]))


def _as_sorted(name: str) -> str:
    """Accents don't count: Åland stands beside Albania."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
