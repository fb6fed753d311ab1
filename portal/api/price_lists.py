"""A supplier's price list as one document: read whole, replaced whole, or changed line by line.

The ETag names the content. A replacement has to say which content it is for (`If-Match`), so that
nobody's change is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.common.money import decimal_text
from marketplace.parties.models import Party
from marketplace.pricing.errors import PriceListChanged, PriceListRefused
from marketplace.pricing.selectors.announcements import sellers_seen_by
from marketplace.pricing.selectors.price_lists import PriceList, price_list_of
from marketplace.pricing.services import replace_price_list, set_prices
from portal.api.errors import Refused
from portal.api.listings import onlooker
from portal.api.permissions import MEMBERS, SUPPLIER_WRITERS, require_hat
from portal.api.resources import Resource
from portal.api.serializers import MoneyField, Strict

MOST_LINES = 10_000

#: Of so many bad lines a refusal tells; the rest would be more of the same.
MOST_TOLD = 100


class PriceLineSerializer(Strict):
    """A car model and its price."""

    car_model = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    price = MoneyField(source="price_cents", min_value=1)


class LinesField(serializers.ListField):
    """The lines of a price list; a refusal names the first bad ones, such as `lines.17.price`."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """The lines. A list that is too long is refused before anybody looks into it."""
        if isinstance(data, list) and len(data) > MOST_LINES:
            self.fail("max_length", max_length=MOST_LINES)
        return super().to_internal_value(data)

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        """Each line as the child reads it."""
        lines: list[Any] = []
        errors: dict[str, Any] = {}
        for number, line in enumerate(data):
            try:
                lines.append(self.child.run_validation(line))
            except ValidationError as error:
                errors[str(number)] = error.detail
                if len(errors) == MOST_TOLD:
                    break
        if errors:
            raise ValidationError(errors)
        return lines


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two car models",
            {
                "lines": [
                    {"car_model": 12, "price": "19990.00"},
                    {"car_model": 13, "price": "24500.00"},
                ]
            },
        )
    ]
)
class PriceListSerializer(Strict):
    """All that a supplier sells, by car model. What is read can be sent back."""

    lines = LinesField(child=PriceLineSerializer(), max_length=MOST_LINES)


class PriceChangesSerializer(PriceListSerializer):
    """New prices of some car models."""

    lines = LinesField(child=PriceLineSerializer(), max_length=MOST_LINES, required=False)


class IfMatchMissing(APIException):
    """A replacement has to say what it replaces."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = _("Send the ETag of the price list as If-Match, so that no change is lost.")


