"""Decisions: what a job chose for a showroom, and what it saw. Nobody writes them here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.trading.models import Decision
from marketplace.trading.rules.sourcing_choices import CandidateReason, LineReason
from marketplace.trading.selectors.records import MatchTold, RestockTold, ReviewTold, body_told
from marketplace.trading.selectors.trades import all_decisions, decisions_of
from portal.api.explanations import (
    BasisPoints,
    CandidateSerializer,
    NeedSerializer,
    PurchaseSerializer,
    Rate,
)
from portal.api.filtering import Filters
from portal.api.pagination import Feed
from portal.api.permissions import SHOWROOM_MEMBERS, STAFF
from portal.api.resources import Resource
from portal.api.serializers import CarModelBrief, InstantField, MoneyField, PartyBrief, Shown
from portal.filters.decisions import DecisionFilter


class RestockLineSerializer(Shown):
    """A line of a restock; the first candidate won."""

    car_model = serializers.IntegerField(source="line.car_model_id")
    car_model_name = serializers.CharField(source="car_model")
    need = NeedSerializer(source="line")
    candidates = CandidateSerializer(many=True)
    purchases = PurchaseSerializer(many=True)


class RestockBodySerializer(Shown):
    """What a showroom bought in one run, most wanted first, and what it could spend."""

    budget = MoneyField(source="budget_cents")
    spent = MoneyField(source="spent_cents")
    lines = RestockLineSerializer(many=True)


class PlannedTierSerializer(Shown):
    """A loyalty tier that the plan comes up to."""

    threshold = serializers.IntegerField()
    percent = BasisPoints(source="bp")


class SourceSerializer(Shown):
    """A supplier that lists the car model, and why it won or lost."""

    supplier = PartyBrief()
    reason = serializers.SerializerMethodField(
        help_text=f"One of {', '.join(one.name.lower() for one in CandidateReason)}."
    )
    list_price = MoneyField(source="candidate.list_price_cents")
    cars_before = serializers.IntegerField(source="candidate.cars_bought")
    tiers_within_reach = PlannedTierSerializer(source="tiers", many=True)
    expected_cost = MoneyField(
        source="candidate.expected_cost_cents", help_text="Over the horizon, by the whole plan."
    )

    def get_reason(self, source: Any) -> str:
        """A stable code."""
        return CandidateReason(source.candidate.reason).name.lower()


class BreakEvenSerializer(Shown):
    """Why a supplier that is dearer today is the cheaper one over the horizon."""

    against = PartyBrief()
    dearer_today = MoneyField(source="break_even.dearer_today_cents")
    tier_percent = serializers.DecimalField(
        source="break_even.tier_percent", max_digits=4, decimal_places=2
    )
    tier_after_cars = serializers.IntegerField(source="break_even.tier_after_cars")
    cheaper_from_car = serializers.IntegerField(
        source="break_even.cheaper_from_car", allow_null=True
    )
    saving = MoneyField(source="break_even.saving_cents")


class ReviewBodySerializer(Shown):
    """The supplier of one car model over the horizon; the first candidate won."""

    supplier = PartyBrief(allow_null=True)
    previous = PartyBrief(allow_null=True)
    switched = serializers.BooleanField(source="choice.switched")
    reason = serializers.CharField(
        source="choice.reason.value",
        help_text=f"One of {', '.join(one.value for one in LineReason)}.",
    )
    expected_cars = serializers.IntegerField(source="choice.expected_cars")
    rate = Rate(source="choice.rate")
    horizon_days = serializers.IntegerField(source="choice.horizon_days")
    candidates = SourceSerializer(many=True)
    break_even = serializers.SerializerMethodField()

    @extend_schema_field(BreakEvenSerializer(allow_null=True))
    def get_break_even(self, told: ReviewTold) -> Any:
        """Null unless the winner is dearer today."""
        return None if told.break_even is None else BreakEvenSerializer(told).data


class TierTermSerializer(Shown):
    """A loyalty tier."""

    id = serializers.IntegerField(source="tier_id")
    threshold = serializers.IntegerField()
    percent = BasisPoints(source="bp")


class PromotionTermSerializer(Shown):
    """A promotion that covers the car model."""

    id = serializers.IntegerField(source="promotion_id")
    percent = BasisPoints(source="bp")
    starts_at = InstantField()
    ends_at = InstantField()


class ShelfSerializer(Shown):
    """A showroom's cars when the run began, and what it takes off."""

    seller = PartyBrief()
    list_price = MoneyField(source="list_price_cents")
    quantity = serializers.IntegerField()
    cost = MoneyField(
        source="cost_cents", allow_null=True, help_text="What they had cost; null for a rival's."
    )
    tiers = TierTermSerializer(source="terms.tiers", many=True)
    promotions = PromotionTermSerializer(source="covering", many=True)


class MatchBodySerializer(Shown):
    """What the offers for one car model met in one run of matching."""

    shelves = ShelfSerializer(many=True)


_BODIES: dict[type[Any], type[Shown]] = {
    RestockTold: RestockBodySerializer,
    ReviewTold: ReviewBodySerializer,
    MatchTold: MatchBodySerializer,
}


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """One choice of a job. `party` is null for matching, which is of the whole market."""

    party = PartyBrief(read_only=True, allow_null=True)
    car_model = CarModelBrief(read_only=True, allow_null=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = Decision
        fields = ["id", "kind", "party", "car_model", "created_at"]
        read_only_fields = fields


class DecisionDetailSerializer(DecisionSerializer):
    """The choice with what the job saw: of a restock, a review or a match, as `kind` says."""

    body = serializers.SerializerMethodField()

    class Meta(DecisionSerializer.Meta):
        fields = [*DecisionSerializer.Meta.fields, "body"]
        read_only_fields = fields

    @extend_schema_field(
        PolymorphicProxySerializer(
            component_name="DecisionBody",
            serializers=list(_BODIES.values()),
            resource_type_field_name=None,
        )
    )
    def get_body(self, decision: Decision) -> Any:
        """The body, without what is private to rivals."""
        told = body_told(decision, self.context["view"].own_parties)
        return _BODIES[type(told)](told).data


class Decisions(mixins.ListModelMixin, Resource):
    """What the jobs chose for a showroom, the newest first: suppliers, purchases, sales."""

    for_whom = {"list": SHOWROOM_MEMBERS | STAFF, "retrieve": SHOWROOM_MEMBERS | STAFF}
    serializer_class = DecisionSerializer
    filterset_class = DecisionFilter
    filter_backends = [Filters]
    pagination_class = Feed
    queryset = Decision.objects.none()

    @property
    def own_parties(self) -> list[int] | None:
        """The asker's own parties; None for staff, who may see everybody's."""
        return None if self.person.is_staff else self.hats.party_ids

    def get_queryset(self) -> QuerySet[Any]:
        """Those about the asker's showrooms."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        own = self.own_parties
        decisions = all_decisions() if own is None else decisions_of(own)
        return decisions.defer("body") if self.action == "list" else decisions

    @extend_schema(responses=DecisionDetailSerializer)
    def retrieve(self, _request: Request, pk: str) -> Response:
        """One decision with all that the job saw."""
        del pk
        context = self.get_serializer_context()
        return Response(DecisionDetailSerializer(self.get_object(), context=context).data)
