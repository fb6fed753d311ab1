"""What search engines should leave alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import View

from portal.access import Anybody

_TEXT = "User-agent: *\nDisallow: /admin/\nDisallow: /staff/\nDisallow: /log-in/\n"


class Robots(Anybody, View):
    """robots.txt."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """The market's own pages are welcome in an index; log-in and staff pages aren't."""
        return HttpResponse(_TEXT, content_type="text/plain; charset=utf-8")
