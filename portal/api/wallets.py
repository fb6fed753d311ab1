"""Wallets: what a party can spend, what it has promised, and how that came about.

The people of a party read; only staff corrects a balance, with a reason that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.ledger import addresses
from marketplace.ledger.selectors import (
    balances,
    balances_after,
    parties_behind,
    transfers_of,
)
from marketplace.ledger.services import credit, debit
from marketplace.parties.models import Party, User
from marketplace.trading.selectors.people import names_of_parties
from portal.api.errors import invalid
from portal.api.filtering import Filters
from portal.api.idempotency import HEADER, idempotent
from portal.api.pagination import Feed
from portal.api.permissions import CUSTOMERS, MEMBERS, STAFF
from portal.api.resources import Resource
from portal.api.serializers import InstantField, MoneyField, PartyBrief, Shown, Strict
from portal.filters.wallets import StatementFilter

_CORRECTING = ("credit", "debit")
_ACCOUNTS = {"wallet": addresses.wallet, "held": addresses.held}


class WalletSerializer(Shown):
    """A party's money."""

    party = PartyBrief()
    available = MoneyField(help_text="What the party can spend.")
    held = MoneyField(help_text="What its open offers have promised.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A correction",
            value={"amount": "150.00", "reason": "Paid twice on 1 March"},
            request_only=True,
        )
    ]
)
class CorrectionSerializer(Strict):
    """What an administrator corrects, and why."""

    amount = MoneyField(source="amount_cents", min_value=1)
    reason = serializers.CharField(max_length=200)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement."""

    transfer: Any
    counterpart: str
    balance_after_cents: int


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An offer's hold",
            value={
                "id": 5012, "amount": "-20000.00", "kind": "hold", "reference": "offer:99:hold",
                "reason": "", "counterpart": "Promised by offers", "balance_after": "5000.00",
                "moved_at": "2026-03-02T12:01:00Z",
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class StatementLineSerializer(Shown):
    """A line of a statement; an amount below zero went out."""

    id = serializers.IntegerField(source="transfer.pk")
    amount = MoneyField(source="transfer.signed_cents")
    kind = serializers.CharField(source="transfer.kind")
    reference = serializers.CharField(source="transfer.reference")
    reason = serializers.CharField(source="transfer.reason")
    counterpart = serializers.CharField(help_text="The other side, in words.")
    balance_after = MoneyField(source="balance_after_cents")
    moved_at = InstantField(source="transfer.created_at")


class Wallets(Resource):
    """What a party can spend and what it has promised."""

    for_whom = {
        "retrieve": CUSTOMERS | MEMBERS | STAFF,
        "credit": STAFF,
        "debit": STAFF,
    }
    party_kwarg = "pk"
    serializer_class = WalletSerializer
    queryset = Party.objects.all()

    @cached_property
    def party(self) -> Party:
        """The party of the URL. Staff may settle the money of one that is no longer active."""
        return get_object_or_404(Party, pk=self.kwargs["pk"])

    def check_permissions(self, request: Request) -> None:
        """As everywhere; and who corrects a balance needs the right that the admin asks for, too."""
        super().check_permissions(request)
        if self.action in _CORRECTING and not self.person.has_perm("ledger.add_transfer"):
            self.permission_denied(request)

    def retrieve(self, _request: Request, pk: str) -> Response:
        """The balances."""
        del pk
        wallet, held = addresses.wallet(self.party.pk), addresses.held(self.party.pk)
        found = balances([wallet, held])
        return self.answer({"party": self.party, "available": found[wallet], "held": found[held]})

    @extend_schema(request=CorrectionSerializer, responses={201: StatementLineSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def credit(self, request: Request, pk: str) -> Response:
        """Give the party money from outside, if you have that right.

        Answers with the line of its statement.
        """
        del pk
        return self._corrected(credit, request)

    @extend_schema(request=CorrectionSerializer, responses={201: StatementLineSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def debit(self, request: Request, pk: str) -> Response:
        """Take available money from the party, if you have that right.

        Answers with the line of its statement.
        """
        del pk
        return self._corrected(debit, request)

    def _corrected(self, service: Callable[..., Any], request: Request) -> Response:
        transfer = service(
            party_id=self.party.pk,
            actor=self.person,
            at=timezone.now(),
            key=_own_key(self.person, request.headers[HEADER]),
            **self.read(CorrectionSerializer),
        )
        address = addresses.wallet(self.party.pk)
        written = lines_of(self.party.pk, address, transfers_of(address).filter(pk=transfer.pk))
        return Response(StatementLineSerializer(written[0]).data, status=201)


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter(
                "account",
                enum=list(_ACCOUNTS),
                default="wallet",
                description="`wallet`, what can be spent, or `held`, what offers have promised.",
            )
        ]
    )
)
class Statement(mixins.ListModelMixin, Resource):
    """How a party's balance came about, the newest first."""

    for_whom = {"list": CUSTOMERS | MEMBERS | STAFF}
    party_kwarg = "party_id"
    query_parameters = frozenset({"account"})
    serializer_class = StatementLineSerializer
    filterset_class = StatementFilter
    filter_backends = [Filters]
    pagination_class = Feed
    queryset = transfers_of("")

    @cached_property
    def address(self) -> str:
        """The account that is asked for."""
        party = get_object_or_404(Party, pk=self.kwargs["party_id"])
        asked = self.request.query_params.get("account", "wallet")
        if asked not in _ACCOUNTS:
            raise invalid("account", gettext("Ask for wallet or held."), "invalid_choice")
        return _ACCOUNTS[asked](party.pk)

    def get_queryset(self) -> QuerySet[Any]:
        """The account's transfers."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return transfers_of(self.address)

    def paginate_queryset(self, queryset: Any) -> Any:
        """A part of the statement, in words."""
        part = super().paginate_queryset(queryset)
        return None if part is None else lines_of(int(self.kwargs["party_id"]), self.address, part)


def lines_of(party_id: int, address: str, transfers: Iterable[Any]) -> list[Line]:
    """Transfers of a party's account as lines, in two more queries."""
    moved = list(transfers)
    after = balances_after(address, [transfer.pk for transfer in moved])
    behind = parties_behind({transfer.counterpart for transfer in moved})
    names = names_of_parties(set(behind.values()))
    return [
        Line(one, _other_side(one.counterpart, party_id, behind, names), after[one.pk])
        for one in moved
    ]


def _other_side(address: str, party_id: int, behind: dict[str, int], names: dict[int, str]) -> str:
    if address == addresses.held(party_id):
        return gettext("Promised by offers")
    if address == addresses.wallet(party_id):
        return gettext("Available money")
    if address in behind:
        return names.get(behind[address], "")
    return gettext("Outside") if address == addresses.WORLD else gettext("Forecourt")


def _own_key(person: User, key: str) -> str:
    """The key of the ledger: two people who think of the same one don't meet."""
    return sha256(f"{person.pk}:{key}".encode()).hexdigest()
