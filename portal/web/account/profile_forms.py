"""What the profile asks for. Each form's fields are the parameters of one service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.fields import CountryField
from portal.web.forms import ServiceForm


def _city() -> forms.CharField:
    return forms.CharField(label=_("City"), max_length=80, required=False)


class _DegreesField(forms.DecimalField):
    """A latitude or longitude: so many degrees at most, either way."""

    def __init__(self, *, bound: int, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            min_value=-bound,
            max_value=bound,
            max_digits=7,
            decimal_places=4,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )


class LanguageForm(ServiceForm):
    """In which language the portal speaks and writes to the person."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class CustomerForm(ServiceForm):
    """A new customer."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    country = CountryField()
    city = _city()


class DetailsForm(CustomerForm):
    """What a customer tells about itself."""

    latitude = _DegreesField(label=_("Latitude"), bound=90)
    longitude = _DegreesField(label=_("Longitude"), bound=180)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
    )


class ShowroomForm(ServiceForm):
    """A new showroom."""

    name = forms.CharField(label=_("Name of the showroom"), max_length=120)
    country = CountryField()
    city = _city()


class SupplierForm(ServiceForm):
    """A new supplier."""

    name = forms.CharField(label=_("Name of the supplier"), max_length=120)
    country = CountryField()
    city = _city()
    founded_year = forms.IntegerField(
        label=_("Year founded"), required=False, min_value=1800, max_value=2100
    )


class CloseForm(ServiceForm):
    """Whether it is really you who wants to leave."""

    current_password = forms.CharField(
        label=_("Current password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
