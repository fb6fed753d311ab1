"""Random markets run forward in both worlds: what the jobs did must be what the rules say.

`REPLAYED_MARKETS` names other seeds than the usual ones: "5000" or "200-5000".
"""

from __future__ import annotations

import os

import pytest

from tests.conftest import prove
from tests.oracles.comparison import differences
from tests.oracles.events import JOBS, Events
from tests.oracles.random_markets import RandomMarket

STEPS = 8


def _seeds() -> range:
    first, _, last = os.environ.get("REPLAYED_MARKETS", "150").rpartition("-")
    return range(int(first or 0), int(last))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", _seeds())
def test_jobs_do_what_the_rules_say(seed: int) -> None:
    """After each job all deals, money, stock, prices, patronage, offers and sourcings are equal."""
    market = RandomMarket(seed).found()
    events = Events(market)
    for step in range(STEPS):
        events.a_while_passes()
        events.people_act()
        jobs = JOBS if step < 2 else market.random.sample(JOBS, 2)
        for job in jobs:
            events.run(job)
            found = differences(market.world)
            assert not found, f"seed {seed}, step {step}, after {job} at {market.now}: {found}"
    prove()
