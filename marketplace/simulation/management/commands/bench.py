"""`manage.py bench match|restock|review`: how fast a trading job is, and how fast it could be."""

from __future__ import annotations

import json
import signal
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.simulation.services.benches.report import report
from marketplace.simulation.services.benches.rounds import Bench, Plan
from marketplace.simulation.services.benches.subjects import DEFAULTS, subject

_SIZES = ("offers", "showrooms", "models", "customers", "suppliers", "lines")


class Command(BaseCommand):
    """Measures in databases of its own, on the server of the settings, and drops them afterwards."""

    help = (
        "Measure a trading job against the floor: the same rows written back by COPY and UPDATE."
        " Exit 1 if an invariant does not hold afterwards: then the figures are worth nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The job, the size of the market, and how to measure."""
        parser.add_argument("bench", choices=sorted(DEFAULTS))
        for name in _SIZES:
            standard = ", ".join(f"{sizes[name]:,} ({job})" for job, sizes in DEFAULTS.items())
            parser.add_argument(
                f"--{name}", type=_number(1), help=f"{name} of the market: {standard}"
            )
        parser.add_argument(
            "--old-deals", type=_number(0), default=0, help="deals made long before (default: none)"
        )
        parser.add_argument("--rounds", type=_number(1), default=5)
        parser.add_argument(
            "--workers", type=_number(1), default=1,
            help="processes that do the shards (default: this one alone)",
        )  # fmt: skip
        parser.add_argument("--seed", type=int, default=1, help="another seed, another market")
        parser.add_argument(
            "--buyers", action="store_true",
            help="match only: measure how long a buyer waits who acts during the run; no floor",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, print, and refuse to end well if something is wrong."""
        name = options["bench"]
        if options["buyers"] and name != "match":
            raise CommandError("--buyers goes with match.")
        sizes = {key: options[key] for key in (*_SIZES, "old_deals") if options[key] is not None}
        plan = Plan(options["rounds"], options["workers"], options["seed"], options["buyers"])
        say: Callable[[str], object] = _silent if options["json"] else self.stderr.write
        standing = signal.signal(signal.SIGTERM, _leave)
        try:
            bench = Bench(subject(name, sizes), plan, say)
            found = report(name, bench, bench.run())
        except ValueError as error:
            raise CommandError(str(error)) from error
        finally:
            signal.signal(signal.SIGTERM, standing)
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for key, value in found.items():
                self.stdout.write(f"{key:<18} {value}")
        if found["violations"]:
            raise CommandError(f"{found['violations']} violations: no figures", returncode=1)


def _number(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise ArgumentTypeError(f"must be at least {least}")
        return value

    return number


def _silent(_text: str) -> None:
    """Standard output and error belong to the JSON object."""


def _leave(_signal: int, _frame: object) -> NoReturn:
    """Asked to end: by way of everything that cleans up."""
    raise SystemExit(143)
