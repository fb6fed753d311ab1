"""The only errors that reach a visitor. Everything else is a bug."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MarketplaceError(Exception):
    """A refusal that a person can understand and act on.

    `code` is stable and meant for programs, `message` for people, `field` names the input that
    was wrong (None: the act as a whole was).
    """

    code = "refused"
    message: str | Promise = _("That is not possible.")
    field: str | None = None

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        field: str | None = None,
        code: str | None = None,
    ) -> None:
        self.message = message if message is not None else self.message
        self.field = field if field is not None else self.field
        self.code = code if code is not None else self.code
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Busy(MarketplaceError):
    """Somebody else holds what this act needs; trying again will do."""

    code = "busy"
    message = _("The market is busy with that right now. Please try again.")


class Invalid(MarketplaceError):
    """An input does not make sense; `field` says which."""

    code = "invalid"
    message = _("That value is not valid.")


class NotAllowed(MarketplaceError):
    """The actor may not do this."""

    code = "not_allowed"
    message = _("You may not do that.")
