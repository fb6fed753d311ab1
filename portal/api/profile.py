"""The asker: who one is, as whom one can act, what one tells about oneself."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.parties.models import Customer, Party, User
from marketplace.parties.selectors import hats_of
from marketplace.parties.services import (
    change_details,
    change_language,
    create_customer,
)
from portal.api.permissions import CUSTOMERS, PEOPLE
from portal.api.resources import Resource
from portal.api.serializers import CountryCode, InstantField, MoneyField, Shown, Strict, StrictModel
from portal.identity.changes import close_account

_DETAILS = ["name", "country", "city", "latitude", "longitude", "phone", "birth_date"]


class DerivedProfile(serializers.ModelSerializer[Customer]):
    """What a job derives from the cars that a customer has bought; nobody writes it."""

    cheapest = MoneyField(source="cheapest_cents", read_only=True, allow_null=True)
    dearest = MoneyField(source="dearest_cents", read_only=True, allow_null=True)
    spent = MoneyField(source="spent_cents", read_only=True)
    last_deal_at = InstantField(read_only=True, allow_null=True)

    class Meta:
        model = Customer
        fields = [
            "favourite_make", "favourite_body_type", "favourite_fuel", "cheapest", "dearest",
            "deals_count", "spent", "last_deal_at", "segment",
        ]  # fmt: skip
        read_only_fields = fields


class CustomerDetails(StrictModel):
    """What a customer tells about itself."""

    country = CountryCode(required=False)

    class Meta:
        model = Customer
        fields = _DETAILS


class CustomerProfile(CustomerDetails):
    """A customer with the part that is derived."""

    id = serializers.IntegerField(read_only=True)
    derived = DerivedProfile(source="*", read_only=True)

    class Meta:
        model = Customer
        fields = ["id", *_DETAILS, "derived"]
        read_only_fields = fields


class HatSerializer(Shown):
    """One party that the asker can act as."""

    party = serializers.IntegerField(source="party_id")
    kind = serializers.ChoiceField(choices=Party.Kind.choices)
    name = serializers.CharField()
    role = serializers.CharField(allow_null=True, help_text="Null for the customer one is.")


class ProfileSerializer(serializers.ModelSerializer[User]):
    """A person."""

    email_confirmed = serializers.SerializerMethodField()
    hats = serializers.SerializerMethodField()
    customer = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "email", "email_confirmed", "language", "hats", "customer"]
        read_only_fields = fields

    def get_email_confirmed(self, user: User) -> bool:
        """Whether the person has proven to read the address's mail."""
        return user.email_confirmed_at is not None

    @extend_schema_field(HatSerializer(many=True))
    def get_hats(self, user: User) -> object:
        """As whom the person can act."""
        return HatSerializer(hats_of(user), many=True).data

    @extend_schema_field(CustomerProfile(allow_null=True))
    def get_customer(self, user: User) -> object:
        """The customer that the person is, if any."""
        customer = Customer.objects.active().filter(user=user).first()
        return CustomerProfile(customer).data if customer else None


class Language(Strict):
    """In which language one is written to."""

    language = serializers.CharField(max_length=8)


class Closing(Strict):
    """Only whoever knows the password closes an account."""

    current_password = serializers.CharField(max_length=1_000, trim_whitespace=False)


class Profile(Resource):
    """Yourself. Username, e-mail and password change by a code; see the account's changes."""

    for_whom = {
        "retrieve": PEOPLE,
        "partial_update": PEOPLE,
        "customer": PEOPLE,
        "change_customer": CUSTOMERS,
        "close": PEOPLE,
    }
    field_names = {"user": ""}  # it is who asks
    serializer_class = ProfileSerializer
    pagination_class = None

    @extend_schema(responses=ProfileSerializer)
    def retrieve(self, _request: Request) -> Response:
        """Who you are, and as whom you can act."""
        return self.answer(self.person)

    @extend_schema(
        request=Language,
        responses=ProfileSerializer,
        examples=[OpenApiExample("Write to me in Spanish", {"language": "es"}, request_only=True)],
    )
    def partial_update(self, _request: Request) -> Response:
        """Say in which language you want to be written to."""
        change_language(user=self.person, at=timezone.now(), **self.read(Language))
        return self.answer(self.person)

    @extend_schema(request=CustomerDetails, responses={201: ProfileSerializer})
    def customer(self, _request: Request) -> Response:
        """Become a customer; a person is one customer at most."""
        create_customer(user=self.person, at=timezone.now(), **self.read(CustomerDetails))
        return self.answer(self.person, 201)

    @extend_schema(
        request=CustomerDetails(partial=True),
        responses=ProfileSerializer,
        examples=[OpenApiExample("Move", {"country": "ES", "city": "Sevilla"}, request_only=True)],
    )
    def change_customer(self, request: Request) -> Response:
        """Change what you tell about yourself as a customer; what is not named stays."""
        body = CustomerDetails(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        change_details(party=self.actor, at=timezone.now(), **body.validated_data)
        return self.answer(self.person)

    @extend_schema(request=Closing, responses={204: None})
    def close(self, request: Request) -> Response:
        """Close your account: open offers are cancelled, memberships end, tokens die."""
        close_account(
            request._request,  # pylint: disable=protected-access  # DRF's way to Django's request
            user=self.person,
            **self.read(Closing),
        )
        return Response(status=204)
