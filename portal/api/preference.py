"""A showroom's preference: what it wants to sell."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.trading.models import Preference as PreferenceRecord
from marketplace.trading.services.assortments import set_preference
from portal.api.criteria import CriteriaField
from portal.api.permissions import SHOWROOM_MEMBERS, SHOWROOM_WRITERS
from portal.api.resources import Resource
from portal.api.serializers import Strict


class PreferenceSerializer(Strict):
    """The characteristics wanted, each a must or a wish."""

    criteria = CriteriaField()


class Preference(Resource):
    """The characteristics that a showroom wants to sell."""

    for_whom = {"retrieve": SHOWROOM_MEMBERS, "update": SHOWROOM_WRITERS}
    party_kwarg = "party_id"
    serializer_class = PreferenceSerializer

    def retrieve(self, _request: Request, party_id: str) -> Response:
        """The preference as it stands; no criteria if none was set."""
        del party_id
        found = PreferenceRecord.objects.active().filter(showroom=self.actor.pk).first()
        return self.answer({"criteria": found.criteria if found else []})

    def update(self, _request: Request, party_id: str) -> Response:
        """Set the preference; the assortment is found again at once."""
        del party_id
        asked = self.read(PreferenceSerializer)
        preference = set_preference(showroom=self.actor, at=timezone.now(), **asked)
        return self.answer({"criteria": preference.criteria})
