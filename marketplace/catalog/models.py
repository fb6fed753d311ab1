"""The car models that the market trades."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from marketplace.catalog.rules import characteristics
from marketplace.common.models import Record


class CarModel(Record):
    """A make, a model and a variant of one model year, with its characteristics."""

    class BodyType(models.TextChoices):
        SEDAN = characteristics.BodyType.SEDAN, _("Sedan")
        HATCHBACK = characteristics.BodyType.HATCHBACK, _("Hatchback")
        WAGON = characteristics.BodyType.WAGON, _("Wagon")
        SUV = characteristics.BodyType.SUV, _("SUV")
        COUPE = characteristics.BodyType.COUPE, _("Coupé")
        CONVERTIBLE = characteristics.BodyType.CONVERTIBLE, _("Convertible")
        PICKUP = characteristics.BodyType.PICKUP, _("Pickup")
        VAN = characteristics.BodyType.VAN, _("Van")
        MINIVAN = characteristics.BodyType.MINIVAN, _("Minivan")

    class Fuel(models.TextChoices):
        PETROL = characteristics.Fuel.PETROL, _("Petrol")
        DIESEL = characteristics.Fuel.DIESEL, _("Diesel")
        HYBRID = characteristics.Fuel.HYBRID, _("Hybrid")
        PLUG_IN_HYBRID = characteristics.Fuel.PLUG_IN_HYBRID, _("Plug-in hybrid")
        ELECTRIC = characteristics.Fuel.ELECTRIC, _("Electric")
        HYDROGEN = characteristics.Fuel.HYDROGEN, _("Hydrogen")

    class Transmission(models.TextChoices):
        MANUAL = characteristics.Transmission.MANUAL, _("Manual")
        AUTOMATIC = characteristics.Transmission.AUTOMATIC, _("Automatic")
        CVT = characteristics.Transmission.CVT, _("CVT")
        DUAL_CLUTCH = characteristics.Transmission.DUAL_CLUTCH, _("Dual clutch")
        SINGLE_SPEED = characteristics.Transmission.SINGLE_SPEED, _("Single speed")

    class Drive(models.TextChoices):
        FWD = characteristics.Drive.FWD, _("Front-wheel drive")
        RWD = characteristics.Drive.RWD, _("Rear-wheel drive")
        AWD = characteristics.Drive.AWD, _("All-wheel drive")
        FOUR_WD = characteristics.Drive.FOUR_WD, _("Four-wheel drive")

    make = models.CharField(_("make"), max_length=60)
    name = models.CharField(_("model"), max_length=60)
    variant = models.CharField(_("variant"), max_length=80, blank=True)
    model_year = models.PositiveSmallIntegerField(_("model year"))
    body_type = models.CharField(_("body type"), max_length=16, choices=BodyType)
    fuel = models.CharField(_("fuel"), max_length=16, choices=Fuel)
    transmission = models.CharField(_("transmission"), max_length=16, choices=Transmission)
    drive = models.CharField(_("drive"), max_length=4, choices=Drive)
    power_hp = models.PositiveSmallIntegerField(_("power, hp"))
    engine_cc = models.PositiveIntegerField(_("engine, cc"), null=True, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))
    origin_country = CountryField(_("country of origin"), blank=True)
    suggested_price_cents = models.BigIntegerField(_("suggested retail price"))

    class Meta:
        verbose_name = _("car model")
        verbose_name_plural = _("car models")
        ordering = ["make", "name", "variant", "-model_year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["make", "name", "variant", "model_year"],
                condition=Q(is_active=True),
                name="catalog_one_active_car_model_a_name",
            ),
            models.CheckConstraint(
                condition=Q(suggested_price_cents__gt=0), name="catalog_suggested_price_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.make, self.name, self.variant, str(self.model_year))))
