"""Everybody who has an account, and for whom they act."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.selectors import is_administrator, may_view
from marketplace.parties.models import Customer, Membership, Party, User
from portal.access import StaffOnly
from portal.templatetags.market import instant
from portal.web.tables import MarketTable, TablePage

#: On a phone it has a line of its own.
_WIDE = {"td": {"class": "wide"}}

_STATES: dict[str, Q] = {
    "confirmed": Q(is_active=True, email_confirmed_at__isnull=False),
    "unconfirmed": Q(is_active=True, email_confirmed_at=None),
    "closed": Q(is_active=False),
    "staff": Q(is_staff=True) | Q(is_superuser=True),
}


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What staff may narrow the people by."""

    q = django_filters.CharFilter(
        method="search",
        max_length=100,
        label=_("Search"),
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, e-mail, username or party…")}
        ),
    )
    state = django_filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        empty_label=_("Any state"),
        choices=[
            ("confirmed", _("Confirmed")),
            ("unconfirmed", _("Not confirmed")),
            ("closed", _("Closed")),
            ("staff", _("Staff")),
        ],
    )

    @staticmethod
    def search(rows: QuerySet[User], _name: str, text: str) -> QuerySet[User]:
        """A name of the person, the address, or the name of a party they act for contains it."""
        own = Q()
        for field in ("username", "email", "first_name", "last_name"):
            own |= Q(**{f"{field}__icontains": text})
        named = Party.objects.filter(name__icontains=text)
        members = Membership.objects.active().filter(party__in=named)
        customers = Customer.objects.filter(name__icontains=text)
        return rows.filter(
            own | Q(pk__in=members.values("user")) | Q(pk__in=customers.values("user"))
        )

    @staticmethod
    def in_state(rows: QuerySet[User], _name: str, state: str) -> QuerySet[User]:
        """The people in that state."""
        return rows.filter(_STATES[state])


class PersonTable(MarketTable):
    """One line a person."""

    username = django_tables2.Column(verbose_name=_("Person"))
    email = django_tables2.Column(verbose_name=_("E-mail"), attrs=_WIDE)
    parties = django_tables2.Column(
        verbose_name=_("Acts for"), accessor="pk", orderable=False, empty_values=(), attrs=_WIDE
    )
    email_confirmed_at = django_tables2.Column(verbose_name=_("Confirmed"), attrs=_WIDE)
    is_active = django_tables2.Column(verbose_name=_("State"))
    view_as = django_tables2.Column(
        verbose_name=_("View as"),
        accessor="pk",
        orderable=False,
        attrs={"td": {"class": "nowrap"}},
    )

    empty_title = _("Nobody fits")

    class Meta(MarketTable.Meta):
        fields = ("username", "email", "parties", "email_confirmed_at", "is_active", "view_as")

    def render_username(self, record: User) -> SafeString:
        """The username and, if known, the name."""
        return format_html("<b>{}</b> {}", record.username, record.get_full_name())

    def render_parties(self, record: User) -> SafeString | str:
        """Each party with the role there."""
        customer = getattr(record, "customer", None)
        parties = [(customer.name, _("Customer"))] if customer is not None else []
        parties += [(one.party.name, one.get_role_display()) for one in record.memberships.all()]
        lines = format_html_join("", '<li>{} <small class="muted">{}</small></li>', parties)
        return format_html('<ul class="bare">{}</ul>', lines) if parties else "–"

    def render_email_confirmed_at(self, value: Any) -> SafeString | str:
        """Since when the address is confirmed."""
        return instant(value)

    def render_is_active(self, record: User) -> str:
        """Whether the account is open, and whether it is one of the staff's."""
        if not record.is_active:
            return str(_("Closed"))
        return str(_("Staff") if is_administrator(record) else _("Active"))

    def render_view_as(self, record: User) -> SafeString | str:
        """The way to look through the person's eyes, where that is possible."""
        if not record.is_active or is_administrator(record):
            return "–"
        address = reverse("staff:viewing", args=[record.pk])
        # Read aloud one after the other, the links must not all say the same.
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>',
            address,
            _("View as"),
            record.username,
        )


class PeoplePage(StaffOnly, TablePage):
    """Find a person."""

    template_name = "staff/people.html"
    partials = ["people", "person-results"]
    table_class = PersonTable
    filterset_class = PersonFilter
    table_partial = "person-results"

    def hidden_columns(self) -> tuple[str, ...]:
        """The way to look through others' eyes, for staff who may not."""
        user: Any = self.request.user  # of the staff, so not anonymous
        return () if may_view(user) else ("view_as",)

    def get_queryset(self) -> QuerySet[User]:
        """Everybody, with their customer and what they are members of."""
        members = Membership.objects.active().filter(party__is_active=True).select_related("party")
        people: QuerySet[User] = User.objects.select_related("customer").prefetch_related(
            Prefetch("memberships", members.order_by("party__name", "pk"))
        )
        return people.order_by("username")
