"""Who is asking."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from marketplace.parties.models import User


class EmailOrUsernameBackend(ModelBackend):
    """Logs a person in by e-mail or username, whatever the case of the letters."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The active person with that name and password, or None; takes equally long for nobody."""
        if username is None or password is None or "\x00" in username:
            return None
        named = Q(username__iexact=username) | Q(email__iexact=username)
        user = User.objects.active().filter(named).order_by("pk").first()
        if user is None:
            User().set_password(password)  # the same work, so that timing tells nobody who exists
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
