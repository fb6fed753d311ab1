"""What people can be told, and which of its values are secrets."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class NoticeKind(StrEnum):
    """What somebody is told; each kind has a title and a text made from the notice's values."""

    OFFER_FILLED = "offer_filled"
    OFFER_EXPIRED = "offer_expired"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_IN_USE = "address_in_use"
    UNKNOWN_ACCOUNT = "unknown_account"
    PASSWORD_RESET = "password_reset"  # nosec B105  # a name
    LOG_IN_CODE = "log_in_code"
    CHANGE_CODE = "change_code"
    PASSWORD_CHANGED = "password_changed"  # nosec B105  # a name
    USERNAME_CHANGED = "username_changed"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_CHANGE_UNDONE = "address_change_undone"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    NEW_DEVICE = "new_device"
    INVITATION = "invitation"
    INVITATION_ACCEPTED = "invitation_accepted"
    ROLE_CHANGED = "role_changed"
    MEMBERSHIP_ENDED = "membership_ended"


#: Whoever reads the e-mail of such a kind may do something: log in, change, undo, join.
SECRET_KINDS = frozenset(
    {
        NoticeKind.CONFIRM_ADDRESS,
        NoticeKind.PASSWORD_RESET,
        NoticeKind.LOG_IN_CODE,
        NoticeKind.CHANGE_CODE,
        NoticeKind.ADDRESS_CHANGED,
        NoticeKind.INVITATION,
    }
)

#: The values of those kinds that let them.
SECRETS = ("code", "path")


def without_secrets(kind: str, values: Mapping[str, object]) -> dict[str, object]:
    """The values that anybody who sees the row may see."""
    hidden = SECRETS if kind in SECRET_KINDS else ()
    return {name: value for name, value in values.items() if name not in hidden}
