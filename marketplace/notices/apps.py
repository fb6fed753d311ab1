"""The room `notices` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.notices"
    label = "notices"
    verbose_name = _("Notices")
