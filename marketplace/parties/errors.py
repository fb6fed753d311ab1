"""What the parties' room refuses."""

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid, MarketplaceError, NotAllowed


class EmailNotConfirmed(MarketplaceError):
    """The act needs a confirmed e-mail address."""

    code = "email_not_confirmed"
    message = _("Please confirm your e-mail address first.")


class PartyInactive(MarketplaceError):
    """A deactivated party takes no part in the market."""

    code = "party_inactive"
    message = _("This party no longer takes part in the market.")


class AccountInactive(MarketplaceError):
    """A deactivated account can't act for anybody."""

    code = "account_inactive"
    message = _("This account has been deactivated.")
    field = "user"


class AddressTaken(MarketplaceError):
    """Another active account has confirmed this e-mail address."""

    code = "email_taken"
    message = _("Another account uses this e-mail address.")
    field = "email"


class UsernameTaken(MarketplaceError):
    """Another account, active or not, has this username, or had it until lately."""

    code = "username_taken"
    message = _("Another account has this username.")
    field = "username"


class PasswordTooWeak(Invalid):
    """The password would be guessed; the message says what it lacks."""

    code = "password_too_weak"
    field = "password"


class AlreadyCustomer(MarketplaceError):
    """A person is one customer, not two."""

    code = "already_customer"
    message = _("This account is a customer already.")
    field = "user"


class AlreadyMember(MarketplaceError):
    """A person acts for a party in one role at a time."""

    code = "already_member"
    message = _("This person is a member already.")
    field = "user"


class MemberGone(MarketplaceError):
    """The membership has ended, so there is no role to change."""

    code = "member_gone"
    message = _("This person is no longer a member.")


class HasNoMembers(NotAllowed):
    """A customer acts for itself; only showrooms and suppliers have members."""

    code = "has_no_members"
    message = _("Only showrooms and suppliers have members.")
    field = "party"


class LastOwner(MarketplaceError):
    """A party would be left without an owner who can log in."""

    code = "last_owner"
    message = _("The last owner stays. Make somebody else an owner first.")
