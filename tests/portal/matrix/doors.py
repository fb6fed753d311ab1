"""Every door of the portal, in one list. The admin's are declared by a rule, in `test_admin_area`."""

from __future__ import annotations

from tests.portal.matrix import doors_accounts, doors_api, doors_headless, doors_pages
from tests.portal.matrix.table import rows_of

ROWS = rows_of(
    doors_pages.MARKET,
    doors_pages.TEAM,
    doors_pages.STAFF,
    doors_accounts.ENTRANCE,
    doors_accounts.OWN,
    doors_accounts.SECURITY,
    doors_api.MARKET,
    doors_api.TRADE,
    doors_api.PEOPLE,
    doors_headless.HEADLESS,
)
