"""Notices: what the person was told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.notices.models import Notice
from marketplace.notices.rules import text_of
from marketplace.notices.selectors import notices_of, unread_count
from marketplace.notices.services import mark_read
from portal.api.filtering import Filters
from portal.api.pagination import MAX_PAGE_SIZE, Feed
from portal.api.permissions import PEOPLE
from portal.api.resources import Resource
from portal.api.serializers import InstantField, Shown, Strict
from portal.filters.notices import NoticeFilter

_LARGEST_ID = 2**63 - 1


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A car was bought",
            value={
                "id": 800, "kind": "offer_filled", "title": "You bought Aurora Swift GT 2026",
                "body": "Corner sold it to you for $19,600.00.", "path": "/car-models/3/",
                "created_at": "2026-03-02T12:05:00Z", "read_at": None,
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One thing that the person was told, in the person's language."""

    title = serializers.CharField(source="text.title", read_only=True)
    body = serializers.CharField(source="text.body", read_only=True)
    path = serializers.CharField(
        source="text.path", read_only=True, help_text="The page of the portal that it leads to."
    )
    created_at = InstantField(read_only=True)
    read_at = InstantField(read_only=True, allow_null=True)

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "body", "path", "created_at", "read_at"]
        read_only_fields = fields

    def to_representation(self, instance: Notice) -> dict[str, Any]:
        """The notice with its words."""
        language = self.context["request"].user.language
        setattr(instance, "text", text_of(instance.kind, instance.values, language))
        return super().to_representation(instance)


@extend_schema_serializer(
    examples=[
        OpenApiExample("These", value={"ids": [800, 801]}, request_only=True),
        OpenApiExample("All up to one", value={"until": 801}, request_only=True),
    ]
)
class ReadSerializer(Strict):
    """Which notices were read: these, or all up to one."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_ID),
        required=False,
        allow_empty=False,
        max_length=MAX_PAGE_SIZE,
    )
    until = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if len(attrs) != 1:
            raise ValidationError(_("Send either ids or until."), code="either_or")
        return attrs


class ReadAnswerSerializer(Shown):
    """How many were marked, and how many are left."""

    read = serializers.IntegerField()
    unread = serializers.IntegerField()


class NoticeFeed(Feed):
    """A feed that also says how many notices of all are unread."""

    unread = 0

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        """The rows, and the count."""
        self.unread = unread_count(view.person)
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        """The part with the count."""
        response = super().get_paginated_response(data)
        response.data = {"unread": self.unread} | response.data
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a part looks like."""
        found = super().get_paginated_response_schema(schema)
        count = {"type": "integer", "minimum": 0, "example": 3}
        found["properties"] = {"unread": count} | found["properties"]
        found["required"] = ["unread", *found.get("required", [])]
        return found


class Notices(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """What the person was told, the newest first."""

    for_whom = {"list": PEOPLE, "retrieve": PEOPLE, "mark_read": PEOPLE}
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    filter_backends = [Filters]
    pagination_class = NoticeFeed
    queryset = Notice.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        """The person's own."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return notices_of(self.person)

    @extend_schema(
        operation_id="notices_read", request=ReadSerializer, responses=ReadAnswerSerializer
    )
    @action(detail=False, methods=["post"], url_path="read")
    def mark_read(self, _request: Request) -> Response:
        """Mark notices as read. Others' are passed over, as are those that were read before."""
        asked = self.read(ReadSerializer)
        ids = asked.get("ids")
        if ids is None:
            unread = self.get_queryset().filter(pk__lte=asked["until"], read_at=None)
            ids = unread.values_list("pk", flat=True)
        count = mark_read(user=self.person, notice_ids=ids, at=timezone.now())
        answer = {"read": count, "unread": unread_count(self.person)}
        return Response(ReadAnswerSerializer(answer).data)
