"""What the ledger refuses."""

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid, MarketplaceError


class InsufficientFunds(MarketplaceError):
    """An account other than the world would end below zero."""

    code = "insufficient_funds"
    message = _("There is not enough money available for that.")


class ReferenceTaken(MarketplaceError):
    """The reference is in the book with other accounts or another amount."""

    code = "reference_taken"
    message = _("This payment is already in the books in another form.")


class ReasonMissing(Invalid):
    """A correction by hand needs a reason that the audit can read later."""

    code = "reason_missing"
    message = _("Say why the balance is corrected.")
    field = "reason"


class AmountInvalid(Invalid):
    """Only a positive amount can be moved."""

    code = "invalid_money"
    message = _("The amount must be above zero.")
    field = "amount"
