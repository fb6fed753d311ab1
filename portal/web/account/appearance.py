"""Language and theme. Both are cookies, so they hold for visitors without an account too."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.i18n import set_language

from marketplace.common.errors import Invalid
from marketplace.parties.services import change_language
from portal.access import Anybody
from portal.web.forms import SeeOther

_A_YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")


class Language(Anybody, View):
    """Choose the language of the portal."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the language, for letters too, and go back to the page."""
        response: Any = set_language(request)
        if request.user.is_authenticated:
            with suppress(Invalid):  # the cookie was not set either
                change_language(
                    user=request.user,
                    language=request.POST.get("language", ""),
                    at=timezone.now(),
                )
        return response  # type: ignore[no-any-return]


class Theme(Anybody, View):
    """Choose light or dark; this door is for visitors without JavaScript."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the theme and go back to the page."""
        back = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = "/"
        response = SeeOther(back)
        theme = request.POST.get("theme")
        if theme in THEMES:
            response.set_cookie(
                "theme", theme, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure()
            )
        return response