class IfMatchFailed(APIException):
    """The price list has another ETag by now."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = PriceListChanged.message


_TAG = {"type": "string", "example": '"3f0c9a7e5d1b4c2a8e6f7a9b0c1d2e3f"'}
_ETAG = OpenApiParameter(
    "ETag", _TAG, OpenApiParameter.HEADER, response=[200], description="Names the content."
)


def _if_match(required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "If-Match",
        _TAG,
        OpenApiParameter.HEADER,
        required=required,
        description="The ETag of the price list that the change is for; `*` for any.",
    )


class PriceLists(Resource):
    """What a supplier sells, and for how much: for its own members and for those of showrooms."""

    for_whom = {
        "retrieve": MEMBERS,
        "update": SUPPLIER_WRITERS,
        "partial_update": SUPPLIER_WRITERS,
    }
    serializer_class = PriceListSerializer
    pagination_class = None
    refusals = {"update": (412, 428), "partial_update": (412,)}

    @extend_schema(
        parameters=[
            OpenApiParameter("If-None-Match", _TAG, OpenApiParameter.HEADER, required=False),
            _ETAG,
        ],
        responses={
            200: PriceListSerializer,
            304: OpenApiResponse(description="It still is what `If-None-Match` names."),
        },
    )
    def retrieve(self, request: Request, party_id: str) -> Response:
        """The whole price list, in order of car models."""
        if not sellers_seen_by(onlooker(self.hats)).filter(pk=party_id, kind="supplier").exists():
            raise Http404
        found = price_list_of(int(party_id))
        tags = _tags(request.headers.get("If-None-Match", ""))
        if "*" in tags or found.version in tags:
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=_headers(found))
        return _shown(found)

    @extend_schema(parameters=[_if_match(True), _ETAG], responses=PriceListSerializer)
    def update(self, request: Request, party_id: str) -> Response:
        """Replace the whole price list, or nothing of it.

        Car models that the lines don't name are no longer sold. Up to 10,000 lines; a refusal names
        the bad ones, at most a hundred.
        """
        supplier = self._own_supplier(int(party_id))
        expected = self._expected_version()
        asked = self.read(PriceListSerializer)
        return self._written(replace_price_list, supplier, asked["lines"], expected)

    @extend_schema(
        parameters=[_if_match(False), _ETAG],
        request=PriceChangesSerializer,
        responses=PriceListSerializer,
    )
    def partial_update(self, request: Request, party_id: str) -> Response:
        """Set the prices of these car models and leave the others as they are; all or nothing."""
        supplier = self._own_supplier(int(party_id))
        expected = self._expected_version() if "If-Match" in request.headers else None
        asked = self.read(PriceChangesSerializer)
        return self._written(set_prices, supplier, asked.get("lines", []), expected)

    @staticmethod
    def _written(
        service: Callable[..., int],
        supplier: Party,
        lines: Sequence[Mapping[str, int]],
        expected_version: str | None,
    ) -> Response:
        """What the list is after the service has had its way with the lines."""
        try:
            service(
                seller=supplier,
                prices=[(line["car_model"], line["price_cents"]) for line in lines],
                expected_version=expected_version,
                at=timezone.now(),
            )
        except PriceListChanged as refusal:
            raise IfMatchFailed() from refusal
        except PriceListRefused as refusal:
            raise _told(refusal) from refusal
        return _shown(price_list_of(supplier.pk))

    def _own_supplier(self, party_id: int) -> Any:
        audience = self.for_whom[self.action]
        require_hat(self.hats, party_id, audience, of=audience)
        return self.hats.actor(party_id)

    def _expected_version(self) -> str | None:
        """The version that `If-Match` names; None for any.

        Raises:
            IfMatchMissing: it isn't there.
            ParseError: it names no version, or several.
        """
        header = self.request.headers.get("If-Match")
        if header is None:
            raise IfMatchMissing()
        tags = _tags(header)
        if len(tags) != 1:
            raise ParseError(_("Send one ETag as If-Match."), code="if_match_invalid")
        return None if tags == ["*"] else tags[0]


def _told(refusal: PriceListRefused) -> Refused:
    """The refusal with the first of the bad lines."""
    told = Refused(refusal, {})
    told.errors = [
        {
            "field": f"lines.{bad.line - 1}.{bad.field}",
            "code": refusal.code,
            "detail": str(bad.message),
        }
        for bad in refusal.lines[:MOST_TOLD]
    ]
    return told


def _tags(header: str) -> list[str]:
    """What a header names, without quotes.

    Whoever compresses an answer on its way makes its ETag weak, though the content is the same to
    the byte once it is unpacked. So a weak tag is as good as the one that it was made of.
    """
    return [tag.removeprefix("W/").strip('"') for tag in parse_etags(header)]


def _headers(price_list: PriceList) -> Mapping[str, str]:
    return {"ETag": quote_etag(price_list.version), "Cache-Control": "private, no-cache"}


def _shown(price_list: PriceList) -> Response:
    """The list as `PriceListSerializer` describes it, in a tenth of the time."""
    lines = [
        {"car_model": car_model_id, "price": decimal_text(cents)}
        for car_model_id, cents in price_list.lines
    ]
    return Response({"lines": lines}, headers=_headers(price_list))
