"""The room `trading` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradingConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.trading"
    label = "trading"
    verbose_name = _("Trading")
