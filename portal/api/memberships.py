"""Memberships: who acts for a showroom or a supplier, and as what."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.services import change_member_role, end_membership
from marketplace.parties.models import Membership
from portal.api.permissions import MEMBERS, OWNERS, PEOPLE
from portal.api.resources import Resource
from portal.api.serializers import InstantField, PartyBrief, Strict
from portal.filters.memberships import MembershipFilter


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """A person who acts for a party."""

    party = PartyBrief(read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "party", "username", "role", "created_at"]
        read_only_fields = fields


class NewRole(Strict):
    """As what somebody shall act from now on."""

    role = serializers.ChoiceField(choices=Membership.Role.choices)


class Memberships(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Your own memberships, and those of everybody else in your showrooms and suppliers."""

    for_whom = {
        "list": PEOPLE,
        "retrieve": PEOPLE,
        "partial_update": OWNERS,
        "destroy": MEMBERS,
    }
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilter
    ordering_fields = {
        "created_at": "created_at",
        "party": "party__name",
        "role": "role",
        "username": "user__username",
    }
    ordering = ("party__name", "created_at")

    def get_queryset(self) -> QuerySet[Membership]:
        """The present ones of all parties that the asker acts for."""
        ours = Q(party__in=self.hats.party_ids)
        present = Membership.objects.active().filter(
            ours, party__is_active=True, user__is_active=True
        )
        return present.select_related("party", "user")

    def party_id_of(self, instance: Membership) -> int:
        """The party that the person acts for."""
        return instance.party_id

    @extend_schema(
        request=NewRole,
        responses=MembershipSerializer,
        examples=[OpenApiExample("Make a manager", {"role": "manager"}, request_only=True)],
    )
    def partial_update(self, _request: Request, pk: str) -> Response:
        """Give a member another role. Only an owner may, and the last owner stays one."""
        del pk
        membership = self.get_object()
        change_member_role(
            by=self.person, membership=membership, at=timezone.now(), **self.read(NewRole)
        )
        return self.answer(membership)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:
        """End a membership: one's own, or as an owner anybody's. The last owner can't leave."""
        del pk
        end_membership(by=self.person, membership=self.get_object(), at=timezone.now())
        return Response(status=204)
