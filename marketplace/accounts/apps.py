"""The room `accounts` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Names the room for Django and its admin; the label is its own, because allauth's is taken."""

    name = "marketplace.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
