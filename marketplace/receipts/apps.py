"""The room `receipts` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.receipts"
    label = "receipts"
    verbose_name = _("Receipts")
