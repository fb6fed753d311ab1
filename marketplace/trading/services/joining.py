"""Joining the market: an account, and the party it acts for, in one act."""

from __future__ import annotations

from datetime import datetime

from marketplace.accounts.services import accept_invitation
from marketplace.common.acts import act
from marketplace.parties.models import User
from marketplace.parties.rules import PartyKind
from marketplace.parties.services import (
    confirm_email,
    create_customer,
    found_supplier,
    register_user,
)
from marketplace.trading.services.assortments import open_showroom


@act
def join_market(  # pylint: disable=too-many-arguments  # what a sign-up form asks for
    *,
    username: str,
    email: str,
    password: str,
    language: str,
    joining_as: str,
    at: datetime,
    party_name: str = "",
    country: str = "",
    invitation: str = "",
) -> User:
    """Open an account as a customer, as the owner of a new showroom or supplier, or as invited.

    `joining_as` is a kind of party, or empty for somebody who was only invited. Whoever brings an
    invitation has read the mail to its address, so that is confirmed at once.

    Raises:
        UsernameTaken, PasswordTooWeak, Invalid: as `register_user`.
        InvitationForAnother, InvitationGone: as `accept_invitation`.
        AddressTaken: the invited person has an account already.
    """
    user = register_user(
        username=username, email=email, password=password, language=language, at=at
    )
    match joining_as:
        case PartyKind.CUSTOMER:
            create_customer(user=user, name=party_name or username, country=country, at=at)
        case PartyKind.SHOWROOM:
            open_showroom(owner=user, name=party_name, criteria=[], country=country, at=at)
        case PartyKind.SUPPLIER:
            found_supplier(owner=user, name=party_name, country=country, at=at)
    if invitation:
        confirm_email(user=user, at=at)
        accept_invitation(user=user, token=invitation, at=at)
    return user
