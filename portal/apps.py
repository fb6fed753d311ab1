"""The portal as Django apps: its commands and tags, and what of the front-end packages is served."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig

from portal.celery import app as celery_app

__all__ = ["PortalConfig", "PortalStaticFilesConfig", "celery_app"]


class PortalConfig(AppConfig):
    """Has no tables. Loading it makes the Celery app current, so that nudges find the broker."""

    name = "portal"


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leaves out what the packages ship beside the files that pages use."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "libs", "types", "chunks", "plugins", "helpers", "img/*", "tabler-*", "*.rtl.*", "*.esm.*", "*.d.ts",
    ]  # fmt: skip
