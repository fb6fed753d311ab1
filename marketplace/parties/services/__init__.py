"""What can happen to people and parties. Money and prices are not known here."""

from marketplace.parties.services.accounts import (
    confirm_email,
    deactivate_user,
    reactivate_user,
    register_user,
)
from marketplace.parties.services.founding import (
    change_details,
    create_customer,
    deactivate_party,
    found_showroom,
    found_supplier,
    reactivate_party,
    require_active,
    require_confirmed_email,
    set_policy,
)
from marketplace.parties.services.members import add_member, change_role, remove_member

__all__ = [
    "add_member",
    "change_details",
    "change_role",
    "confirm_email",
    "create_customer",
    "deactivate_party",
    "deactivate_user",
    "found_showroom",
    "found_supplier",
    "reactivate_party",
    "reactivate_user",
    "register_user",
    "remove_member",
    "require_active",
    "require_confirmed_email",
    "set_policy",
]
