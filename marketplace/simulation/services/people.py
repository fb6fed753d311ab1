"""Bringing many people into the demo world at once: one COPY a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from marketplace.common.bulk import copy_rows, new_ids
from marketplace.parties.models import Customer, Party, User
from marketplace.parties.rules import PartyKind
from marketplace.simulation.rules.logins import DEMO_PASSWORD
from marketplace.simulation.rules.people import CustomerPlan, Person

_USER_COLUMNS = (
    "id", "username", "email", "first_name", "last_name", "language", "password", "is_superuser",
    "is_staff", "is_active", "date_joined", "created_at", "updated_at", "email_confirmed_at",
)  # fmt: skip
_PARTY_COLUMNS = (
    "id", "kind", "name", "country", "city", "latitude", "longitude", "is_active", "created_at",
    "updated_at",
)  # fmt: skip
_CUSTOMER_COLUMNS = (
    "party_ptr_id", "user_id", "phone", "birth_date", "favourite_make", "favourite_body_type",
    "favourite_fuel", "deals_count", "spent_cents", "segment",
)  # fmt: skip


def write_people(people: Sequence[Person], *, at: datetime, is_admin: bool = False) -> list[int]:
    """Open accounts with confirmed addresses and the demo's password; returns the ids in order."""
    password = _password_hash()
    ids = new_ids(User, len(people))
    copy_rows(
        User,
        _USER_COLUMNS,
        (
            (pk, one.username, one.email, one.first_name, one.last_name, one.language, password,
             is_admin, is_admin, True, at, at, at, at)
            for pk, one in zip(ids, people, strict=True)
        ),
    )  # fmt: skip
    return ids


def write_customers(plans: Sequence[CustomerPlan], *, at: datetime) -> list[int]:
    """Create customers and their accounts; returns the customers' ids in order."""
    users = write_people([plan.person for plan in plans], at=at)
    ids = new_ids(Party, len(plans))
    copy_rows(
        Party,
        _PARTY_COLUMNS,
        (
            (pk, PartyKind.CUSTOMER.value, plan.person.name, plan.place.country, plan.place.city,
             plan.place.latitude, plan.place.longitude, True, at, at)
            for pk, plan in zip(ids, plans, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        Customer,
        _CUSTOMER_COLUMNS,
        (
            (pk, user, "", plan.birth_date, "", "", "", 0, 0, "")
            for pk, user, plan in zip(ids, users, plans, strict=True)
        ),
    )
    return ids


@cache
def _password_hash() -> str:
    """Hashing is slow by design; for one password that everybody knows, once is enough."""
    return make_password(DEMO_PASSWORD)
