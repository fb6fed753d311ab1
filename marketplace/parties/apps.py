"""The room `parties` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartiesConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.parties"
    label = "parties"
    verbose_name = _("Parties")
