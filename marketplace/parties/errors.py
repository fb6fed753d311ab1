"""What the parties' room refuses."""

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import MarketplaceError


class EmailNotConfirmed(MarketplaceError):
    """The act needs a confirmed e-mail address."""

    code = "email_not_confirmed"
    message = _("Please confirm your e-mail address first.")


class PartyInactive(MarketplaceError):
    """A deactivated party takes no part in the market."""

    code = "party_inactive"
    message = _("This party no longer takes part in the market.")


class AddressTaken(MarketplaceError):
    """Another active account uses this e-mail address."""

    code = "email_taken"
    message = _("Another account uses this e-mail address.")
    field = "email"
