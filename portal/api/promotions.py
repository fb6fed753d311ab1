"""Promotions: discounts of a seller for a period."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models
from marketplace.pricing.models import Promotion
from marketplace.pricing.selectors.announcements import promotions_seen_by
from marketplace.pricing.services import deactivate_promotion, end_promotion, publish_promotion
from portal.api.listings import onlooker
from portal.api.permissions import EVERYBODY, WRITERS
from portal.api.resources import Resource
from portal.api.serializers import InstantField, PartyBrief, PartyId, PercentField, Strict
from portal.filters.promotions import PromotionFilter

#: So many car models a promotion can name here; whoever wants more means all.
MOST_CAR_MODELS = 500


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Spring at Corner Cars",
            {
                "id": 5,
                "seller": {"id": 7, "kind": "showroom", "name": "Corner Cars"},
                "name": "Spring",
                "description": "",
                "percent": "5.00",
                "starts_at": "2026-03-02T12:00:00Z",
                "ends_at": "2026-04-02T12:00:00Z",
                "state": "running",
                "covers_all": False,
                "car_models": [12, 13],
                "created_at": "2026-03-01T09:30:00Z",
            },
            response_only=True,
        )
    ]
)
class PromotionSerializer(serializers.ModelSerializer[Promotion]):
    """A discount for start ≤ instant < end."""

    seller = PartyBrief(read_only=True)
    percent = PercentField(read_only=True)
    starts_at = InstantField(read_only=True)
    ends_at = InstantField(read_only=True)
    state = serializers.SerializerMethodField()
    car_models: Any = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="What it names; nothing if it covers all."
    )
    created_at = InstantField(read_only=True)

    class Meta:
        model = Promotion
        fields = [
            "id", "seller", "name", "description", "percent", "starts_at", "ends_at", "state",
            "covers_all", "car_models", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": ["coming", "running", "ended", "withdrawn"]})
    def get_state(self, promotion: Promotion) -> str:
        """Where it stands at this moment."""
        now = timezone.now()
        if not promotion.is_active:
            return "withdrawn"
        if now < promotion.starts_at:
            return "coming"
        return "running" if now < promotion.ends_at else "ended"


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Five percent off everything",
            {
                "seller": 7,
                "name": "Spring",
                "percent": "5.00",
                "starts_at": "2026-03-02T12:00:00Z",
                "ends_at": "2026-04-02T12:00:00Z",
                "car_models": None,
            },
        ),
        OpenApiExample(
            "Ten percent off two car models, from now on",
            {
                "seller": 7,
                "name": "Out they go",
                "percent": "10.00",
                "ends_at": "2026-04-02T12:00:00Z",
                "car_models": [12, 13],
            },
        ),
    ]
)
class NewPromotion(Strict):
    """What a promotion says. It can't be changed afterwards, only ended."""

    seller = PartyId(help_text="A showroom or supplier that you are owner or manager of.")
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    percent = PercentField(help_text="0.01 to 95.00.")
    starts_at = InstantField(required=False, help_text="Left out or past, it starts at once.")
    ends_at = InstantField()
    car_models = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        allow_null=True,
        allow_empty=False,
        max_length=MOST_CAR_MODELS,
        help_text="The ids of the car models that it is for; null for all that the seller lists.",
    )

    def validate_car_models(self, ids: Sequence[int] | None) -> list[CarModel] | None:
        """The car models; which of the ids name none is told."""
        if ids is None:
            return None
        found = active_car_models().in_bulk(set(ids))
        unknown = ErrorDetail(str(_("There is no such car model.")), code="does_not_exist")
        errors = {str(number): [unknown] for number, pk in enumerate(ids) if pk not in found}
        if errors:
            raise ValidationError(errors)
        return list(found.values())


def _named() -> Prefetch[str]:
    """The ids of the car models that promotions name, in order."""
    return Prefetch("car_models", CarModel.objects.only("pk").order_by("pk"))


class Promotions(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Promotions: all of one's own, and what other sellers offer today or soon.

    Suppliers' promotions are shown to members of showrooms only. A promotion never changes, because
    deals are explained by it; it can only end.
    """

    for_whom = {
        "list": EVERYBODY,
        "retrieve": EVERYBODY,
        "create": WRITERS,
        "end": WRITERS,
        "destroy": WRITERS,
    }
    serializer_class = PromotionSerializer
    filterset_class = PromotionFilter
    ordering = ("-starts_at",)
    ordering_fields = {
        "starts_at": "starts_at",
        "ends_at": "ends_at",
        "percent": "percent",
        "created_at": "created_at",
    }

    def get_queryset(self) -> QuerySet[Promotion]:
        """Those that the asker may see, with the ids of what they cover."""
        return promotions_seen_by(onlooker(self.hats), timezone.now()).prefetch_related(_named())

    def party_id_of(self, instance: Promotion) -> int:
        """The seller."""
        return instance.seller_id

    @extend_schema(request=NewPromotion, responses={201: PromotionSerializer})
    def create(self, request: Request) -> Response:
        """Publish a promotion. Whoever does has to have confirmed an e-mail address."""
        asked = self.read(NewPromotion)
        now = timezone.now()
        promotion = publish_promotion(
            seller=self.acting_for(asked.pop("seller"), "seller"),
            by=request.user,  # type: ignore[arg-type]  # permissions let in only people
            at=now,
            **{"starts_at": now} | asked,
        )
        return self._told(promotion, HTTPStatus.CREATED)

    @extend_schema(request=None, responses=PromotionSerializer)
    @action(detail=True, methods=["post"])
    def end(self, _request: Request, pk: str) -> Response:
        """End the promotion now. One that has not begun is withdrawn."""
        del pk
        return self._told(end_promotion(promotion=self.get_object(), at=timezone.now()))

    def _told(self, promotion: Promotion, status: int = HTTPStatus.OK) -> Response:
        prefetch_related_objects([promotion], _named())
        return self.answer(promotion, status)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:
        """End the promotion now, and take it off the seller's list."""
        del pk
        deactivate_promotion(promotion=self.get_object(), at=timezone.now())
        return Response(status=204)
