"""What the API says of itself: its entrance, its schema, and two ways to read that."""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import Http404, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.resources import Open


class Entrance(Open):
    """Where everything is."""

    resources: tuple[str, ...] = ()

    @extend_schema(exclude=True)
    def get(self, _request: Request) -> Response:
        """The addresses of the lists, of the accounts and of the documentation."""
        known = {
            "schema": reverse("api:schema"),
            "docs": reverse("api:docs"),
            "redoc": reverse("api:redoc"),
        }
        for name in self.resources:
            try:
                known[name] = reverse(f"api:{name}-list")
            except NoReverseMatch:  # it belongs to one object of another resource
                continue
        return Response(known)


@cache
def _written(language: str | None, renderer: str) -> bytes:
    """The schema in words and form, worked out once: it changes with the code alone."""
    with translation.override(language):
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return force_bytes(_RENDERERS[renderer]().render(schema, renderer_context={}))


_RENDERERS: dict[str, type[BaseRenderer]] = {
    renderer.__name__: renderer
    for renderer in (
        OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiJsonRenderer2,
        JSONRenderer,
    )
}  # fmt: skip


class Schema(Open):
    """The schema, as YAML unless JSON is asked for."""

    renderer_classes = [
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
        OpenApiJsonRenderer,
        OpenApiJsonRenderer2,
    ]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The schema."""
        renderer = type(request.accepted_renderer)
        written = _written(translation.get_language(), renderer.__name__)
        return HttpResponse(written, content_type=renderer.media_type)


class SchemaJson(Schema):
    """The schema as JSON."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2, JSONRenderer]


class Docs(Open, SpectacularSwaggerSplitView):
    """Swagger UI."""

    template_name = "api/swagger.html"


# Redoc writes its styles into the page, and searches in a worker that it makes from a blob.
@method_decorator(
    csp_update({"style-src": [UNSAFE_INLINE], "worker-src": ["blob:"]}), name="dispatch"
)
class Redoc(Open, SpectacularRedocView):
    """Redoc."""

    template_name = "api/redoc.html"


class NoSuchPath(Open):
    """Any other path: a problem and not a page."""

    @extend_schema(exclude=True)
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The same for every method."""
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse, and count it."""
        super().initial(request, *args, **kwargs)
        raise Http404
