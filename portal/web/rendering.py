"""The page, or the partial that htmx is about to replace.

A partial has the name of the element that it renders, so the target that htmx sends is the partial
it wants. The header is the client's word: a page lists the partials it is willing to render alone.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.views import View
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """A request that has been through django-htmx's middleware."""

    htmx: HtmxDetails


def template_for(request: HtmxHttpRequest, template: str, partials: Collection[str]) -> str:
    """`page.html`, or `page.html#partial` when htmx asks for a partial that the page offers."""
    if not request.htmx or request.htmx.boosted or request.htmx.history_restore_request:
        return template
    target = (request.htmx.target or "").rpartition("#")[2]
    return f"{template}#{target}" if target in partials else template


class Page(View):
    """A page of the portal; says which of its partials may be asked for alone."""

    template_name: ClassVar[str]
    partials: ClassVar[Collection[str]] = ()
    request: HtmxHttpRequest

    def get_context(self) -> dict[str, Any]:
        """What the template shows; nothing that the visitor may not see."""
        return {}

    def get(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """The page."""
        return self.render()

    def render(self, *, status: int = HTTPStatus.OK, **extra: Any) -> HttpResponse:
        """The whole page or the partial that htmx asks for."""
        template = template_for(self.request, self.template_name, self.partials)
        context = {"page": self} | self.get_context() | extra
        response = TemplateResponse(self.request, template, context, status=status)
        if template != self.template_name:
            add_never_cache_headers(response)  # else Back could show a bare partial
        return response
