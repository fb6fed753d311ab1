"""From where somebody logs in: a device is known by its cookie, or else by how it introduces itself.

A program keeps no cookies; it is known by its name and the network that it comes from.
"""

from __future__ import annotations

import ipaddress
from secrets import token_urlsafe

from allauth.account.adapter import get_adapter
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from marketplace.accounts.services import note_device
from marketplace.parties.models import User

_COOKIE = "device"
_A_YEAR = 365 * 24 * 3600
_LONGEST_NAME = 200


def notice_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note from where the person has just logged in; they are told if they never did from there."""
    name = request.META.get("HTTP_USER_AGENT", "")[:_LONGEST_NAME]
    address = get_adapter(request).get_client_ip(request)
    try:
        identity = str(request.get_signed_cookie(_COOKIE, max_age=_A_YEAR))
    except (KeyError, BadSignature):
        identity = token_urlsafe(16) if request.COOKIES else f"{name} {_network(address)}"
    note_device(
        user=user,
        digest=salted_hmac("portal.identity.devices", identity, algorithm="sha256").hexdigest(),
        description=name,
        ip=address,
        at=timezone.now(),
    )
    if request.COOKIES:
        response.set_signed_cookie(
            _COOKIE,
            identity,
            max_age=_A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


def _network(address: str) -> str:
    """The network of an address: the last numbers change, the place doesn't."""
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))
