"""The derived half of the customers' profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from marketplace.common.bulk import run as execute
from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE
from marketplace.trading.rules.profiles import Profile, derive_profile
from marketplace.trading.selectors.purchases import customers_to_derive, purchases_of
from marketplace.trading.services.runs import claimed_run


@transaction.atomic(durable=True)
def derive_profiles(*, slot: str, at: datetime) -> int:
    """Derive the profile of every customer who bought, or fell asleep, since the last time.

    Returns how many were written. Running again writes the same.
    """
    with claimed_run(Job.DERIVE_PROFILES, WHOLE, slot, at) as run:
        if run is None:
            return 0
        customers = customers_to_derive(at)
        bought = purchases_of(customers, at)
        profiles = {pk: derive_profile(bought.get(pk, ()), at) for pk in customers}
        _write(profiles)
        run.handled = len(profiles)
        return len(profiles)


_FIELDS: Sequence[tuple[str, str]] = (
    ("favourite_make", "text"),
    ("favourite_body_type", "text"),
    ("favourite_fuel", "text"),
    ("cheapest_cents", "bigint"),
    ("dearest_cents", "bigint"),
    ("deals_count", "int"),
    ("spent_cents", "bigint"),
    ("last_deal_at", "timestamptz"),
    ("segment", "text"),
)


def _write(profiles: Mapping[int, Profile]) -> None:
    if not profiles:
        return
    names = [name for name, _ in _FIELDS]
    execute(
        f"UPDATE parties_customer SET {', '.join(f'{name} = derived.{name}' for name in names)}"
        f" FROM unnest(%s::bigint[], {', '.join(f'%s::{kind}[]' for _, kind in _FIELDS)})"
        f" AS derived(id, {', '.join(names)}) WHERE party_ptr_id = derived.id",
        [
            list(profiles),
            *([getattr(profile, name) for profile in profiles.values()] for name in names),
        ],
    )
