"""Who I am: account, language, the customer that I am, what I may still become, and how to leave.

Each part of the page has its own address and form; a refusal shows the whole page with it.
"""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from marketplace.catalog.models import CarModel
from marketplace.parties.models import Customer, User
from marketplace.parties.selectors import customer_of
from marketplace.parties.services import (
    change_details,
    change_language,
    create_customer,
    found_supplier,
)
from marketplace.trading.rules.profiles import Segment
from marketplace.trading.services.assortments import open_showroom
from portal.identity.changes import close_account
from portal.web.account.own_pages import OwnPage
from portal.web.account.profile_forms import (
    CloseForm,
    CustomerForm,
    DetailsForm,
    LanguageForm,
    ShowroomForm,
    SupplierForm,
)
from portal.web.forms import ServiceForm, ServiceFormPage
from portal.web.rendering import HtmxHttpRequest

_SEGMENTS = {
    Segment.NEW: _("New"),
    Segment.DORMANT: _("Has not bought for long"),
    Segment.COLLECTOR: _("Collector"),
    Segment.REGULAR: _("Regular"),
    Segment.OCCASIONAL: _("Occasional"),
}

_FORMS: dict[str, type[ServiceForm]] = {
    "language": LanguageForm,
    "details": DetailsForm,
    "customer": CustomerForm,
    "showroom": ShowroomForm,
    "supplier": SupplierForm,
    "close": CloseForm,
}


class ProfilePage(OwnPage):
    """Everything about me on one page."""

    template_name = "account/profile.html"
    partials = ["profile"]

    #: The part that the address names; its form is shown open.
    section: ClassVar[str] = ""

    @cached_property
    def customer(self) -> Customer | None:
        """The customer that the person is."""
        return customer_of(self.person)

    def get_context(self) -> dict[str, Any]:
        """The person, what the trade says about the customer, and a form for each part."""
        return {
            "person": self.person,
            "has_two_factor": is_mfa_enabled(self.person),
            "customer": self.customer,
            "derived": _derived(self.customer) if self.customer else {},
            "forms": {name: self.form_for(name) for name in _FORMS},
        }

    def form_for(self, section: str, data: Any = None) -> ServiceForm:
        """The form of a part, with what is known; its fields have ids of their own."""
        return _FORMS[section](data, initial=self._known(section), auto_id=f"{section}-%s")

    def _known(self, section: str) -> dict[str, Any]:
        match section:
            case "language":
                return {"language": self.person.language}
            case "details" if self.customer:
                known = {name: getattr(self.customer, name) for name in DetailsForm().fields}
                return known | {"country": self.customer.country.code}
            case "customer":
                return {"name": self.person.username}
        return {}


class Section(ProfilePage, ServiceFormPage):
    """A part of the page that can be sent."""

    def get_form(self, data: Any = None) -> ServiceForm:
        """The part's own form."""
        return self.form_for(self.section, data)

    def render(self, *, status: int = HTTPStatus.OK, **extra: Any) -> HttpResponse:
        """The whole page, with this part's form as it was sent."""
        context = self.get_context()
        forms = context["forms"] | {self.section: extra.pop("form")}
        return super().render(status=status, forms=forms, **extra)

    def success_url(self) -> str:
        """The page as it is now."""
        return reverse("account_profile")


class ChangeLanguage(Section):
    """The language of the pages, on this device too, and of the letters."""

    section = "language"
    success_message = _("This is the language of your pages and letters now.")

    def post(self, _request: HtmxHttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        """Keep it, and set the cookie that the switch in the top bar sets."""
        response = super().post(_request, *_args, **_kwargs)
        if response.status_code == HTTPStatus.SEE_OTHER:
            response.cookies.update(set_language(_request).cookies)
        return response

    def act(self, form: ServiceForm) -> None:
        """Keep it, and answer in it."""
        language = form.cleaned_data["language"]
        change_language(user=self.person, language=language, at=timezone.now())
        translation.activate(language)


class ChangeDetails(Section):
    """What the customer tells about itself; for anybody else it isn't there."""

    section = "details"
    service = staticmethod(change_details)
    success_message = _("Your profile is saved.")

    def check_access(self, user: User) -> None:
        """Only a customer has details."""
        super().check_access(user)
        if self.customer is None:
            raise Http404

    def who_acts(self) -> dict[str, object]:
        """The customer that the person is."""
        return {"party": self.customer}


class BecomeCustomer(Section):
    """Be a customer, who may post offers."""

    section = "customer"
    service = staticmethod(create_customer)
    success_message = _("You are a customer now. Once you have money, you can post offers.")

    def who_acts(self) -> dict[str, object]:
        """The person."""
        return {"user": self.person}


class FoundShowroom(Section):
    """Open a showroom, which wants to sell whatever people want until its preference says more."""

    section = "showroom"
    service = staticmethod(open_showroom)
    success_message = _("Your showroom is open. You are its owner.")

    def who_acts(self) -> dict[str, object]:
        """The person, who wishes for nothing yet."""
        return {"owner": self.person, "criteria": []}


class FoundSupplier(Section):
    """Bring a supplier into the market."""

    section = "supplier"
    service = staticmethod(found_supplier)
    success_message = _("Your supplier is in the market. You are its owner.")

    def who_acts(self) -> dict[str, object]:
        """The person."""
        return {"owner": self.person}


class CloseAccount(Section):
    """Leave the market for good."""

    section = "close"
    success_message = _("Your account is closed. Thank you for having been here.")

    def act(self, form: ServiceForm) -> None:
        """Close it if the password is right, and log the person out everywhere."""
        close_account(
            self.request,
            user=self.person,
            current_password=form.cleaned_data["current_password"],
        )

    def success_url(self) -> str:
        """The market, as everybody sees it."""
        return reverse(settings.LOGOUT_REDIRECT_URL)


def _derived(customer: Customer) -> dict[str, Any]:
    """What the trade says about the customer, in words; empty where it says nothing yet."""
    body, fuel = customer.favourite_body_type, customer.favourite_fuel
    return {
        "body": CarModel.BodyType(body).label if body else "",
        "fuel": CarModel.Fuel(fuel).label if fuel else "",
        "segment": _SEGMENTS[Segment(customer.segment)] if customer.segment else "",
    }
