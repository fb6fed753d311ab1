"""What the pages about one's own account share."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from marketplace.parties.models import User
from portal.access import LoggedIn
from portal.web.rendering import Page


@method_decorator(never_cache, name="dispatch")
class OwnPage(LoggedIn, Page):
    """A page about whoever is logged in. No cache keeps it: "back" after logging out shows nothing."""

    person: User

    def check_access(self, user: User) -> None:
        """It is everybody's own."""
        self.person = user
