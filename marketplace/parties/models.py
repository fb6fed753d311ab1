"""People, parties and memberships."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from marketplace.common.models import Record, RecordQuerySet
from marketplace.parties.rules import DEFAULT_POLICY, MemberRole, PartyKind, Policy

_TERMS = [term.name for term in fields(Policy)]


class People(UserManager.from_queryset(RecordQuerySet)):  # type: ignore[misc]  # made by Django
    """Makes users, and knows which are active."""

    use_in_migrations = False


class User(AbstractUser, Record):
    """A person who logs in, by e-mail or username."""

    email = models.EmailField(_("e-mail"))
    email_confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")

    objects: ClassVar[People] = People()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(is_active=True, email_confirmed_at__isnull=False),
                name="parties_one_confirmed_account_an_email",
            ),
            models.UniqueConstraint(Lower("username"), name="parties_one_account_a_username"),
        ]


class FormerUsername(Record):
    """A username that a person gave up. Until `reserved_until` nobody else can have it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(_("former username"), max_length=150)
    reserved_until = models.DateTimeField(_("reserved until"))

    class Meta:
        verbose_name = _("former username")
        verbose_name_plural = _("former usernames")
        indexes = [models.Index(Lower("username"), name="parties_former_usernames")]

    def __str__(self) -> str:
        return self.username


class Party(Record):
    """Whoever can own money and trade: the common parent of customers, showrooms and suppliers."""

    class Kind(models.TextChoices):
        CUSTOMER = PartyKind.CUSTOMER, _("Customer")
        SHOWROOM = PartyKind.SHOWROOM, _("Showroom")
        SUPPLIER = PartyKind.SUPPLIER, _("Supplier")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, editable=False)
    name = models.CharField(_("name"), max_length=120)
    country = CountryField(_("country"), blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=7, decimal_places=4, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=7, decimal_places=4, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["kind", "name"], name="parties_by_kind")]

    def __str__(self) -> str:
        return self.name


class Customer(Party):
    """Who buys cars by posting offers. The derived half of the profile is written by a job."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="customer")
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)

    favourite_make = models.CharField(
        _("favourite make"), max_length=60, blank=True, editable=False
    )
    favourite_body_type = models.CharField(
        _("favourite body type"), max_length=16, blank=True, editable=False
    )
    favourite_fuel = models.CharField(
        _("favourite fuel"), max_length=16, blank=True, editable=False
    )
    cheapest_cents = models.BigIntegerField(_("cheapest car bought"), null=True, editable=False)
    dearest_cents = models.BigIntegerField(_("dearest car bought"), null=True, editable=False)
    deals_count = models.PositiveIntegerField(_("cars bought"), default=0, editable=False)
    spent_cents = models.BigIntegerField(_("total spent"), default=0, editable=False)
    last_deal_at = models.DateTimeField(_("last deal"), null=True, editable=False)
    segment = models.CharField(_("segment"), max_length=16, blank=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")


class Showroom(Party):
    """Who buys from suppliers and sells to customers, by a policy of its own."""

    address = models.CharField(_("address"), max_length=200, blank=True)
    cover_days = models.PositiveSmallIntegerField(
        _("cover days"), default=DEFAULT_POLICY.cover_days, validators=[MaxValueValidator(365)]
    )
    minimum_stock = models.PositiveSmallIntegerField(
        _("minimum stock"),
        default=DEFAULT_POLICY.minimum_stock,
        validators=[MaxValueValidator(1000)],
    )
    demand_window_days = models.PositiveSmallIntegerField(
        _("demand window"), default=DEFAULT_POLICY.demand_window_days,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )  # fmt: skip
    planning_horizon_days = models.PositiveSmallIntegerField(
        _("planning horizon"), default=DEFAULT_POLICY.planning_horizon_days,
        validators=[MinValueValidator(1), MaxValueValidator(1095)],
    )  # fmt: skip
    markup_percent = models.DecimalField(
        _("markup"), default=DEFAULT_POLICY.markup_percent,
        validators=[MinValueValidator(0), MaxValueValidator(900)], max_digits=5, decimal_places=2,
    )  # fmt: skip
    cash_reserve_cents = models.BigIntegerField(
        _("cash reserve"),
        default=DEFAULT_POLICY.cash_reserve_cents,
        validators=[MinValueValidator(0)],
    )
    assortment_size = models.PositiveSmallIntegerField(
        _("assortment size"), default=DEFAULT_POLICY.assortment_size,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )  # fmt: skip
    minimum_saving_percent = models.DecimalField(
        _("minimum saving for a switch"), default=DEFAULT_POLICY.minimum_saving_percent,
        validators=[MinValueValidator(0), MaxValueValidator(100)], max_digits=5, decimal_places=2,
    )  # fmt: skip

    class Meta:
        verbose_name = _("showroom")
        verbose_name_plural = _("showrooms")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    demand_window_days__gte=1,
                    planning_horizon_days__gte=1,
                    assortment_size__gte=1,
                    markup_percent__gte=0,
                    minimum_saving_percent__gte=0,
                    cash_reserve_cents__gte=0,
                ),
                name="parties_policy_is_sane",
            )
        ]

    @property
    def policy(self) -> Policy:
        """The policy as the rules want it."""
        return Policy(**{name: getattr(self, name) for name in _TERMS})


class Supplier(Party):
    """Who sells cars to showrooms from a price list, without limit."""

    founded_year = models.PositiveSmallIntegerField(
        _("year founded"), null=True, blank=True,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")


class Membership(Record):
    """A person acts for a showroom or a supplier."""

    class Role(models.TextChoices):
        OWNER = MemberRole.OWNER, _("Owner")
        MANAGER = MemberRole.MANAGER, _("Manager")
        ANALYST = MemberRole.ANALYST, _("Analyst")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "party"],
                condition=Q(is_active=True),
                name="parties_one_active_membership_a_person_and_party",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.party} · {self.get_role_display()}"
