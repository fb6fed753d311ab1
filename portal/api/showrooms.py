"""Showrooms: anybody may find them, whoever is logged in may found one, its members run it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.parties.models import Showroom
from marketplace.parties.services import change_details, deactivate_party
from marketplace.trading.selectors.showrooms import showrooms_with_figures
from marketplace.trading.services.assortments import open_showroom
from portal.api.criteria import CriteriaField
from portal.api.permissions import EVERYBODY, PEOPLE, SHOWROOM_OWNERS, SHOWROOM_WRITERS
from portal.api.resources import Resource
from portal.api.serializers import CountryCode, InstantField, StrictModel
from portal.filters.showrooms import ShowroomFilter

#: Where a party is. A coordinate needs the other one.
PLACE = ["country", "city", "latitude", "longitude"]


class ShowroomSerializer(StrictModel):
    """A showroom as anybody may see it."""

    country = CountryCode(required=False)
    models_in_stock = serializers.IntegerField(read_only=True)
    cars_in_stock = serializers.IntegerField(read_only=True)
    recent_deals = serializers.IntegerField(
        read_only=True, help_text="Cars sold in the last 30 days."
    )
    created_at = InstantField(read_only=True)

    class Meta:
        model = Showroom
        fields = [
            "id", "name", *PLACE, "address", "models_in_stock", "cars_in_stock", "recent_deals",
            "created_at",
        ]  # fmt: skip


class NewShowroomSerializer(ShowroomSerializer):
    """What a showroom begins with."""

    preference = CriteriaField(
        required=False, default=list, source="criteria", help_text="What it wants to sell."
    )

    class Meta(ShowroomSerializer.Meta):
        fields = ["name", *PLACE, "address", "preference"]


class Showrooms(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Showrooms: where they are, what they have, how busy they are."""

    for_whom = {
        "list": EVERYBODY,
        "retrieve": EVERYBODY,
        "create": PEOPLE,
        "partial_update": SHOWROOM_WRITERS,
        "destroy": SHOWROOM_OWNERS,
    }
    party_kwarg = "pk"
    serializer_class = ShowroomSerializer
    filterset_class = ShowroomFilter
    ordering_fields = {
        "name": "name",
        "city": "city",
        "models_in_stock": "models_in_stock",
        "cars_in_stock": "cars_in_stock",
        "recent_deals": "recent_deals",
    }
    field_names = {"criteria": "preference"}

    def get_queryset(self) -> QuerySet[Any]:
        """The active ones."""
        return showrooms_with_figures(at=timezone.now())

    @extend_schema(request=NewShowroomSerializer, responses={201: ShowroomSerializer})
    def create(self, _request: Request) -> Response:
        """Found a showroom; whoever asks becomes its owner."""
        asked = self.read(NewShowroomSerializer)
        showroom = open_showroom(owner=self.person, at=timezone.now(), **asked)
        return self.answer(self.get_queryset().get(pk=showroom.pk), 201)

    def partial_update(self, _request: Request, pk: str) -> Response:
        """Change what the showroom says of itself."""
        body = self.get_serializer(data=self.request.data, partial=True)
        body.is_valid(raise_exception=True)
        change_details(party=self.actor, at=timezone.now(), **body.validated_data)
        return self.answer(self.get_queryset().get(pk=pk))

    def destroy(self, _request: Request, pk: str) -> Response:
        """Take the showroom out of the market; what happened stays on record."""
        del pk
        deactivate_party(party=self.actor, at=timezone.now())
        return Response(status=204)
