"""The room `simulation` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimulationConfig(AppConfig):
    """Names the room for Django and its admin."""

    name = "marketplace.simulation"
    label = "simulation"
    verbose_name = _("Simulation")
