"""A showroom's assortment: what fits it best, and from whom it is bought."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers

from marketplace.trading.models import AssortmentLine
from portal.api.permissions import SHOWROOM_MEMBERS
from portal.api.resources import Resource
from portal.api.serializers import CarModelBrief, InstantField, PartyBrief
from portal.filters.assortments import AssortmentFilter


class AssortmentLineSerializer(serializers.ModelSerializer[AssortmentLine]):
    """A car model of the assortment; the best has rank 1."""

    car_model = CarModelBrief(read_only=True)
    supplier = PartyBrief(read_only=True, allow_null=True)
    missed_wishes = serializers.SerializerMethodField()
    sourced_at = InstantField(read_only=True, allow_null=True)
    decision = serializers.IntegerField(
        source="decision_id",
        read_only=True,
        allow_null=True,
        help_text="The decision that says why this supplier.",
    )

    class Meta:
        model = AssortmentLine
        fields = [
            "id", "rank", "car_model", "fit", "missed_wishes", "supplier", "sourced_at", "decision",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_missed_wishes(self, line: AssortmentLine) -> list[str]:
        """The characteristics, by the names that a preference has for them."""
        return [wish.removesuffix("_cents") for wish in line.missed_wishes]


class Assortment(mixins.ListModelMixin, Resource):
    """The car models that fit a showroom best, each with the supplier it is bought from."""

    for_whom = {"list": SHOWROOM_MEMBERS}
    party_kwarg = "party_id"
    serializer_class = AssortmentLineSerializer
    filterset_class = AssortmentFilter
    ordering = ("rank",)
    ordering_fields = {"rank": "rank", "fit": "fit", "sourced_at": "sourced_at"}
    queryset = AssortmentLine.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        """The showroom's lines."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return (
            AssortmentLine.objects.active()
            .filter(showroom=self.actor.pk)
            .select_related("car_model", "supplier")
        )
