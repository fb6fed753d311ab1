"""Tokens for programs: a short access token, and a refresh token that is good for one use.

Both belong to a session. A refresh token that comes a second time has been stolen, or its thief
has: nobody can tell, so the session ends, and with it everything that was made from the log-in.
"""

from __future__ import annotations

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction


class TokenStrategy(JWTTokenStrategy):  # type: ignore[misc]  # allauth has no types
    """allauth's tokens, with one winner among those who use a refresh token at the same time."""

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """A new pair for a refresh token that is used for the first time, else None.

        A genuine token that is no longer good ends its session.
        """
        payload = internal.decode_token(refresh_token, "refresh")
        key = internal.session_key_from_sid(payload["sid"]) if payload else None
        if key is None:
            return None
        with transaction.atomic():
            # The row is the lock: the second of two at once sees what the first has used up.
            session = Session.objects.select_for_update().filter(session_key=key).first()
            if session is None:
                return None
            renewed: tuple[str, str] | None = super().refresh_token(refresh_token)
            if renewed is None:
                session.delete()
                UserSession.objects.filter(session_key=key).delete()
        return renewed
