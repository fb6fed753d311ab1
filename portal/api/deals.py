"""Deals: what was sold, to whom, for how much, and why. Nobody writes them here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.trading.models import Deal
from marketplace.trading.selectors.disclosure import DealTold, deal_told
from marketplace.trading.selectors.trades import all_deals, deals_of
from portal.api.explanations import CandidateSerializer, NeedSerializer, PurchaseSerializer
from portal.api.filtering import Filters, Ordering
from portal.api.pagination import Feed
from portal.api.permissions import CUSTOMERS, MEMBERS, STAFF
from portal.api.resources import Resource
from portal.api.serializers import CarModelBrief, InstantField, MoneyField, PartyBrief, Shown
from portal.filters.deals import DealFilter

_CAR = {"id": 3, "make": "Aurora", "name": "Swift", "variant": "GT", "model_year": 2026}
_CORNER = {"id": 7, "kind": "showroom", "name": "Corner"}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A retail deal, as its buyer sees it",
            value={
                "id": 41, "kind": "retail", "seller": _CORNER,
                "buyer": {"id": 12, "kind": "customer", "name": "Ann"}, "car_model": _CAR,
                "quantity": 1, "unit_price": "19600.00", "list_price": "20000.00",
                "discount_percent": "2.00", "promotion": None, "loyalty_tier": 5,
                "cars_before": 5, "cost": None, "offer": 99, "decision": 310,
                "sold_at": "2026-03-02T12:05:00Z",
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class DealSerializer(serializers.ModelSerializer[Deal]):
    """Something was sold. Either side is told what is its own to know; the rest is null."""

    seller = PartyBrief(read_only=True)
    buyer = PartyBrief(read_only=True)
    car_model = CarModelBrief(read_only=True)
    unit_price = MoneyField(source="unit_price_cents", read_only=True)
    list_price = MoneyField(source="list_price_cents", read_only=True)
    promotion = serializers.IntegerField(source="promotion_id", read_only=True, allow_null=True)
    loyalty_tier = serializers.IntegerField(
        source="loyalty_tier_id", read_only=True, allow_null=True
    )
    cost = MoneyField(
        source="own_cost_cents",
        read_only=True,
        allow_null=True,
        help_text="What the cars had cost the seller: for its members alone.",
    )
    offer = serializers.IntegerField(
        source="own_offer_id",
        read_only=True,
        allow_null=True,
        help_text="The offer that it filled: for the buyer alone.",
    )
    decision = serializers.IntegerField(source="decision_id", read_only=True, allow_null=True)
    sold_at = InstantField(read_only=True)

    class Meta:
        model = Deal
        fields = [
            "id", "kind", "seller", "buyer", "car_model", "quantity", "unit_price", "list_price",
            "discount_percent", "promotion", "loyalty_tier", "cars_before", "cost", "offer",
            "decision", "sold_at",
        ]  # fmt: skip
        read_only_fields = fields


class FilledOfferSerializer(Shown):
    """The offer that a retail deal filled."""

    max_price = MoneyField(source="max_price_cents")
    posted_at = InstantField()


_RULES = {
    Deal.Kind.RETAIL: _(
        "Offers are served in the order they came. Each takes the lowest quote for its customer,"
        " up to its maximum, among showrooms with the car left; then the lower list price, then the"
        " smaller id."
    ),
    Deal.Kind.WHOLESALE: _(
        "Each purchase goes to the lowest quote for its first car, among the sourcing's supplier and"
        " those with a promotion; then the sourcing's supplier, then the smaller id."
    ),
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Why Ann bought at Corner, told to Ann",
            value={
                "deal": 41, "kind": "retail", "rule": str(_RULES[Deal.Kind.RETAIL]),
                "consistent": True,
                "offer": {"max_price": "20000.00", "posted_at": "2026-03-02T12:01:00Z"},
                "need": None,
                "candidates": [
                    {
                        "seller": _CORNER, "reason": "chosen", "list_price": "20000.00",
                        "price": "19600.00", "dearer": "0.00", "cars_before": 5, "left": 3,
                        "considered": [
                            {"kind": "loyalty", "id": 5, "percent": "2.00", "outcome": "applied",
                             "reason": "applied"}
                        ],
                    },
                    {
                        "seller": {"id": 8, "kind": "showroom", "name": "Square"},
                        "reason": "dearer", "list_price": "19900.00", "price": "19900.00",
                        "dearer": "300.00", "cars_before": 0, "left": 1, "considered": [],
                    },
                ],
                "purchases": [],
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class WhySerializer(Shown):
    """Why a deal was made there and cost what it did. What isn't the asker's to know is null:
    a seller isn't told what its rivals asked of the buyer, nor what the buyer would have paid."""

    deal = serializers.IntegerField(source="deal.pk")
    kind = serializers.CharField(source="deal.kind", help_text="retail or wholesale.")
    rule = serializers.SerializerMethodField(help_text="The rule by which the winner was found.")
    consistent = serializers.BooleanField(
        help_text="Worked out again from what the job saw, it comes to the same deal."
    )
    offer = serializers.SerializerMethodField()
    need = NeedSerializer(source="line", allow_null=True)
    candidates = CandidateSerializer(many=True)
    purchases = PurchaseSerializer(many=True)

    def get_rule(self, told: DealTold) -> str:
        """For people."""
        return str(_RULES[Deal.Kind(told.deal.kind)])

    @extend_schema_field(FilledOfferSerializer(allow_null=True))
    def get_offer(self, told: DealTold) -> Any:
        """For the buyer of a retail deal."""
        return None if told.posted_at is None else FilledOfferSerializer(told).data


class Deals(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """The deals of one's own parties, bought or sold, the newest first."""

    for_whom = {
        "list": CUSTOMERS | MEMBERS | STAFF,
        "retrieve": CUSTOMERS | MEMBERS | STAFF,
        "why": CUSTOMERS | MEMBERS | STAFF,
    }
    serializer_class = DealSerializer
    filterset_class = DealFilter
    filter_backends = [Filters, Ordering]
    ordering_fields = {"id": "pk"}
    pagination_class = Feed
    queryset = Deal.objects.none()

    @property
    def feed_ordering(self) -> str:
        """By the order in which they were made: a cursor can't hold on to prices, which repeat."""
        return "pk" if self.request.query_params.get(Ordering.param) == "id" else "-pk"

    def get_queryset(self) -> QuerySet[Any]:
        """The asker's own; every deal for staff."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        own = all_deals() if self.person.is_staff else deals_of(self.hats.party_ids)
        return own.select_related("offer", "decision") if self.action == "why" else own

    @extend_schema(responses=WhySerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def why(self, _request: Request, pk: str) -> Response:
        """The candidates, what each asked, which discounts applied and which did not, who lost why."""
        del pk
        deal: Deal = self.get_object()
        is_buyer = self.person.is_staff or deal.buyer_id in self.hats.party_ids
        told = deal_told(deal, to_seller=not is_buyer)
        if told is None:
            raise NotFound(gettext("No decision is on record for this deal."))
        return Response(WhySerializer(told).data)
