"""The base of every resource: who may do what, how lists are asked for, who is acting."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import BasePagination
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from marketplace.parties.models import Party, User
from portal.api.errors import MEDIA_TYPE, invalid
from portal.api.filtering import Filters, Ordering, refuse_unknown
from portal.api.permissions import (
    Anybody,
    AsDeclared,
    Audience,
    Hats,
    hats_of,
    require_hat,
)
from portal.api.throttling import say_usage

#: As many digits as a 64-bit key can always hold; any other path is unknown.
ID = "[0-9]{1,18}"


class Counted(APIView):
    """A view whose answers all say how much is left, and whose refusals cost something too."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request before anything is decided about it."""
        try:
            self.perform_authentication(request)
        finally:
            self.check_throttles(request)
        super().initial(request, *args, **kwargs)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """The answer with what is left."""
        usage = getattr(request, "usage", None)
        if usage is not None:
            say_usage(response, usage)
        if getattr(response, "exception", False):  # a problem is JSON, whatever was asked for
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), MEDIA_TYPE
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Nothing but the methods in the header."""
        return Response(status=HTTPStatus.NO_CONTENT)


class Open(Counted):
    """A view for everybody that is no resource."""

    for_whom: ClassVar[str] = "anybody"
    permission_classes = [Anybody]


class Resource(Counted, GenericViewSet[Any]):
    """One resource. `for_whom` says for each of its acts whom it is meant for, and that holds.

    `party_kwarg` names the part of the URL that is a party's id: then whoever is a stranger there
    gets a 404. Otherwise `party_id_of` can say to which party one object belongs.
    """

    for_whom: ClassVar[Mapping[str, Audience]]
    party_kwarg: ClassVar[str | None] = None
    #: The API's names for parameters of services that are called otherwise, but for `_cents`.
    field_names: ClassVar[Mapping[str, str]] = {}
    #: Names in the query string beside those of the filter, the order and the pages.
    query_parameters: ClassVar[frozenset[str]] = frozenset()

    permission_classes: ClassVar[list[type[BasePermission]]] = [AsDeclared]  # type: ignore[misc]
    filter_backends = [Filters, Ordering]
    filterset_class: type[Any] | None = None
    ordering_fields: Mapping[str, str] = {}
    ordering: tuple[str, ...] = ()
    lookup_value_regex = ID

    @property
    def person(self) -> User:
        """Whoever asks. Permissions have seen to it that somebody is logged in."""
        return cast(User, self.request.user)

    @cached_property
    def hats(self) -> Hats:
        """All that the asker can act as; nothing for an anonymous one."""
        user = self.request.user
        return hats_of(user) if user.is_authenticated else Hats(None, ())

    @cached_property
    def actor(self) -> Any:
        """The party in whose name this is asked: that of the URL, or the asker's own customer.

        Raises:
            Http404: there is none.
        """
        if self.party_kwarg is None:
            if self.hats.customer is None:
                raise Http404
            return self.hats.customer
        party_id = int(self.kwargs[self.party_kwarg])
        own = self.hats.actor(party_id)
        if own is not None:
            return own
        party = Party.objects.active().filter(pk=party_id).first()  # staff is no member
        if party is None or not self.request.user.is_staff:
            raise Http404
        return getattr(party, party.kind)

    def acting_for(self, party_id: int, field: str) -> Any:
        """The party that the body or the query string names, if the act is meant for the asker there.

        Raises:
            ValidationError: the asker is a stranger there.
            PermissionDenied: the asker's hat doesn't do.
        """
        audience = self.for_whom[self.action]
        try:
            require_hat(self.hats, party_id, audience, of=audience)
        except Http404 as error:
            raise invalid(field, _("You act for no such party."), "does_not_exist") from error
        return self.hats.actor(party_id)

    def read(self, serializer: type[BaseSerializer[Any]], *, many: bool = False) -> Any:
        """What the body says.

        Raises:
            ValidationError: it doesn't fit; the fields are named.
        """
        body = serializer(data=self.request.data, many=many, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return body.validated_data

    def answer(self, instance: Any, status: int = HTTPStatus.OK) -> Response:
        """The instance as the resource shows it."""
        return Response(self.get_serializer(instance).data, status=status)

    def party_id_of(self, instance: Any) -> int | None:
        """The party to which an object belongs; None if `get_queryset` has said it all."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Look at who asks, then at the words of the query string."""
        super().initial(request, *args, **kwargs)
        refuse_unknown(request, self._known_parameters())

    def _known_parameters(self) -> set[str]:
        known = set(self.query_parameters)
        if self.action != "list":
            return known
        if Ordering in self.filter_backends:
            known.add(Ordering.param)
        if self.filterset_class is not None:
            known |= set(self.filterset_class.base_filters)
        pages: BasePagination | None = self.paginator
        names = ("page_query_param", "page_size_query_param", "cursor_query_param")
        return known | {getattr(pages, name) for name in names if hasattr(pages, name)}
