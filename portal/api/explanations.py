"""How the reasons behind deals and decisions look in JSON: candidates, discounts, lines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.common.percents import percent_of
from marketplace.trading.rules.restocking import LineOutcome
from marketplace.trading.selectors.disclosure import REASONS
from portal.api.quotes import ConsideredSerializer, DiscountSerializer
from portal.api.serializers import MoneyField, PartyBrief, PercentField, Shown


@extend_schema_field(PercentField)
class BasisPoints(serializers.CharField):
    """Basis points, shown as a percent in decimal text."""

    def to_representation(self, value: Any) -> str:
        """The percent."""
        return str(percent_of(value))


@extend_schema_field({"type": "string", "pattern": r"^-?\d+\.\d{4}$", "example": "0.2500"})
class Rate(serializers.CharField):
    """Cars a day, decimal text."""

    def to_representation(self, value: Any) -> str:
        """Four decimals."""
        return f"{value:.4f}"


class CandidateSerializer(Shown):
    """Who could have sold, and why it did or didn't. What isn't the asker's to know is null."""

    seller = PartyBrief()
    reason = serializers.CharField(help_text=f"One of {', '.join(REASONS)}.")
    list_price = MoneyField(source="list_price_cents")
    price = MoneyField(source="price_cents", allow_null=True)
    dearer = MoneyField(
        source="dearer_cents", allow_null=True, help_text="What it asked more than the winner."
    )
    cars_before = serializers.IntegerField(
        allow_null=True, help_text="What the buyer had bought there before, as loyalty counts it."
    )
    left = serializers.IntegerField(
        allow_null=True, help_text="The showroom's cars at the offer's turn."
    )
    considered = ConsideredSerializer(many=True)


class PurchaseSerializer(Shown):
    """Cars of a line bought at one price: a line is split where a loyalty tier begins."""

    quantity = serializers.IntegerField()
    unit_price = MoneyField(source="unit_price_cents")
    list_price = MoneyField(source="list_price_cents")
    cars_before = serializers.IntegerField()
    discount = DiscountSerializer(allow_null=True)


class NeedSerializer(Shown):
    """Why a line of a restock was bought: what was there, what should be, what it could cost."""

    outcome = serializers.CharField(
        help_text=f"One of {', '.join(one.value for one in LineOutcome)}."
    )
    stock = serializers.IntegerField()
    target = serializers.IntegerField()
    wanted = serializers.IntegerField()
    bought = serializers.IntegerField()
    open_offers = serializers.IntegerField()
    rate = Rate(help_text="Cars a day that the showroom can sell.")
    budget = MoneyField(
        source="budget_cents", help_text="What was left at the line's turn, without the reserve."
    )
    sourcing_supplier = serializers.IntegerField(
        source="sourcing_supplier_id",
        allow_null=True,
        help_text="The supplier that the review had chosen.",
    )
