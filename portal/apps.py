"""The portal as a Django app, for its commands and template tags."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Has no tables."""

    name = "portal"
