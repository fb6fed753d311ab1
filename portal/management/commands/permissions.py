"""Writes docs/permissions.md from the API's declarations, or says whether it is up to date."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.api.permission_table import permission_table
from portal.api.urls import EVERY_RESOURCE


class Command(BaseCommand):
    """`manage.py permissions [--check]`."""

    help = "Write docs/permissions.md: who may do what through the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--check", action="store_true", help="only say whether it is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page, or compare it."""
        page = settings.BASE_DIR / "docs" / "permissions.md"
        table = permission_table(EVERY_RESOURCE)
        if not options["check"]:
            page.write_text(table, encoding="utf-8")
        elif not page.exists() or page.read_text(encoding="utf-8") != table:
            raise CommandError("docs/permissions.md is stale: run manage.py permissions")
