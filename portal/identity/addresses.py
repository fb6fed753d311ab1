"""allauth's record of an address, which mirrors the account's own.

The account's e-mail and whether it is confirmed stand in one place, the user. allauth looks at a
table of its own; each of its rows is made from ours just before it is needed.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from marketplace.parties.models import User


@transaction.atomic
def mirror_address(user: User) -> None:
    """Let allauth see the account's present address, and no other.

    A row of a former address goes away, and a new one comes with a new number: a link names its row
    by number, so a link that was sent to a former address can't confirm the present one.
    """
    email = user.email.lower()
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    # allauth wants a verified address to be unique; ours are unique among the active accounts.
    stale = (
        Q(user__is_active=False) | Q(user__email_confirmed_at=None) | ~Q(user__email__iexact=email)
    )
    EmailAddress.objects.filter(stale, email=email, verified=True).update(verified=False)
    EmailAddress.objects.update_or_create(
        user=user,
        email=email,
        defaults={"primary": True, "verified": user.email_confirmed_at is not None},
    )
