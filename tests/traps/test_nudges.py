"""A nudge is void only if a run has looked after it: one that had looked before may have seen nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.common.nudges import Job
from marketplace.trading.models import JobRun
from marketplace.trading.services.runs import is_covered
from tests.marketplace.factories import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("looked_at", "covered"), [(NOW + SECOND, True), (NOW - SECOND, False)])
def test_a_nudge_is_covered_by_a_run_that_looked_after_it(looked_at, covered):
    # One share of a run that was divided before the nudge, and whose turn came after it.
    JobRun.objects.create(
        job=Job.MATCH_OFFERS.value, slot="s", shard=3, shards=8, status="finished",
        at=looked_at, started_at=NOW + 2 * SECOND, finished_at=NOW + 3 * SECOND,
    )  # fmt: skip

    assert is_covered(Job.MATCH_OFFERS, NOW) is covered
