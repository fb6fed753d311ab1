"""Suppliers: people who are logged in may find them and found one; its members run it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.parties.models import Supplier
from marketplace.parties.selectors import active_suppliers
from marketplace.parties.services import change_details, deactivate_party, found_supplier
from marketplace.pricing.models import Patronage
from portal.api.permissions import PEOPLE, SUPPLIER_OWNERS, SUPPLIER_WRITERS
from portal.api.resources import Resource
from portal.api.serializers import CountryCode, InstantField, StrictModel
from portal.filters.suppliers import SupplierFilter


class SupplierSerializer(StrictModel):
    """A supplier. The number of its buyers is counted, not typed."""

    country = CountryCode(required=False)
    buyers = serializers.IntegerField(read_only=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = Supplier
        fields = [
            "id", "name", "country", "city", "latitude", "longitude", "founded_year", "buyers",
            "created_at",
        ]  # fmt: skip


class Suppliers(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Suppliers. Their price lists are another resource, for those who buy from them."""

    for_whom = {
        "list": PEOPLE,
        "retrieve": PEOPLE,
        "create": PEOPLE,
        "partial_update": SUPPLIER_WRITERS,
        "destroy": SUPPLIER_OWNERS,
    }
    party_kwarg = "pk"
    serializer_class = SupplierSerializer
    filterset_class = SupplierFilter
    ordering_fields = {
        "name": "name",
        "city": "city",
        "founded_year": "founded_year",
        "buyers": "buyers",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """The active ones, with the number of their buyers."""
        buyers = Patronage.objects.filter(seller=OuterRef("pk")).order_by().values("seller")
        counted = Subquery(
            buyers.annotate(all=Count("pk")).values("all"), output_field=IntegerField()
        )
        return active_suppliers().annotate(buyers=Coalesce(counted, 0))

    @extend_schema(responses={201: SupplierSerializer})
    def create(self, _request: Request) -> Response:
        """Found a supplier; whoever asks becomes its owner."""
        asked = self.read(SupplierSerializer)
        supplier = found_supplier(owner=self.person, at=timezone.now(), **asked)
        return self.answer(self.get_queryset().get(pk=supplier.pk), 201)

    def partial_update(self, _request: Request, pk: str) -> Response:
        """Change what the supplier says of itself."""
        body = self.get_serializer(data=self.request.data, partial=True)
        body.is_valid(raise_exception=True)
        change_details(party=self.actor, at=timezone.now(), **body.validated_data)
        return self.answer(self.get_queryset().get(pk=pk))

    def destroy(self, _request: Request, pk: str) -> Response:
        """Take the supplier out of the market; what happened stays on record."""
        del pk
        deactivate_party(party=self.actor, at=timezone.now())
        return Response(status=204)
