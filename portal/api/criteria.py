"""A preference in JSON. It is the room's own form, but for money, which is decimal text here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from marketplace.common.money import InvalidMoney, cents, decimal_text
from marketplace.trading.rules.assortment import MAX_VALUES, Characteristic

_PRICE, _PRICE_INSIDE = "suggested_price", Characteristic.SUGGESTED_PRICE_CENTS.value
_BOUND = {"nullable": True, "oneOf": [{"type": "integer"}, {"type": "string"}]}

_CRITERIA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["characteristic", "must"],
        "additionalProperties": False,
        "description": "Wanted values, or a range of a number; a bound that is null is open.",
        "properties": {
            "characteristic": {
                "type": "string",
                "enum": [one.value.removesuffix("_cents") for one in Characteristic],
            },
            "must": {"type": "boolean", "description": "A must, or else a wish."},
            "values": {
                "type": "array",
                "nullable": True,
                "minItems": 1,
                "maxItems": MAX_VALUES,
                "items": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            },
            "low": _BOUND,
            "high": _BOUND,
        },
    },
    "example": [
        {"characteristic": "fuel", "must": True, "values": ["electric"]},
        {"characteristic": _PRICE, "must": False, "low": None, "high": "40000.00"},
    ],
}


@extend_schema_field(_CRITERIA)
class CriteriaField(serializers.Field[Any, Any, Any, Any]):
    """The criteria. Whether they make sense is for the service to say."""

    default_error_messages = {"not_a_list": "A preference is a list of criteria."}

    def to_internal_value(self, data: Any) -> Any:
        """The criteria as the room keeps them."""
        if not isinstance(data, list):
            self.fail("not_a_list")
        return [self._inside(item) for item in data]

    def to_representation(self, value: Any) -> Any:
        """The criteria as they were sent."""
        return [_outside(item) for item in value]

    @staticmethod
    def _inside(item: Any) -> Any:
        if not isinstance(item, dict) or item.get("characteristic") != _PRICE:
            return item
        try:
            return _with_price(item, _PRICE_INSIDE, _cents_of)
        except InvalidMoney as refusal:
            error = ErrorDetail(str(refusal), code=refusal.code)
            raise ValidationError({_PRICE: [error]}) from refusal


def _outside(item: dict[str, Any]) -> dict[str, Any]:
    if item["characteristic"] != _PRICE_INSIDE:
        return item
    return _with_price(item, _PRICE, decimal_text)


def _cents_of(value: Any) -> int:
    if not isinstance(value, str):
        raise InvalidMoney()
    return cents(value)


def _with_price(
    item: dict[str, Any], name: str, turned: Callable[[Any], int | str]
) -> dict[str, Any]:
    """The criterion about prices under the other name, its amounts turned."""
    found = dict(item, characteristic=name)
    for bound in ("low", "high"):
        if found.get(bound) is not None:
            found[bound] = turned(found[bound])
    if isinstance(found.get("values"), list):
        found["values"] = [turned(value) for value in found["values"]]
    return found
