"""Import a file of car models."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from marketplace.catalog.rules.text_lines import text_lines
from marketplace.catalog.services import OUR_CAR_MODELS, ImportReport, import_car_models
from marketplace.common.errors import MarketplaceError

_MOST_SHOWN = 50


class Command(BaseCommand):
    """Read our own format or the EPA's `vehicles.csv`; the header says which it is."""

    help = (
        "Import car models from a CSV file (our own format, or the U.S. EPA's vehicles.csv). "
        "Without FILE our own data file is imported; '-' reads standard input. "
        "Exit code 1: nothing could be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", default=str(OUR_CAR_MODELS))

    def handle(self, *args: Any, **options: Any) -> None:
        file: str = options["file"]
        started = time.perf_counter()
        try:
            with _opened(file) as source, tqdm(unit=" rows", disable=None) as progress:
                report = import_car_models(
                    lines=text_lines(source), at=timezone.now(), on_progress=progress.update
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except MarketplaceError as error:
            raise CommandError(f"{file}: {error}") from error
        self._show(report, time.perf_counter() - started)
        if report.bad_count and not report.read:
            raise CommandError(_("%(file)s: no row could be read.") % {"file": file})

    def _show(self, report: ImportReport, seconds: float) -> None:
        for row in report.bad[:_MOST_SHOWN]:
            self.stderr.write(
                _("Line %(line)s: %(reason)s")
                % {"line": row.line, "reason": _(row.message) % row.details}
            )
        if report.bad_count > _MOST_SHOWN:
            self.stderr.write(
                _("… and %(count)s more.") % {"count": report.bad_count - _MOST_SHOWN}
            )
        summary = _(
            "%(added)s added, %(changed)s changed, %(unchanged)s as before, %(withdrawn)s withdrawn"
            " and left so, %(bad)s bad rows left out; %(seconds).1f s."
        )
        self.stdout.write(
            summary
            % {
                "added": report.added,
                "changed": report.changed,
                "unchanged": report.unchanged,
                "withdrawn": report.withdrawn,
                "bad": report.bad_count,
                "seconds": seconds,
            }
        )


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as source:
            yield source
