"""Quotes: what would I pay, and why?"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.catalog.models import CarModel
from marketplace.catalog.selectors import active_car_models
from marketplace.common.percents import percent_of
from marketplace.parties.models import Party
from marketplace.parties.rules import PartyKind
from marketplace.pricing.rules.quoting import DiscountKind, Outcome
from marketplace.pricing.selectors.quotes import quote
from portal.api.errors import invalid
from portal.api.permissions import PEOPLE
from portal.api.resources import Resource
from portal.api.serializers import (
    CarModelBrief,
    InstantField,
    MoneyField,
    PartyBrief,
    Shown,
)

#: Who may buy from whom.
_BUYER_OF = {PartyKind.SHOWROOM: PartyKind.CUSTOMER, PartyKind.SUPPLIER: PartyKind.SHOWROOM}


class QuestionSerializer(Shown):
    """What is asked for."""

    seller = serializers.PrimaryKeyRelatedField(
        queryset=Party.objects.active().exclude(kind=PartyKind.CUSTOMER),
        help_text="A showroom, or a supplier for a showroom of one's own.",
    )
    car_model = serializers.PrimaryKeyRelatedField(queryset=active_car_models())
    buyer = serializers.IntegerField(
        required=False,
        help_text="A party of one's own. Left out, a showroom quotes for one's own customer, or for"
        " somebody new.",
    )


class DiscountSerializer(Shown):
    """A discount: a loyalty tier or a promotion of the seller."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.name) for kind in DiscountKind])
    id = serializers.IntegerField(source="source_id")
    percent = serializers.SerializerMethodField()

    def get_percent(self, discount: Any) -> str:
        """Decimal text."""
        return str(percent_of(discount.bp))


class ConsideredSerializer(DiscountSerializer):
    """A discount that was looked at, and what became of it."""

    outcome = serializers.SerializerMethodField()
    reason = serializers.CharField(source="outcome.value")

    @extend_schema_field({"type": "string", "enum": [outcome.name.lower() for outcome in Outcome]})
    def get_outcome(self, considered: Any) -> str:
        """A stable code."""
        return str(considered.outcome.name.lower())


class QuoteSerializer(Shown):
    """What one car would cost the buyer now, with the trace of how that came about."""

    seller = PartyBrief()
    buyer = PartyBrief(allow_null=True)
    car_model = CarModelBrief()
    at = InstantField()
    list_price = MoneyField(source="quote.list_price_cents")
    price = MoneyField(source="quote.price_cents")
    cars_before = serializers.IntegerField(source="quote.cars_before")
    discount = DiscountSerializer(source="quote.discount", allow_null=True)
    considered = ConsideredSerializer(source="quote.considered", many=True)


class Quotes(Resource):
    """What one buyer would pay one seller for one car model at this moment."""

    for_whom = {"retrieve": PEOPLE}
    serializer_class = QuoteSerializer
    pagination_class = None
    query_parameters = frozenset({"seller", "car_model", "buyer"})
    refusals = {"retrieve": (404,)}

    @extend_schema(parameters=[QuestionSerializer])
    def retrieve(self, request: Request) -> Response:
        """Ask what a car would cost, and read which discounts applied, which did not, and why."""
        question = QuestionSerializer(data=request.query_params.dict())
        question.is_valid(raise_exception=True)
        seller: Party = question.validated_data["seller"]
        car_model: CarModel = question.validated_data["car_model"]
        buyer = self._buyer(seller, question.validated_data.get("buyer"))
        now = timezone.now()
        found = quote(
            seller_id=seller.pk,
            buyer_id=buyer.pk if buyer else None,
            car_model_id=car_model.pk,
            at=now,
        )
        if found is None:
            raise Http404
        return self.answer(
            {"seller": seller, "buyer": buyer, "car_model": car_model, "at": now, "quote": found}
        )

    def _buyer(self, seller: Party, asked: int | None) -> Party | None:
        """The asker's own party that buys; a supplier's prices are for showrooms alone."""
        if asked is None and seller.kind == PartyKind.SHOWROOM:
            return self.hats.customer
        if asked is None:
            raise invalid("buyer", _("A supplier quotes for a showroom: say which."), "required")
        buyer: Party = self.acting_for(asked, "buyer")
        if buyer.kind != _BUYER_OF[PartyKind(seller.kind)]:
            raise invalid("buyer", _("This party doesn't buy from that seller."))
        return buyer
