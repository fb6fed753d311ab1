"""Loyalty tiers: what sellers give to those who come back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.pricing.models import LoyaltyTier
from marketplace.pricing.rules.announcing import MAX_THRESHOLD, MAX_TIERS
from marketplace.pricing.selectors.announcements import sellers_seen_by, tiers_seen_by
from marketplace.pricing.services import deactivate_tier, set_tiers
from portal.api.listings import onlooker
from portal.api.permissions import EVERYBODY, WRITERS, require_hat
from portal.api.resources import Resource
from portal.api.serializers import InstantField, PartyBrief, PercentField, Strict
from portal.filters.loyalty_tiers import LoyaltyTierFilter


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two percent off from five cars on",
            {
                "id": 3,
                "seller": {"id": 7, "kind": "showroom", "name": "Corner Cars"},
                "threshold": 5,
                "percent": "2.00",
                "created_at": "2026-03-02T12:00:00Z",
            },
            response_only=True,
        )
    ]
)
class LoyaltyTierSerializer(serializers.ModelSerializer[LoyaltyTier]):
    """From so many cars bought from this seller on, so many percent off."""

    seller = PartyBrief(read_only=True)
    threshold = serializers.IntegerField(read_only=True, help_text="Cars bought.")
    percent = PercentField(read_only=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = LoyaltyTier
        fields = ["id", "seller", "threshold", "percent", "created_at"]
        read_only_fields = fields


class TierSerializer(Strict):
    """A step of a seller's tiers."""

    threshold = serializers.IntegerField(min_value=1, max_value=MAX_THRESHOLD)
    percent = PercentField(help_text="0.01 to 95.00.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two steps",
            {
                "tiers": [
                    {"threshold": 5, "percent": "2.00"},
                    {"threshold": 20, "percent": "4.50"},
                ]
            },
        )
    ]
)
class TiersSerializer(Strict):
    """All tiers of a seller; more cars earn a higher percent."""

    tiers = serializers.ListField(child=TierSerializer(), max_length=MAX_TIERS)


class LoyaltyTiers(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """The loyalty tiers in force. Suppliers' tiers are shown to members of showrooms only.

    A tier never changes, because deals are explained by it: a seller's tiers are replaced.
    """

    for_whom = {"list": EVERYBODY, "retrieve": EVERYBODY, "destroy": WRITERS}
    serializer_class = LoyaltyTierSerializer
    filterset_class = LoyaltyTierFilter
    ordering = ("seller_id", "threshold")
    ordering_fields = {
        "threshold": "threshold",
        "percent": "percent",
        "created_at": "created_at",
        "seller": "seller__name",
    }

    def get_queryset(self) -> QuerySet[LoyaltyTier]:
        """Those that the asker may see."""
        return tiers_seen_by(onlooker(self.hats))

    def party_id_of(self, instance: LoyaltyTier) -> int:
        """The seller."""
        return instance.seller_id

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:
        """Withdraw one tier; the others stay."""
        del pk
        deactivate_tier(tier=self.get_object(), at=timezone.now())
        return Response(status=204)


class SellerTiers(Resource):
    """All loyalty tiers of one seller together, lowest first."""

    for_whom = {"retrieve": EVERYBODY, "update": WRITERS}
    serializer_class = TiersSerializer
    pagination_class = None

    def retrieve(self, _request: Request, party_id: str) -> Response:
        """The tiers in force."""
        if not sellers_seen_by(onlooker(self.hats)).filter(pk=party_id).exists():
            raise Http404
        found = LoyaltyTier.objects.active().filter(seller=party_id).order_by("threshold")
        return self.answer({"tiers": found})

    def update(self, _request: Request, party_id: str) -> Response:
        """Make these the seller's tiers, in any order; a tier that stays as it was is kept."""
        audience = self.for_whom["update"]
        require_hat(self.hats, int(party_id), audience, of=audience)
        seller: Any = self.hats.actor(int(party_id))
        asked = self.read(TiersSerializer)["tiers"]
        tiers = set_tiers(
            seller=seller,
            tiers=[(tier["threshold"], tier["percent"]) for tier in asked],
            at=timezone.now(),
        )
        return self.answer({"tiers": tiers})
