"""For whom a person acts: somebody with several hats puts on another one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from marketplace.parties.selectors import Hat
from portal.access import HAT_KEY, LoggedIn, hats_worn_by
from portal.web.forms import SeeOther


class WearHat(LoggedIn):
    """Act for another of one's own parties from now on."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the hat, and go where it is at home or where one was asked to go."""
        asked = request.POST.get("party")
        hat = next((one for one in hats_worn_by(request) if str(one.party_id) == asked), None)
        if hat is None:
            raise Http404
        request.session[HAT_KEY] = hat.party_id
        onward = request.POST.get("next", "")
        ours = url_has_allowed_host_and_scheme(
            onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return SeeOther(onward if ours else home_of(hat))


def home_of(hat: Hat) -> str:
    """The page where somebody who wears this hat begins."""
    return resolve_url("account_profile") if hat.role is None else resolve_url("team", hat.party_id)
