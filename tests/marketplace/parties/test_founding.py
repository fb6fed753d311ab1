"""Parties: coming in, describing themselves, policies, leaving."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.common.errors import Invalid
from marketplace.parties.errors import (
    AccountInactive,
    AlreadyCustomer,
    EmailNotConfirmed,
    PartyInactive,
)
from marketplace.parties.models import Customer, Membership, Party, Showroom, Supplier
from marketplace.parties.rules import DEFAULT_POLICY
from marketplace.parties.selectors import (
    active_showrooms,
    active_suppliers,
    customer_of,
    members_of,
    parties_of,
)
from marketplace.parties.services import (
    change_details,
    create_customer,
    deactivate_party,
    found_showroom,
    found_supplier,
    reactivate_party,
    require_active,
    require_confirmed_email,
    require_confirmed_person,
    set_policy,
)
from tests.marketplace.factories import (
    NOW,
    make_customer,
    make_membership,
    make_showroom,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

MUNICH = {"latitude": Decimal("48.1374"), "longitude": Decimal("11.5755")}


def test_a_person_becomes_a_customer_with_a_profile():
    user = make_user()

    customer = create_customer(
        user=user,
        name="  Ann  ",
        at=NOW,
        country="DE",
        city="Munich",
        phone="+49 89 123",
        birth_date=date(1990, 5, 1),
        **MUNICH,
    )

    stored = Customer.objects.get(pk=customer.pk)
    assert (stored.name, stored.country.code, stored.city) == ("Ann", "DE", "Munich")
    assert (stored.latitude, stored.longitude) == (MUNICH["latitude"], MUNICH["longitude"])
    assert (stored.kind, stored.created_at, stored.is_active) == ("customer", NOW, True)
    assert customer_of(user) == stored


def test_a_person_is_one_customer():
    user = make_customer().user

    with pytest.raises(AlreadyCustomer):
        create_customer(user=user, name="Ann again", at=NOW)

    assert Party.objects.count() == 1


def test_a_closed_account_founds_nothing():
    user = make_user(is_active=False)

    with pytest.raises(AccountInactive):
        create_customer(user=user, name="Ann", at=NOW)
    with pytest.raises(AccountInactive):
        found_showroom(owner=user, name="Cars", at=NOW)
    assert not Party.objects.exists()


def test_a_showroom_begins_with_the_usual_policy_and_its_owner():
    owner = make_user()

    showroom = found_showroom(owner=owner, name="Cars", at=NOW, address="1 Main Street")

    stored = Showroom.objects.get(pk=showroom.pk)
    assert stored.policy == DEFAULT_POLICY
    assert (stored.kind, stored.address, stored.created_at) == ("showroom", "1 Main Street", NOW)
    (membership,) = parties_of(owner)
    assert (membership.party.pk, membership.role) == (showroom.pk, Membership.Role.OWNER)


def test_a_showroom_can_begin_with_a_policy_of_its_own():
    showroom = found_showroom(
        owner=None, name="Cars", at=NOW, cover_days=7, markup_percent=Decimal("12.50")
    )

    policy = Showroom.objects.get(pk=showroom.pk).policy
    assert (policy.cover_days, policy.markup_percent) == (7, Decimal("12.50"))
    assert not Membership.objects.exists()


def test_a_supplier_comes_with_its_owner():
    owner = make_user()

    supplier = found_supplier(owner=owner, name="Works", at=NOW, founded_year=1903)

    stored = Supplier.objects.get(pk=supplier.pk)
    assert (stored.kind, stored.founded_year) == ("supplier", 1903)
    assert [member.user for member in members_of(stored)] == [owner]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u3000 "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Ann\x00"}, "name"),
        ({"name": "Ann\ud800"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"country": "ZZ"}, "country"),
        ({"country": "Germany"}, "country"),
        ({"country": None}, "country"),
        ({"city": "x" * 81}, "city"),
        ({"latitude": Decimal("90.0001"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(0), "longitude": Decimal("-180.5")}, "longitude"),
        ({"latitude": Decimal("NaN"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": "north", "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal("1.00001"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(1)}, "longitude"),
        ({"longitude": Decimal(1)}, "latitude"),
        ({"phone": "1" * 33}, "phone"),
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"birth_date": date(2026, 3, 3)}, "birth_date"),
        ({"kind": "showroom"}, "kind"),
        ({"is_active": False}, "is_active"),
        ({"spent_cents": 5}, "spent_cents"),
    ],
)
def test_a_senseless_detail_is_refused_by_name(given, field):
    user = make_user()

    with pytest.raises(Invalid) as refusal:
        create_customer(**{"user": user, "name": "Ann", "at": NOW} | given)

    assert refusal.value.field == field
    assert str(refusal.value)
    assert not Party.objects.exists()


@pytest.mark.parametrize("year", [1799, 2027, -1, "1903", 10**9])
def test_a_supplier_was_founded_in_a_year_that_was(year):
    with pytest.raises(Invalid) as refusal:
        found_supplier(owner=None, name="Works", at=NOW, founded_year=year)

    assert refusal.value.field == "founded_year"


SENSELESS_POLICIES = [
    ({"cover_days": -1}, "cover_days"),
    ({"cover_days": 366}, "cover_days"),
    ({"cover_days": 10**30}, "cover_days"),
    ({"cover_days": 1.5}, "cover_days"),
    ({"cover_days": True}, "cover_days"),
    ({"cover_days": "7"}, "cover_days"),
    ({"cover_days": None}, "cover_days"),
    ({"minimum_stock": 1_001}, "minimum_stock"),
    ({"demand_window_days": 0}, "demand_window_days"),
    ({"planning_horizon_days": 0}, "planning_horizon_days"),
    ({"planning_horizon_days": 1_096}, "planning_horizon_days"),
    ({"assortment_size": 0}, "assortment_size"),
    ({"assortment_size": 501}, "assortment_size"),
    ({"markup_percent": Decimal("-0.01")}, "markup_percent"),
    ({"markup_percent": Decimal("900.01")}, "markup_percent"),
    ({"markup_percent": Decimal("1.234")}, "markup_percent"),
    ({"markup_percent": Decimal("Infinity")}, "markup_percent"),
    ({"markup_percent": Decimal("1E+999999")}, "markup_percent"),
    ({"markup_percent": 1.5}, "markup_percent"),
    ({"minimum_saving_percent": Decimal("100.01")}, "minimum_saving_percent"),
    ({"cash_reserve_cents": -1}, "cash_reserve_cents"),
    ({"cash_reserve_cents": 10**12 + 1}, "cash_reserve_cents"),
    ({"cash_reserve_cents": Decimal(5)}, "cash_reserve_cents"),
    ({"luck": 5}, "luck"),
    ({"name": "Cars"}, "name"),
    ({"kind": "supplier"}, "kind"),
]


@pytest.mark.parametrize(("policy", "field"), SENSELESS_POLICIES)
def test_a_senseless_policy_is_refused_by_name_and_changes_nothing(policy, field):
    showroom = make_showroom()

    with pytest.raises(Invalid) as refusal:
        set_policy(showroom=showroom, at=NOW, **{"minimum_stock": 9} | policy)

    assert refusal.value.field == field
    assert showroom.policy == DEFAULT_POLICY
    assert Showroom.objects.get(pk=showroom.pk).policy == DEFAULT_POLICY


def test_a_policy_changes_term_by_term():
    showroom = make_showroom()
    same_showroom = Showroom.objects.get(pk=showroom.pk)

    set_policy(showroom=showroom, at=NOW, cover_days=0, cash_reserve_cents=10**12)
    set_policy(showroom=same_showroom, at=NOW, markup_percent=Decimal("900.00"))

    stored = Showroom.objects.get(pk=showroom.pk)
    assert (stored.cover_days, stored.cash_reserve_cents) == (0, 10**12)
    assert stored.markup_percent == Decimal("900.00")
    assert stored.updated_at == NOW
    assert showroom.cover_days == 0


def test_details_change_one_by_one_and_belong_to_their_kind():
    showroom = make_showroom(city="Bonn", **MUNICH)

    change_details(party=showroom, at=NOW, name=" Best Cars ", longitude=Decimal("11.0"))

    stored = Showroom.objects.get(pk=showroom.pk)
    assert (stored.name, stored.city, stored.longitude) == ("Best Cars", "Bonn", Decimal("11.0"))
    assert showroom.name == "Best Cars"
    with pytest.raises(Invalid) as refusal:
        change_details(party=showroom, at=NOW, phone="1")
    assert refusal.value.field == "phone"
    with pytest.raises(Invalid) as refusal:
        change_details(party=showroom, at=NOW, latitude=None)
    assert refusal.value.field == "latitude"


def test_a_deactivated_party_is_refused_until_it_is_reactivated():
    showroom = make_showroom()

    deactivate_party(party=showroom, at=NOW)
    deactivate_party(party=showroom, at=NOW)

    with pytest.raises(PartyInactive):
        require_active(showroom)
    assert not active_showrooms().exists()
    reactivate_party(party=Party.objects.get(pk=showroom.pk), at=NOW)
    require_active(Showroom.objects.get(pk=showroom.pk))
    assert [found.pk for found in active_showrooms()] == [showroom.pk]


def test_deactivating_twice_leaves_the_record_of_the_first_time():
    showroom = make_showroom()

    deactivate_party(party=showroom, at=NOW)
    deactivate_party(party=showroom, at=NOW.replace(year=2030))

    assert Party.objects.get(pk=showroom.pk).updated_at == NOW


def test_only_a_confirmed_customer_passes():
    require_confirmed_email(make_customer())
    with pytest.raises(EmailNotConfirmed):
        require_confirmed_email(make_customer(user=make_user(confirmed=False)))


def test_a_person_without_a_confirmed_address_is_refused():
    require_confirmed_person(make_user())
    with pytest.raises(EmailNotConfirmed):
        require_confirmed_person(make_user(confirmed=False))


def test_selectors_leave_out_who_has_left():
    person = make_user()
    showroom, left = make_showroom(owner=person), make_showroom(owner=person, is_active=False)
    ended = make_membership(user=person, party=make_supplier(), is_active=False)
    make_membership(user=make_user(is_active=False), party=showroom)

    assert [membership.party.pk for membership in parties_of(person)] == [showroom.pk]
    assert [member.user for member in members_of(showroom)] == [person]
    assert left.pk not in [found.pk for found in active_showrooms()]
    assert [found.pk for found in active_suppliers()] == [ended.party.pk]
    assert customer_of(person) is None
    assert customer_of(make_customer(is_active=False).user) is None
