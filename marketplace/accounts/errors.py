"""What the accounts' room refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.common.errors import Invalid, MarketplaceError, NotAllowed


class WrongPassword(MarketplaceError):
    """Whoever changes an account knows its password."""

    code = "wrong_password"
    message = _("This is not your current password.")
    field = "current_password"


class SameAsNow(Invalid):
    """The new value is the present one; `field` says of what."""

    code = "same_as_now"
    message = _("It is that already.")


class TooManyCodes(MarketplaceError):
    """So many codes were sent that the next has to wait; `retry_after` says how many seconds."""

    code = "too_many_codes"
    message = _("You have asked for too many codes. Please wait a while.")

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class NothingToConfirm(MarketplaceError):
    """No change of this kind waits for a code: it is done, void, or was never asked for."""

    code = "nothing_to_confirm"
    message = _("There is nothing to confirm. Ask for a new code.")


class CodeExpired(MarketplaceError):
    """The code came too late."""

    code = "code_expired"
    message = _("This code has expired. Ask for a new one.")
    field = "code"


class CodeWrong(MarketplaceError):
    """This is not the code that was sent; after the last attempt it would no longer help."""

    code = "code_wrong"
    field = "code"

    def __init__(self, attempts_left: int) -> None:
        message = ngettext_lazy(
            "This is not the code. You can try %(count)d more time.",
            "This is not the code. You can try %(count)d more times.",
            "count",
        )
        spent = _("This is not the code, and it was your last attempt. Ask for a new code.")
        super().__init__(message % {"count": attempts_left} if attempts_left else spent)
        self.attempts_left = attempts_left


class UndoGone(MarketplaceError):
    """The link that takes an address back is unknown, used, void, or too old."""

    code = "undo_gone"
    message = _("This link is no longer good.")


class InvitationGone(MarketplaceError):
    """The invitation is unknown, accepted, withdrawn, or too old."""

    code = "invitation_gone"
    message = _("This invitation is no longer good. Ask for a new one.")


class InvitationForAnother(NotAllowed):
    """The invitation was sent to an address that is not the person's."""

    code = "invitation_for_another"
    message = _("This invitation was sent to another e-mail address.")


class TooManyInvitations(MarketplaceError):
    """A party has as many waiting invitations as it may."""

    code = "too_many_invitations"
    message = _("Too many invitations are waiting. Withdraw one first.")


class TooManyInvitationLetters(TooManyInvitations):
    """So many invitations went out that the next has to wait; `retry_after` says how many seconds."""

    code = "too_many_invitation_letters"
    message = _("So many invitations were sent within a day that the next has to wait.")

    def __init__(self, retry_after: int, *, field: str | None = None) -> None:
        same = _("This address was invited so often within a day that the next letter has to wait.")
        super().__init__(same if field else None, field=field)
        self.retry_after = retry_after


class NotAnOwner(NotAllowed):
    """Only an owner decides who acts for a party."""

    code = "not_an_owner"
    message = _("Only an owner may do that.")


class NotViewable(NotAllowed):
    """Administrators look through the eyes of active people who are not of the staff."""

    code = "not_viewable"
    message = _("You may not view the portal as this person.")
