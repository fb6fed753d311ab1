"""Offers: a customer posts them, watches them, takes them back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.catalog.models import CarModel
from marketplace.ledger.errors import InsufficientFunds
from marketplace.trading.errors import OfferClosed
from marketplace.trading.models import Deal, Offer
from marketplace.trading.selectors.disclosure import showroom_named
from marketplace.trading.selectors.explaining import nearest_miss
from marketplace.trading.selectors.trades import offers_of
from marketplace.trading.services.offers import cancel_offer, post_offer
from portal.api.errors import Refused
from portal.api.idempotency import idempotent
from portal.api.permissions import CUSTOMERS
from portal.api.quotes import ConsideredSerializer, DiscountSerializer
from portal.api.resources import Resource
from portal.api.serializers import (
    CarModelBrief,
    InstantField,
    MoneyField,
    PartyBrief,
    Shown,
    Strict,
)
from portal.filters.offers import OfferFilter

_CAR = {"id": 3, "make": "Aurora", "name": "Swift", "variant": "GT", "model_year": 2026}
_CORNER = {"id": 7, "kind": "showroom", "name": "Corner"}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An offer for a month",
            value={"car_model": 3, "max_price": "20000.00"},
            request_only=True,
        ),
        OpenApiExample(
            "An offer with an end",
            value={"car_model": 3, "max_price": "20000", "expires_at": "2026-03-09T12:00:00Z"},
            request_only=True,
        ),
    ]
)
class NewOfferSerializer(Strict):
    """What a customer would pay at most, and until when; a month unless said otherwise."""

    car_model = serializers.PrimaryKeyRelatedField(
        queryset=CarModel.objects.all(), pk_field=serializers.IntegerField()
    )
    max_price = MoneyField(source="max_price_cents", min_value=1)
    expires_at = InstantField(required=False)


class OwnDealSerializer(serializers.ModelSerializer[Deal]):
    """How an offer was filled."""

    seller = PartyBrief(read_only=True)
    price = MoneyField(source="unit_price_cents", read_only=True)
    list_price = MoneyField(source="list_price_cents", read_only=True)
    sold_at = InstantField(read_only=True)

    class Meta:
        model = Deal
        fields = ["id", "seller", "price", "list_price", "discount_percent", "sold_at"]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A filled offer",
            value={
                "id": 99, "car_model": _CAR, "max_price": "20000.00", "status": "filled",
                "created_at": "2026-03-02T12:01:00Z", "expires_at": "2026-04-01T12:01:00Z",
                "closed_at": "2026-03-02T12:05:00Z",
                "deal": {
                    "id": 41, "seller": _CORNER, "price": "19600.00", "list_price": "20000.00",
                    "discount_percent": "2.00", "sold_at": "2026-03-02T12:05:00Z",
                },
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class OfferSerializer(serializers.ModelSerializer[Offer]):
    """What its customer would pay at most. The money is held while the offer is open."""

    car_model = CarModelBrief(read_only=True)
    max_price = MoneyField(source="max_price_cents", read_only=True)
    created_at = InstantField(read_only=True)
    expires_at = InstantField(read_only=True)
    closed_at = InstantField(read_only=True, allow_null=True)
    deal = OwnDealSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Offer
        fields = [
            "id", "car_model", "max_price", "status", "created_at", "expires_at", "closed_at",
            "deal",
        ]  # fmt: skip
        read_only_fields = fields


class LowestQuoteSerializer(Shown):
    """The lowest quote for the customer."""

    seller = PartyBrief()
    list_price = MoneyField(source="quote.list_price_cents")
    price = MoneyField(source="quote.price_cents")
    cars_before = serializers.IntegerField(source="quote.cars_before")
    discount = DiscountSerializer(source="quote.discount", allow_null=True)
    considered = ConsideredSerializer(source="quote.considered", many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "50.00 too little",
            value={
                "at": "2026-03-02T12:06:00Z", "missing": "50.00",
                "lowest": {
                    "seller": _CORNER, "list_price": "20000.00", "price": "20000.00",
                    "cars_before": 0, "discount": None, "considered": [],
                },
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class NearestMissSerializer(Shown):
    """How near the offer is to a match now; nulls if no showroom has the car."""

    at = InstantField()
    missing = MoneyField(
        allow_null=True,
        help_text="How far the quote is above the maximum; nothing, if the next run will serve it.",
    )
    lowest = LowestQuoteSerializer(allow_null=True)


class Offers(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """A customer's own offers."""

    for_whom = {
        "list": CUSTOMERS,
        "retrieve": CUSTOMERS,
        "create": CUSTOMERS,
        "destroy": CUSTOMERS,
        "nearest_miss": CUSTOMERS,
    }
    serializer_class = OfferSerializer
    filterset_class = OfferFilter
    ordering_fields = {
        "created_at": "created_at",
        "max_price": "max_price_cents",
        "expires_at": "expires_at",
        "closed_at": "closed_at",
    }
    queryset = Offer.objects.none()
    refusals = {"nearest_miss": (409,)}

    def get_queryset(self) -> QuerySet[Any]:
        """The asker's own."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return offers_of(self.actor)

    @extend_schema(request=NewOfferSerializer, responses={201: OfferSerializer})
    @idempotent
    def create(self, _request: Request) -> Response:
        """Put an offer on the market; its maximum is held until it is filled, taken back or over."""
        asked = self.read(NewOfferSerializer)
        try:
            offer = post_offer(customer=self.actor, at=timezone.now(), **asked)
        except InsufficientFunds as refusal:
            raise InsufficientFunds(field="max_price") from refusal
        return self.answer(offer, 201)

    def destroy(self, _request: Request, pk: str) -> Response:
        """Take an open offer off the market; its money is available again.

        A closed one is a 409 whose error at `status` has the state as its code.
        """
        del pk
        offer = self.get_object()
        try:
            cancel_offer(customer=self.actor, offer=offer, at=timezone.now())
        except OfferClosed as refusal:
            raise _closed(offer, refusal) from refusal
        return Response(status=204)

    @extend_schema(responses=NearestMissSerializer)
    @action(detail=True, url_path="nearest-miss", filter_backends=[], pagination_class=None)
    def nearest_miss(self, _request: Request, pk: str) -> Response:
        """The lowest quote for an open offer now, and how far above its maximum that is.

        A closed one is a 409 whose error at `status` has the state as its code.
        """
        del pk
        offer = self.get_object()
        if offer.status != Offer.Status.OPEN:
            raise _closed(offer, OfferClosed())
        now = timezone.now()
        found = nearest_miss(offer, now)
        told: dict[str, Any] = {"at": now, "missing": None, "lowest": None}
        if found is not None:
            seller = showroom_named(found.quote.seller_id)
            told["missing"] = found.missing_cents
            told["lowest"] = {"seller": seller, "quote": found.quote}
        return Response(NearestMissSerializer(told).data)


def _closed(offer: Offer, refusal: OfferClosed) -> Refused:
    """The refusal with the state that the offer has come to."""
    offer.refresh_from_db(fields=["status"])
    refused = Refused(refusal, {})
    refused.errors = [
        {"field": "status", "code": offer.status, "detail": offer.get_status_display()}
    ]
    return refused
