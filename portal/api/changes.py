"""Changing a password, username or e-mail address: asked for with the password, done with a code."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.errors import NothingToConfirm
from marketplace.accounts.models import Change
from marketplace.accounts.selectors import waiting_change
from marketplace.accounts.services import cancel_change
from portal.api.permissions import EVERYBODY, PEOPLE
from portal.api.resources import Resource
from portal.api.serializers import InstantField, Shown, Strict
from portal.identity.changes import (
    ask_for_change,
    send_confirmation_again,
    settle_change,
    take_address_back,
)


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """A change that waits for its code, or is done."""

    expires_at = InstantField(read_only=True)

    class Meta:
        model = Change
        fields = ["kind", "status", "sent_to", "expires_at", "attempts_left"]
        read_only_fields = fields


class NewChange(Strict):
    """The new password, username or address, and the current password."""

    value = serializers.CharField(max_length=1_000, trim_whitespace=False)
    current_password = serializers.CharField(max_length=1_000, trim_whitespace=False)


class Code(Strict):
    """What the letter says."""

    code = serializers.CharField(max_length=32)


class UndoToken(Strict):
    """The end of the link in the letter to the former address."""

    token = serializers.CharField(max_length=64)


class Sent(Shown):
    """Whether a letter went out; the last one may be too young."""

    sent = serializers.BooleanField()


class Changes(Resource):
    """Changes of your account. Each takes effect when the code sent by e-mail comes back.

    A code is good for 15 minutes and five attempts, and for nobody but you. A new password ends
    all your sessions: log in again.
    """

    for_whom = {
        "retrieve": PEOPLE,
        "create": PEOPLE,
        "destroy": PEOPLE,
        "confirm": PEOPLE,
        "undo": EVERYBODY,
        "resend": PEOPLE,
    }
    serializer_class = ChangeSerializer
    pagination_class = None
    field_names = {str(kind): "value" for kind in Change.Kind}

    @extend_schema(responses=ChangeSerializer)
    def retrieve(self, _request: Request, kind: str) -> Response:
        """The change of this kind that waits for its code; 404 if none does."""
        change = waiting_change(self.person, Change.Kind(kind), timezone.now())
        if change is None:
            raise Http404
        return self.answer(change)

    @extend_schema(
        request=NewChange,
        responses={202: ChangeSerializer},
        examples=[
            OpenApiExample(
                "Another username",
                {"value": "clara2", "current_password": "…"},  # nosec B105  # none
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, kind: str) -> Response:
        """Ask for a change. A code goes out; one of the same kind that waited is void."""
        change = ask_for_change(
            request._request,  # pylint: disable=protected-access  # DRF's way to Django's request
            user=self.person,
            kind=Change.Kind(kind),
            **self.read(NewChange),
        )
        return self.answer(change, HTTPStatus.ACCEPTED)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, kind: str) -> Response:
        """Forget a change that waits; 404 if none does."""
        try:
            cancel_change(user=self.person, kind=Change.Kind(kind), at=timezone.now())
        except NothingToConfirm as refusal:
            raise Http404 from refusal
        return Response(status=204)

    @extend_schema(request=Code, responses=ChangeSerializer)
    def confirm(self, request: Request, kind: str) -> Response:
        """Do the change that waits, with the code from the letter."""
        change = settle_change(
            request._request,  # pylint: disable=protected-access  # DRF's way to Django's request
            user=self.person,
            kind=Change.Kind(kind),
            **self.read(Code),
        )
        return self.answer(change)

    @extend_schema(request=UndoToken, responses={204: None})
    def undo(self, request: Request) -> Response:
        """Take an address back within 48 hours. All sessions end, and the password opens nothing."""
        take_address_back(
            request._request,  # pylint: disable=protected-access  # DRF's way to Django's request
            **self.read(UndoToken),
        )
        return Response(status=204)

    @extend_schema(request=None, responses={202: Sent})
    def resend(self, request: Request) -> Response:
        """Send the letter that confirms your address once more."""
        sent = self.person.email_confirmed_at is None and send_confirmation_again(
            request._request,  # pylint: disable=protected-access  # DRF's way to Django's request
            user=self.person,
        )
        return Response({"sent": sent}, status=HTTPStatus.ACCEPTED)
