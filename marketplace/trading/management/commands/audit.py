"""`manage.py audit`: prove that everything that must always hold does hold."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.trading.selectors.auditing import (
    INVARIANTS,
    InvariantResult,
    audit,
)


class Command(BaseCommand):
    """Prints a line per invariant and names the offenders; exits 1 if there are any."""

    help = "Check every invariant of the market; exit 1 if one does not hold."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The format, and which invariants."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--only", nargs="+", metavar="ID", choices=[one.id for one in INVARIANTS],
            help="check these invariants alone",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Audit, print, and refuse to end well if something is wrong."""
        results = audit(options["only"])
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(results)))
        else:
            for result in results:
                self._print(result)
        broken = [result.id for result in results if not result.holds]
        if broken:
            raise CommandError(f"violated: {', '.join(broken)}", returncode=1)

    def _print(self, result: InvariantResult) -> None:
        mark = self.style.SUCCESS("ok  ") if result.holds else self.style.ERROR("FAIL")
        self.stdout.write(f"{mark} {result.id:<3} {result.seconds:6.2f} s  {result.statement}")
        for example in result.examples:
            self.stdout.write(f"         {example}")
        if result.violations > len(result.examples):
            self.stdout.write(f"         and {result.violations - len(result.examples)} more")


def _as_json(results: list[InvariantResult]) -> dict[str, object]:
    return {
        "violations": sum(result.violations for result in results),
        "seconds": round(sum(result.seconds for result in results), 3),
        "invariants": [
            {
                "id": result.id,
                "statement": str(result.statement),
                "violations": result.violations,
                "examples": result.examples,
                "seconds": round(result.seconds, 3),
            }
            for result in results
        ],
    }
