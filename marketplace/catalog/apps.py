"""The room `catalog` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.catalog"
    label = "catalog"
    verbose_name = _("Catalog")
