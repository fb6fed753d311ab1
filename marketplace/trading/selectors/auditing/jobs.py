"""J2: what jobs did is on record, once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.common.nudges import Job
from marketplace.trading.selectors.auditing.invariant import Invariant

JOBS = (
    Invariant(
        "J2",
        _("One effective run per job, slot and shard, and it made exactly the deals that it says."),
        f"""
        WITH made AS (
            SELECT run_id, kind, count(*) AS deals, sum(quantity) AS cars
            FROM trading_deal GROUP BY run_id, kind
        ), handled AS (
            SELECT run_id, sum(cars) AS cars FROM made GROUP BY run_id
        )
        SELECT 'run ' || coalesce(run_id::text, 'none') AS id,
               deals || ' ' || made.kind || ' deals made by '
               || coalesce('a run of ' || run.job || ' that is ' || run.status, 'no run') AS detail
        FROM made LEFT JOIN trading_jobrun run ON run.id = made.run_id
        WHERE CASE made.kind
                  WHEN 'retail' THEN run.job = '{Job.MATCH_OFFERS}' AND run.status = 'finished'
                  ELSE run.job = '{Job.RESTOCK_SHOWROOMS}'
              END IS NOT TRUE
        UNION ALL
        SELECT 'run ' || run.id, 'says ' || run.handled || ' cars, sold ' || coalesce(handled.cars, 0)
        FROM trading_jobrun run LEFT JOIN handled ON handled.run_id = run.id
        WHERE run.job IN ('{Job.MATCH_OFFERS}', '{Job.RESTOCK_SHOWROOMS}')
          AND run.finished_at IS NOT NULL AND run.handled <> coalesce(handled.cars, 0)
        UNION ALL
        SELECT 'run ' || min(id), count(*) || ' runs of ' || job || ' at ' || slot FROM trading_jobrun
        GROUP BY job, slot, shard, shards HAVING count(*) > 1
        """,
    ),
)
