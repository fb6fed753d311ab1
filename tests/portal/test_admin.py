"""The Django admin: every table opens, nothing is deleted, acts go through the services."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import Change, Device, FormerAddress, Invitation, Viewing
from marketplace.accounts.services import begin_viewing, invite_member, note_device, request_change
from marketplace.catalog.models import CarModel
from marketplace.common.models import Record
from marketplace.ledger.models import Account, Transfer
from marketplace.ledger.selectors import available, held
from marketplace.ledger.services import credit
from marketplace.notices.models import Email, Notice
from marketplace.parties.models import (
    Customer,
    FormerUsername,
    Membership,
    Party,
    Showroom,
    Supplier,
    User,
)
from marketplace.pricing.models import Listing, LoyaltyTier, Patronage, PriceChange, Promotion
from marketplace.trading.models import AssortmentLine, Deal, Decision, JobRun, Offer, Preference
from marketplace.trading.services.offers import post_offer
from tests.marketplace.factories import (
    NOW,
    PASSWORD,
    make_car_model,
    make_customer,
    make_listing,
    make_membership,
    make_patronage,
    make_promotion,
    make_showroom,
    make_superuser,
    make_supplier,
    make_tier,
    make_user,
)

pytestmark = pytest.mark.django_db

#: Every table of the market.
MODELS = [
    User, Party, Customer, Showroom, Supplier, Membership, Account, Transfer, Notice, Email,
    CarModel, Listing, PriceChange, Promotion, LoyaltyTier, Patronage, Preference,
    AssortmentLine, Offer, Deal, Decision, JobRun, Change, FormerAddress, Invitation, Device,
    Viewing, FormerUsername,
]  # fmt: skip

#: Tables in which nothing can be changed by a form, not even by a superuser.
READ_ONLY = [
    Account, Transfer, Notice, Email, PriceChange, Patronage, Preference, AssortmentLine, Deal,
    Decision, JobRun, Change, FormerAddress, Invitation, Device, Viewing, FormerUsername,
]  # fmt: skip


@pytest.fixture(name="root")
def root_(client):
    """A client that is logged in as a superuser."""
    client.force_login(make_superuser(username="root"))
    return client


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def give(party, amount_cents):
    credit(
        party_id=party.pk,
        amount_cents=amount_cents,
        reason="Opening balance",
        actor=make_user(),
        at=NOW,
        key=str(uuid4()),
    )


def make_one_of_each():
    """A row in every table, with new neighbours of its own."""
    customer, supplier = make_customer(), make_supplier()
    showroom = make_showroom(owner=make_user())
    listing = make_listing(seller=showroom)
    car_model = listing.car_model
    make_promotion(seller=supplier, car_models=[car_model])
    make_tier(seller=supplier)
    make_patronage(seller=showroom, buyer=customer, cars=2)
    give(customer, 3_000_000)
    offer = post_offer(customer=customer, car_model=car_model, max_price_cents=2_000_000, at=NOW)
    run = JobRun.objects.create(job="match-offers", slot=f"slot {offer.pk}", at=NOW)
    decision = Decision.objects.create(
        kind="match", run=run, party=showroom, car_model=car_model, body={"why": ["cheapest"]}
    )
    Deal.objects.create(
        kind="retail", seller=showroom, buyer=customer, car_model=car_model, quantity=1,
        unit_price_cents=1_900_000, list_price_cents=2_000_000, cost_cents=1_500_000, offer=offer,
        run=run, decision=decision, sold_at=NOW,
    )  # fmt: skip
    Preference.objects.create(showroom=showroom, criteria=[])
    AssortmentLine.objects.create(
        showroom=showroom, car_model=car_model, rank=1, fit=Decimal(1), supplier=supplier,
        decision=decision,
    )  # fmt: skip
    Notice.objects.create(user=customer.user, kind="offer_filled", values={"offer_id": offer.pk})
    Email.objects.create(to=customer.user.email, kind="offer_filled", values={})
    _account_records(showroom, customer.user)


def _account_records(showroom, person):
    owner = showroom.memberships.get().user
    change = request_change(
        user=person, kind="username", value=f"x{person.username}", current_password=PASSWORD, at=NOW
    )
    Change.objects.filter(pk=change.pk).update(status="void")
    FormerAddress.objects.create(
        user=person, email="old@example.com", token_digest=uuid4().hex, undo_until=NOW
    )
    FormerUsername.objects.create(user=person, username="old", reserved_until=NOW)
    invite_member(by=owner, party=showroom, email="new@example.com", role="analyst", at=NOW)
    note_device(user=person, digest="5ec2e7", description="Firefox", ip="192.0.2.7", at=NOW)
    begin_viewing(administrator=make_superuser(), person=person, reason="A ticket", at=NOW)


@pytest.fixture(name="one_of_each")
def one_of_each_():
    """A row in every table."""
    make_one_of_each()


def act(client, model, action, *records):
    return client.post(
        url(model, "changelist"),
        {"action": action, "_selected_action": [record.pk for record in records]},
        follow=True,
    )


def test_every_table_of_the_market_is_in_the_admin():
    registered = {
        model for model in admin.site._registry if model.__module__.startswith("marketplace.")
    }

    assert registered == set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_every_page_opens_and_nothing_can_be_deleted(model, root, one_of_each):
    record = model._default_manager.order_by("pk").last()
    page = root.get(url(model, "change", record.pk))

    assert page.status_code == 200
    assert root.get(url(model, "changelist")).status_code == 200
    assert root.get(url(model, "changelist"), {"q": "1 Aurora"}).status_code == 200
    assert root.get(url(model, "history", record.pk)).status_code == 200
    assert root.post(url(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    assert root.get(url(model, "add")).status_code == 403
    act(root, model, "delete_selected", record)
    assert model._default_manager.filter(pk=record.pk).exists()
    assert "_save" not in page.content.decode() or admin.site._registry[model].editable


@pytest.mark.parametrize("model", MODELS)
def test_a_longer_list_takes_no_more_queries(
    model, root, one_of_each, django_assert_max_num_queries
):
    root.get(url(model, "changelist"))  # fills the caches of sessions and content types
    with django_assert_max_num_queries(100) as short:
        root.get(url(model, "changelist"))
    for _more in range(3):
        make_one_of_each()

    with django_assert_max_num_queries(len(short)):
        page = root.get(url(model, "changelist"))
    assert page.status_code == 200


@pytest.mark.parametrize("model", READ_ONLY)
def test_a_form_changes_nothing_in_a_read_only_table(model, root, one_of_each):
    record = model._default_manager.order_by("pk").last()
    before = model._default_manager.filter(pk=record.pk).values().get()

    answer = root.post(url(model, "change", record.pk), {"_save": "Save"})

    assert answer.status_code == 403
    assert model._default_manager.filter(pk=record.pk).values().get() == before


@pytest.mark.parametrize(
    ("model", "forged"),
    [
        (Listing, {"price_cents": 1, "quantity": 9_999, "is_active": ""}),
        (Promotion, {"name": "New name", "percent": "95", "starts_at_0": "2020-01-01"}),
        (LoyaltyTier, {"threshold": 1, "percent": "95"}),
        (Offer, {"max_price_cents": 1, "status": "cancelled"}),
        (Customer, {"name": "New name", "spent_cents": 1, "kind": "supplier", "user": 1}),
        (Showroom, {"name": "New name", "markup_percent": "900", "cash_reserve_cents": 1}),
        (User, {"username": "king", "email": "king@example.com", "is_active": ""}),
        (Membership, {"role": "analyst"}),
        (CarModel, {"suggested_price_cents": 1}),
    ],
)
def test_money_and_terms_can_not_be_typed_over(model, forged, root, one_of_each):
    record = model._default_manager.order_by("pk").last()
    kept = [field.removesuffix("_0") for field in forged if field != "name"]
    before = model._default_manager.filter(pk=record.pk).values(*kept).get()

    root.post(url(model, "change", record.pk), {"_save": "Save"} | forged)

    assert model._default_manager.filter(pk=record.pk).values(*kept).get() == before


def test_money_is_shown_as_people_read_it(root):
    listing = make_listing(seller=make_supplier(), price_cents=123_456_789)

    assert "1,234,567.89" in root.get(url(Listing, "changelist")).content.decode()
    assert "1,234,567.89" in root.get(url(Listing, "change", listing.pk)).content.decode()


@pytest.mark.parametrize(
    "make",
    [
        make_user,
        make_customer,
        make_showroom,
        make_supplier,
        make_car_model,
        lambda: make_listing(seller=make_showroom()),
    ],
)
def test_records_are_deactivated_and_reactivated(make, root):
    record = make()
    assert isinstance(record, Record)

    act(root, type(record), "deactivate", record)
    record.refresh_from_db()
    assert not record.is_active

    act(root, type(record), "reactivate", record)
    record.refresh_from_db()
    assert record.is_active


def test_promotions_end_and_tiers_and_memberships_are_withdrawn(root):
    supplier = make_supplier()
    ended, gone = (
        make_promotion(seller=supplier, ends_at=timezone.now() + timedelta(days=9))
        for _ in range(2)
    )
    tier = make_tier(seller=supplier)
    owner = make_membership(party=supplier)
    analyst = make_membership(party=supplier, role=Membership.Role.ANALYST)

    act(root, Promotion, "end", ended)
    act(root, Promotion, "deactivate", gone)
    act(root, LoyaltyTier, "deactivate", tier)
    page = act(root, Membership, "deactivate", owner, analyst)

    assert Promotion.objects.get(pk=ended.pk).ends_at <= timezone.now()
    assert not Promotion.objects.get(pk=gone.pk).is_active
    assert not LoyaltyTier.objects.active().exists()
    assert list(Membership.objects.active()) == [owner]
    assert "The last owner stays" in page.content.decode()
    assert "Done for 1 record." in page.content.decode()


def test_a_cancelled_offer_gives_its_money_back_and_a_second_time_is_refused(root):
    customer = make_customer()
    give(customer, 500)
    offer = post_offer(customer=customer, car_model=make_car_model(), max_price_cents=400, at=NOW)

    act(root, Offer, "cancel", offer)
    page = act(root, Offer, "cancel", offer)

    offer.refresh_from_db()
    assert offer.status == Offer.Status.CANCELLED
    assert (available(customer.pk), held(customer.pk)) == (500, 0)
    assert 'class="error"' in page.content.decode()


def test_a_partys_details_change_and_senseless_ones_are_refused(root):
    showroom = make_showroom(city="Bonn")
    details = {"name": "Best Cars", "country": "DE", "city": "Munich", "address": "1 Main Street"}

    root.post(url(Showroom, "change", showroom.pk), details)
    stored = Showroom.objects.get(pk=showroom.pk)
    assert (stored.name, stored.city, stored.address) == ("Best Cars", "Munich", "1 Main Street")

    root.post(url(Showroom, "change", showroom.pk), details | {"country": "", "city": ""})
    stored = Showroom.objects.get(pk=showroom.pk)
    assert (stored.country.code, stored.city) == ("", "")

    page = root.post(
        url(Showroom, "change", showroom.pk),
        details | {"city": "Ulm", "latitude": "1"},
        follow=True,
    )
    assert "Coordinates are a latitude and a longitude." in page.content.decode()
    assert Showroom.objects.get(pk=showroom.pk).city == ""


CORRECT = "/admin/ledger/account/correct/"


def correction(party, /, **given):
    values = {"direction": "credit", "amount": "12.50", "reason": "Welcome", "key": str(uuid4())}
    return {"party": party.pk} | values | given


def test_an_administrator_credits_and_debits_a_party_with_a_reason(root):
    customer = make_customer()

    root.post(CORRECT, correction(customer))
    page = root.post(
        CORRECT, correction(customer, direction="debit", amount="2.5", reason="Typo"), follow=True
    )

    assert available(customer.pk) == 1_000
    assert "Booked: 2.50 for Typo" in page.content.decode()
    newest = Transfer.objects.first()
    assert (newest.reason, newest.actor.username) == ("Typo", "root")


def test_a_double_click_books_once(root):
    customer = make_customer()
    form = correction(customer)

    root.post(CORRECT, form)
    root.post(CORRECT, form)

    assert available(customer.pk) == 1_250


@pytest.mark.parametrize(
    "given",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "1e3"},
        {"amount": "1.234"},
        {"amount": "99999999999999"},
        {"amount": ""},
        {"reason": " "},
        {"reason": "a\x00b"},
        {"reason": "x" * 201},
        {"direction": "steal"},
        {"direction": "debit"},
        {"party": 0},
        {"party": 10**30},
        {"party": 999_999_999},
        {"party": "x"},
        {"key": "x"},
    ],
)
def test_a_senseless_correction_is_refused_on_the_form(given, root):
    page = root.post(CORRECT, correction(make_customer(), **given))

    assert page.status_code == 200
    assert 'class="errorlist' in page.content.decode()
    assert not Transfer.objects.exists()


def test_the_page_of_a_party_leads_to_its_correction(root):
    supplier = make_supplier()
    link = f"{CORRECT}?party={supplier.pk}"

    assert link in root.get(url(Supplier, "change", supplier.pk)).content.decode()
    assert CORRECT in root.get(url(Account, "changelist")).content.decode()
    assert f'value="{supplier.pk}"' in root.get(link).content.decode()


def staff(*permissions):
    """A member of the staff who has these permissions."""
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_only_who_may_add_transfers_corrects_balances(client):
    customer = make_customer()
    client.force_login(staff("view_account", "change_customer", "view_customer"))
    assert client.get(CORRECT).status_code == 403
    assert client.post(CORRECT, correction(customer)).status_code == 403
    assert CORRECT not in client.get(url(Customer, "change", customer.pk)).content.decode()

    client.force_login(staff("add_transfer"))
    assert client.post(CORRECT, correction(customer)).status_code == 302
    assert available(customer.pk) == 1_250

    client.force_login(make_user())
    assert client.post(CORRECT, correction(customer)).status_code == 302
    assert available(customer.pk) == 1_250


def test_who_may_only_look_can_not_act(client):
    showroom = make_showroom()
    client.force_login(staff("view_showroom"))

    act(client, Showroom, "deactivate", showroom)
    client.post(url(Showroom, "change", showroom.pk), {"name": "Mine"})

    stored = Showroom.objects.get(pk=showroom.pk)
    assert stored.is_active and stored.name == showroom.name


def test_staff_can_not_make_itself_or_touch_a_superuser(client):
    person, root = staff("view_user", "change_user"), make_superuser()
    client.force_login(person)

    form = {"is_superuser": "on", "first_name": "Ann", "language": "en"}
    client.post(url(User, "change", person.pk), form)
    client.post(url(User, "change", root.pk), form)
    act(client, User, "deactivate", root)
    page = client.get(reverse("admin:auth_user_password_change", args=[root.pk]))

    person.refresh_from_db()
    root.refresh_from_db()
    assert (person.first_name, person.is_superuser) == ("Ann", False)
    assert (root.first_name, root.is_active) == ("", True)
    assert page.status_code == 403


@pytest.mark.parametrize("path", ["/admin/", CORRECT, "/admin/parties/party/"])
def test_the_pages_need_no_inline_script_or_style(path, root):
    page = root.get(path)
    text = page.content.decode()

    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "<script>" not in text and "<style" not in text
    assert " style=" not in text and " onclick=" not in text
