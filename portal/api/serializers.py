"""How values look in JSON: money as decimal text, instants in UTC with Z, no unknown fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from marketplace.catalog.models import CarModel
from marketplace.common.money import MAX_CENTS, InvalidMoney, cents, decimal_text
from marketplace.parties.models import Party

#: How an amount looks in the schema.
AMOUNT = {"type": "string", "pattern": r"^-?\d{1,13}(\.\d{1,2})?$", "example": "25000.00"}


@extend_schema_field(AMOUNT)
class MoneyField(serializers.Field[int, str, str, Any]):
    """An amount: decimal text outside, whole cents inside (`source="price_cents"`)."""

    default_error_messages = {
        "invalid_money": InvalidMoney.message,
        "min_value": _("Enter at least %(least)s."),
        "max_value": _("Enter at most %(most)s."),
    }

    def __init__(
        self, *, min_value: int | None = None, max_value: int = MAX_CENTS, **kwargs: Any
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        """The cents; only text is an amount, a JSON number may have lost some."""
        if not isinstance(data, str):
            self.fail("invalid_money")
        try:
            amount = cents(data)
        except InvalidMoney as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        if self.min_value is not None and amount < self.min_value:
            raise ValidationError(
                self.error_messages["min_value"] % {"least": decimal_text(self.min_value)},
                code="min_value",
            )
        if amount > self.max_value:
            raise ValidationError(
                self.error_messages["max_value"] % {"most": decimal_text(self.max_value)},
                code="max_value",
            )
        return amount

    def to_representation(self, value: int) -> str:
        """The decimal text."""
        return decimal_text(value)


class PercentField(serializers.DecimalField):
    """A percent as decimal text with two decimals; its bounds are the service's."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 5, "decimal_places": 2} | kwargs)


class InstantField(serializers.DateTimeField):
    """An instant, ISO 8601 in UTC with Z, in whatever zone the visitor lives."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default_timezone": UTC} | kwargs)


class Shown(serializers.Serializer[Any]):
    """Values as they are shown. A serializer writes nothing: services do."""

    def create(self, validated_data: Any) -> NoReturn:
        """Refuse."""
        raise TypeError("services write")

    def update(self, instance: Any, validated_data: Any) -> NoReturn:
        """Refuse."""
        raise TypeError("services write")


_INSTANT = "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]"
#: What JSON has to have for these: the framework would also take what can be turned into it, and
#: 0.1 for a percent, or 007 for a name, is not what was meant.
_JSON_TYPES: tuple[tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], ...], type], ...] = (
    ((serializers.CharField, serializers.DateTimeField), str),
    ((serializers.DecimalField,), str),
    ((serializers.BooleanField,), bool),
    ((serializers.IntegerField, serializers.PrimaryKeyRelatedField), int),
)


class Strict(Shown):
    """Refuses fields that it doesn't know, so that a typo is told and not passed over.

    It also refuses values that only look like what is meant: `"5"` or `true` are no numbers.
    """

    def to_internal_value(self, data: Any) -> Any:
        """The values, if all names are known."""
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = [str(name) for name in data if name not in known]
            if unknown:
                error = ErrorDetail(str(_("There is no such field.")), code="unknown_field")
                raise ValidationError({name[:100]: [error] for name in unknown[:20]})
            wrong = {name: _wrong_type(self.fields[name], value) for name, value in data.items()}
            if any(wrong.values()):
                raise ValidationError({name: [error] for name, error in wrong.items() if error})
        return super().to_internal_value(data)


def _wrong_type(field: Any, value: Any) -> ErrorDetail | None:
    """What is wrong with the value if JSON has another type for the field."""
    if value is None:
        return None
    for kinds, meant in _JSON_TYPES:
        is_meant = isinstance(value, meant) and isinstance(value, bool) == (meant is bool)
        if isinstance(field, kinds) and not is_meant:
            code = "invalid" if "invalid" in field.error_messages else "incorrect_type"
            said = str(field.error_messages[code])
            said = said.format(data_type=type(value).__name__, format=_INSTANT)
            return ErrorDetail(said, code=code)
    return None


class StrictModel(Strict, serializers.ModelSerializer[Any]):
    """The same around a model. Instants are in UTC."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.DateTimeField: InstantField
    }


class PartyBrief(serializers.ModelSerializer[Party]):
    """A party as others name it."""

    class Meta:
        model = Party
        fields = ["id", "kind", "name"]
        read_only_fields = fields


class CarModelBrief(serializers.ModelSerializer[CarModel]):
    """A car model as others name it."""

    class Meta:
        model = CarModel
        fields = ["id", "make", "name", "variant", "model_year"]
        read_only_fields = fields


class CountryCode(serializers.CharField):
    """A country by its two letters, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2, "allow_blank": True} | kwargs)

    def to_representation(self, value: Any) -> str:
        """The letters."""
        return str(getattr(value, "code", value) or "")


@extend_schema_field(OpenApiTypes.INT)
class PartyId(serializers.IntegerField):
    """The id of a party that the asker may name; the view looks whether it may."""
