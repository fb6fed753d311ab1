"""Patronage: a seller's buyers, and a buyer's sellers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import mixins, serializers

from marketplace.common.percents import percent_of
from marketplace.pricing.models import Patronage
from marketplace.pricing.rules.quoting import TierTerm
from marketplace.pricing.selectors.patronage import patronage_of, standing_of
from portal.api.permissions import CUSTOMERS, MEMBERS
from portal.api.resources import Resource
from portal.api.serializers import InstantField, MoneyField, PartyBrief, PercentField, Strict
from portal.filters.patronage import PatronageFilter


class ReachedTier(Strict):
    """A loyalty tier of the seller."""

    id = serializers.IntegerField(source="tier_id")
    threshold = serializers.IntegerField()
    percent = serializers.SerializerMethodField()

    @extend_schema_field(PercentField)
    def get_percent(self, tier: TierTerm) -> str:
        """Decimal text."""
        return str(percent_of(tier.bp))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Four cars short of the next tier",
            {
                "id": 8,
                "seller": {"id": 7, "kind": "showroom", "name": "Corner Cars"},
                "buyer": {"id": 21, "kind": "customer", "name": "Ann"},
                "cars": 6,
                "spent": "148200.00",
                "last_deal_at": "2026-03-02T12:00:00Z",
                "tier": {"id": 3, "threshold": 5, "percent": "2.00"},
                "next_tier": {"id": 4, "threshold": 10, "percent": "4.50"},
                "cars_to_next_tier": 4,
            },
            response_only=True,
        )
    ]
)
class PatronageSerializer(serializers.ModelSerializer[Patronage]):
    """What one buyer has bought from one seller, and where that puts the buyer in its tiers."""

    seller = PartyBrief(read_only=True)
    buyer = PartyBrief(read_only=True)
    spent = MoneyField(source="spent_cents", read_only=True)
    last_deal_at = InstantField(read_only=True)
    tier = ReachedTier(source="standing.reached", read_only=True, allow_null=True)
    next_tier = ReachedTier(source="standing.following", read_only=True, allow_null=True)
    cars_to_next_tier = serializers.IntegerField(
        source="standing.cars_missing", read_only=True, allow_null=True
    )

    class Meta:
        model = Patronage
        fields = [
            "id", "seller", "buyer", "cars", "spent", "last_deal_at", "tier", "next_tier",
            "cars_to_next_tier",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Patronage) -> dict[str, Any]:
        """The row with where the buyer stands."""
        setattr(instance, "standing", standing_of(instance))
        return super().to_representation(instance)


class Patrons(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """A seller's unique buyers, and a buyer's sellers.

    Of your own parties only: `?seller=` with your own showroom lists its buyers, `?buyer=` with your
    own customer or showroom lists where it has bought. Anybody else's id finds nothing.
    """

    for_whom = {"list": CUSTOMERS | MEMBERS, "retrieve": CUSTOMERS | MEMBERS}
    serializer_class = PatronageSerializer
    filterset_class = PatronageFilter
    ordering = ("-cars",)
    ordering_fields = {"cars": "cars", "spent": "spent_cents", "last_deal_at": "last_deal_at"}

    def get_queryset(self) -> QuerySet[Patronage]:
        """What concerns the asker's own parties."""
        return patronage_of(self.hats.party_ids)
