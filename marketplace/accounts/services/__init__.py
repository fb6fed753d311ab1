"""What people do with their accounts, and owners with their teams."""

from marketplace.accounts.services.addresses import undo_address_change
from marketplace.accounts.services.changes import confirm_change, request_change
from marketplace.accounts.services.closing import cancel_change
from marketplace.accounts.services.devices import note_device
from marketplace.accounts.services.invitations import (
    accept_invitation,
    invite_member,
    withdraw_invitation,
)
from marketplace.accounts.services.sessions import forget_ended_sessions
from marketplace.accounts.services.teams import change_member_role, end_membership
from marketplace.accounts.services.viewings import begin_viewing, end_viewing

__all__ = [
    "accept_invitation",
    "begin_viewing",
    "cancel_change",
    "change_member_role",
    "confirm_change",
    "end_membership",
    "end_viewing",
    "forget_ended_sessions",
    "invite_member",
    "note_device",
    "request_change",
    "undo_address_change",
    "withdraw_invitation",
]
