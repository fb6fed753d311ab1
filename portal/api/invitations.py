"""Invitations: somebody is asked by e-mail to act for a showroom or a supplier."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.models import Invitation
from marketplace.accounts.selectors import waiting_invitations
from marketplace.accounts.services import accept_invitation, invite_member, withdraw_invitation
from marketplace.parties.models import Membership
from portal.api.memberships import MembershipSerializer
from portal.api.permissions import MEMBERS, OWNERS, PEOPLE
from portal.api.resources import Resource
from portal.api.serializers import InstantField, PartyBrief, PartyId, Strict
from portal.filters.memberships import InvitationFilter


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """Who was asked, by whom, to act for which party."""

    party = PartyBrief(read_only=True)
    invited_by = serializers.CharField(source="invited_by.username", read_only=True)
    created_at = InstantField(read_only=True)
    expires_at = InstantField(read_only=True)

    class Meta:
        model = Invitation
        fields = ["id", "party", "email", "role", "invited_by", "created_at", "expires_at"]
        read_only_fields = fields


class NewInvitation(Strict):
    """Whom to ask, and as what."""

    party = PartyId(min_value=1, max_value=2**63 - 1)
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class Acceptance(Strict):
    """The end of the link in the letter."""

    token = serializers.CharField(max_length=64)


class Invitations(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Invitations of your showrooms and suppliers that wait for an answer."""

    for_whom = {
        "list": MEMBERS,
        "retrieve": MEMBERS,
        "create": OWNERS,
        "destroy": OWNERS,
        "accept": PEOPLE,
    }
    serializer_class = InvitationSerializer
    field_names = {"user": ""}  # who accepts is who asks
    filterset_class = InvitationFilter
    ordering_fields = {"created_at": "created_at", "expires_at": "expires_at", "email": "email"}

    def get_queryset(self) -> QuerySet[Invitation]:
        """Those of all parties that the asker acts for."""
        return waiting_invitations(self.hats.party_ids, at=timezone.now())

    def party_id_of(self, instance: Invitation) -> int:
        """The party that invites."""
        return instance.party_id

    @extend_schema(
        request=NewInvitation,
        responses={201: InvitationSerializer},
        examples=[
            OpenApiExample(
                "Ask for help",
                {"party": 7, "email": "kim@example.com", "role": "analyst"},
                request_only=True,
            )
        ],
    )
    def create(self, _request: Request) -> Response:
        """Invite somebody by e-mail. An earlier invitation to the same address is replaced."""
        asked: dict[str, Any] = self.read(NewInvitation)
        party = self.acting_for(asked.pop("party"), "party")
        invitation = invite_member(by=self.person, party=party, at=timezone.now(), **asked)
        return self.answer(invitation, 201)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:
        """Withdraw an invitation: its link is no longer good."""
        del pk
        withdraw_invitation(by=self.person, invitation=self.get_object(), at=timezone.now())
        return Response(status=204)

    @extend_schema(request=Acceptance, responses={201: MembershipSerializer})
    @action(detail=False, methods=["post"])
    def accept(self, _request: Request) -> Response:
        """Accept an invitation that was sent to your own confirmed address."""
        membership = accept_invitation(user=self.person, at=timezone.now(), **self.read(Acceptance))
        return Response(MembershipSerializer(membership).data, status=201)
