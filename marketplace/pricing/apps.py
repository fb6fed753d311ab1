"""The room `pricing` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PricingConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.pricing"
    label = "pricing"
    verbose_name = _("Pricing")
