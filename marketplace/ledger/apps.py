"""The room `ledger` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
