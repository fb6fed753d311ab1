"""Writing the room's rows: what a field may hold, who holds the lock, and what is taken.

What a field may hold stands once, in the models; here they are asked and their answer translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import category

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid, MarketplaceError
from marketplace.common.models import Record
from marketplace.common.money import MAX_CENTS, InvalidMoney
from marketplace.parties.errors import (
    AddressTaken,
    AlreadyCustomer,
    AlreadyMember,
    UsernameTaken,
)
from marketplace.parties.models import Party, User

#: Which refusal it is when one of the room's unique constraints speaks.
TAKEN: Mapping[str, type[MarketplaceError]] = {
    "parties_one_confirmed_account_an_email": AddressTaken,
    "parties_one_account_a_username": UsernameTaken,
    "parties_user_username_key": UsernameTaken,
    "parties_customer_user_id_key": AlreadyCustomer,
    "parties_one_active_membership_a_person_and_party": AlreadyMember,
}

_HOLDS: Mapping[type[models.Field[Any, Any]], type | tuple[type, ...]] = {
    models.IntegerField: int,
    models.DecimalField: (Decimal, int),
    models.DateField: date,
    models.CharField: str,
}


def fill(record: Record, values: Mapping[str, object]) -> None:
    """Put values into a record's fields, if they are what those fields may hold.

    Raises:
        Invalid: one is not; `field` says which. The record is left half filled.
    """
    for name, value in values.items():
        setattr(record, name, _typed(record._meta.get_field(name), value))
    try:
        record.clean_fields(exclude={f.name for f in record._meta.fields} - set(values))
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=name) from error


def is_plain(text: str) -> bool:
    """Whether a table and a page can hold the text: no control characters, no half characters."""
    return not any(category(character) in ("Cc", "Cs") for character in text)


def lock(party_id: int) -> Party:
    """Keep a party's row to this transaction; rows that point to it can still be written."""
    party: Party = Party.objects.select_for_update(no_key=True).get(pk=party_id)
    return party


def lock_person(user: User) -> None:
    """Read a person anew and keep the row to this transaction; changes of one account meet here."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))


def switch(record: User | Party, is_active: bool, at: datetime) -> None:
    """Activate or deactivate a record, if it isn't so already."""
    table: type[Record] = User if isinstance(record, User) else Party
    table.objects.filter(pk=record.pk, is_active=not is_active).update(
        is_active=is_active, updated_at=at
    )
    record.is_active = is_active


def _typed(field: Any, value: object) -> object:
    """The value without outer blanks, if its type is the field's: a model would bend any other."""
    if value is None and field.null:
        return None
    holds = next(held for kind, held in _HOLDS.items() if isinstance(field, kind))
    if isinstance(value, bool) or not isinstance(value, holds):
        raise Invalid(_("This is not a value of the right kind."), field=field.name)
    if isinstance(value, str):
        if not is_plain(value):
            raise Invalid(_("Control characters are not possible here."), field=field.name)
        return value.strip()
    if isinstance(field, models.BigIntegerField) and isinstance(value, int) and value > MAX_CENTS:
        raise InvalidMoney(_("That is more money than the market can handle."), field=field.name)
    return value
