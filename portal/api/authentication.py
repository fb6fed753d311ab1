"""Who is asking: a program by its access token, or one of our own pages by its session."""

from __future__ import annotations

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from marketplace.parties.models import User


class TokenAuthentication(JWTTokenAuthentication):  # type: ignore[misc]  # allauth has no types
    """`Authorization: Bearer <access token>`; ends with the session that the token belongs to."""

    def authenticate_credentials(self, key: str) -> tuple[User, dict[str, Any]]:
        """The active person that the token names, and what the token says."""
        user, payload = super().authenticate_credentials(key)
        if not user.is_active:
            raise AuthenticationFailed()
        return user, payload


class PageAuthentication(SessionAuthentication):
    """The session of the portal's own pages; a write needs their CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a write that one of our own pages did not send."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refusal:
            raise PermissionDenied(str(refusal.detail), code="csrf_failed") from refusal
