"""Form fields of our own, which pages and the API's filters share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
