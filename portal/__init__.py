"""The doors of the market: people (web), time (jobs). No tables, no rules."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
