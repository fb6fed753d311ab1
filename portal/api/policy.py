"""A showroom's policy: how it trades."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.parties.models import Showroom
from marketplace.trading.services.policies import change_policy
from portal.api.permissions import SHOWROOM_MEMBERS, SHOWROOM_WRITERS
from portal.api.resources import Resource
from portal.api.serializers import MoneyField, StrictModel


class PolicySerializer(StrictModel):
    """The terms. Percents are decimal text, periods are in days, sizes in cars or models."""

    cash_reserve = MoneyField(source="cash_reserve_cents", min_value=0)

    class Meta:
        model = Showroom
        fields = [
            "cover_days", "minimum_stock", "demand_window_days", "planning_horizon_days",
            "markup_percent", "cash_reserve", "assortment_size", "minimum_saving_percent",
        ]  # fmt: skip


class Policy(Resource):
    """How a showroom trades."""

    for_whom = {"retrieve": SHOWROOM_MEMBERS, "partial_update": SHOWROOM_WRITERS}
    party_kwarg = "party_id"
    serializer_class = PolicySerializer

    def retrieve(self, _request: Request, party_id: str) -> Response:
        """The policy as it stands."""
        del party_id
        return self.answer(self.actor)

    def partial_update(self, request: Request, party_id: str) -> Response:
        """Change terms; automatic prices and the assortment follow."""
        del party_id
        body = self.get_serializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        change_policy(showroom=self.actor, at=timezone.now(), **body.validated_data)
        return self.answer(self.actor)
