"""Listings: what sellers sell, for how much, and how many are left."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.catalog.selectors import active_car_models
from marketplace.pricing.models import Listing
from marketplace.pricing.selectors.announcements import Onlooker, listings_seen_by
from marketplace.pricing.services import change_listing, deactivate_listing, list_car_model
from portal.api.permissions import EVERYBODY, SHOWROOM_MEMBERS, SUPPLIER_WRITERS, WRITERS, Hats
from portal.api.resources import Resource
from portal.api.serializers import (
    CarModelBrief,
    InstantField,
    MoneyField,
    PartyBrief,
    PartyId,
    Strict,
)
from portal.filters.listings import ListingFilter


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A showroom's listing, seen by a customer",
            {
                "id": 41,
                "seller": {"id": 7, "kind": "showroom", "name": "Corner Cars"},
                "car_model": {
                    "id": 12, "make": "Aurora", "name": "Swift", "variant": "GT", "model_year": 2026,
                },
                "price": "24990.00",
                "quantity": 3,
                "pricing": None,
                "stock_cost": None,
                "created_at": "2026-03-02T12:00:00Z",
                "updated_at": "2026-03-02T12:00:00Z",
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class ListingSerializer(serializers.ModelSerializer[Listing]):
    """A car model that a seller sells. What only the seller may know is null for everybody else."""

    seller = PartyBrief(read_only=True)
    car_model = CarModelBrief(read_only=True)
    price = MoneyField(source="price_cents", read_only=True, help_text="The list price.")
    quantity = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="How many are left; null for a supplier, who has no limit.",
    )
    pricing = serializers.ChoiceField(
        choices=Listing.Pricing.choices,
        read_only=True,
        allow_null=True,
        help_text="How the price is set; null unless the listing is your own.",
    )
    stock_cost = MoneyField(
        source="stock_cost_cents",
        read_only=True,
        allow_null=True,
        help_text="What the cars left cost together; null unless the listing is your own.",
    )
    created_at = InstantField(read_only=True)
    updated_at = InstantField(read_only=True)

    class Meta:
        model = Listing
        fields = [
            "id", "seller", "car_model", "price", "quantity", "pricing", "stock_cost",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Listing) -> dict[str, Any]:
        """The listing; its inside only to those who act for the seller."""
        shown = super().to_representation(instance)
        if instance.seller_id not in self.context["own_parties"]:
            shown |= {"pricing": None, "stock_cost": None}
        return shown


@extend_schema_serializer(
    examples=[OpenApiExample("Sell the Swift", {"seller": 9, "car_model": 12, "price": "19990.00"})]
)
class NewListing(Strict):
    """A car model for a supplier's price list."""

    seller = PartyId(help_text="A supplier that you are owner or manager of.")
    car_model = serializers.PrimaryKeyRelatedField(
        queryset=active_car_models(), pk_field=serializers.IntegerField()
    )
    price = MoneyField(source="price_cents", min_value=1)


@extend_schema_serializer(
    examples=[
        OpenApiExample("A new price", {"price": "23990.00"}),
        OpenApiExample("Follow the cost", {"pricing": "automatic"}),
    ]
)
class ListingChange(Strict):
    """A new price, or who sets it from now on; what is left out stays."""

    price = MoneyField(
        source="price_cents",
        min_value=1,
        required=False,
        help_text="A price that changes is set by hand from then on.",
    )
    pricing = serializers.ChoiceField(
        choices=Listing.Pricing.choices,
        required=False,
        help_text="`automatic` follows the cost with the next restock; only for showrooms.",
    )


def onlooker(hats: Hats) -> Onlooker:
    """The asker as the selectors of what sellers announce want to know them."""
    return Onlooker(hats.party_ids, buys_wholesale=bool(hats.worn() & SHOWROOM_MEMBERS))


class Listings(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """What is for sale.

    Showrooms' stock is public, sold out listings included. Suppliers' price lists are shown to
    those who buy there, the members of showrooms, and to the supplier's own members.
    """

    for_whom = {
        "list": EVERYBODY,
        "retrieve": EVERYBODY,
        "create": SUPPLIER_WRITERS,
        "partial_update": WRITERS,
        "destroy": WRITERS,
    }
    serializer_class = ListingSerializer
    filterset_class = ListingFilter
    ordering = ("car_model_id", "price_cents")
    ordering_fields = {"price": "price_cents", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[Listing]:
        """The active ones that the asker may see."""
        return listings_seen_by(onlooker(self.hats))

    def get_serializer_context(self) -> dict[str, Any]:
        """With the parties whose listings show their inside."""
        return {**super().get_serializer_context(), "own_parties": self.hats.party_ids}

    def party_id_of(self, instance: Listing) -> int:
        """The seller."""
        return instance.seller_id

    @extend_schema(request=NewListing, responses={201: ListingSerializer})
    def create(self, _request: Request) -> Response:
        """Take a car model into a supplier's price list. A showroom's stock comes from deals."""
        asked = self.read(NewListing)
        seller = self.acting_for(asked.pop("seller"), "seller")
        listing = list_car_model(seller=seller, at=timezone.now(), **asked)
        return self.answer(listing, 201)

    @extend_schema(request=ListingChange, responses=ListingSerializer)
    def partial_update(self, _request: Request, pk: str) -> Response:
        """Set the price by hand, or have it follow the cost; with both, the price comes first."""
        del pk
        listing = self.get_object()
        change_listing(listing=listing, at=timezone.now(), **self.read(ListingChange))
        return self.answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:
        """Take the listing out of the market, with the cars that are left."""
        del pk
        deactivate_listing(listing=self.get_object(), at=timezone.now())
        return Response(status=204)
