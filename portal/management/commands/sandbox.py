"""Keep the sandbox's servers running until told to stop."""

from __future__ import annotations

import signal
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.sandbox.holding import keep_up, release_all


class Command(BaseCommand):
    """Hold PostgreSQL and Redis as long as this runs, so that the other processes find them."""

    help = (
        "Run the sandbox's PostgreSQL and Redis until Ctrl-C; one that dies comes back on its port."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        self.stdout.write(f"DATABASE_URL={settings.DATABASE_URL}")
        self.stdout.write(f"REDIS_URL={settings.REDIS_URL}")
        self.stdout.flush()
        try:
            while True:
                keep_up()
                time.sleep(1)
        except KeyboardInterrupt:
            pass
        finally:
            release_all(wait_s=4)
