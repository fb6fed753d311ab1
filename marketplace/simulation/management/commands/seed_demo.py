"""Fill an empty database with a demo world."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, NoReturn, Self

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from tqdm import tqdm

from marketplace.common.errors import MarketplaceError
from marketplace.simulation.errors import WorldNotEmpty
from marketplace.simulation.rules.sizes import DEFAULT_DAYS, SIZES
from marketplace.simulation.services.seeding import seed_demo

_LONGEST_HISTORY = 365


class Command(BaseCommand):
    """Build a demo world, and let it trade for some days of virtual time until now."""

    help = "Fill an empty database with a demo world and the history of its trade."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another world")
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="days of history")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if somebody is here already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days: int = options["days"]
        if not 1 <= days <= _LONGEST_HISTORY:
            raise CommandError(_("--days is 1 to %(most)s.") % {"most": _LONGEST_HISTORY})
        started = time.perf_counter()
        try:
            with _Bars() as bars:
                seed_demo(
                    size=SIZES[options["size"]],
                    seed=options["seed"],
                    days=days,
                    at=timezone.now(),
                    on_progress=bars.show,
                )
        except MarketplaceError as error:
            if options["if_empty"] and error.code == WorldNotEmpty.code:
                return
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("The demo world stands, with %(days)s days of history; %(seconds).0f s.")
            % {"days": days, "seconds": time.perf_counter() - started}
        )


class _Bars:
    """A progress bar for each phase, one after the other; on a terminal only."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._phase = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, phase: str | Promise, done: int, total: int) -> None:
        """Move the bar of the phase, or begin it."""
        current = self._bar
        if current is None or self._phase != str(phase):
            if current is not None:
                current.close()
            self._phase = str(phase)
            current = self._bar = tqdm(total=total, desc=self._phase, disable=None)
        current.update(done - current.n)
