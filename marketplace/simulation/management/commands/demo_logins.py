"""Print by which accounts one may look at the demo world."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from marketplace.simulation.rules.logins import DEMO_PASSWORD
from marketplace.simulation.selectors import standing_logins


class Command(BaseCommand):
    """Print the demo log-ins that exist, or nothing."""

    help = "Print the log-ins of the demo world, if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        logins = standing_logins()
        width = max((len(login.email) for login in logins), default=0)
        for login in logins:
            self.stdout.write(f"{login.email:<{width}}  {DEMO_PASSWORD}  {login.purpose}")
