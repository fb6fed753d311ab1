"""The common words as a Django app."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Has no tables of its own; carries the base record."""

    name = "marketplace.common"
    label = "common"
