"""Accounts: registering, confirming, closing."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from marketplace.common.errors import Invalid, MarketplaceError
from marketplace.parties.errors import AddressTaken, PasswordTooWeak, UsernameTaken
from marketplace.parties.models import Customer, User
from marketplace.parties.services import (
    confirm_email,
    deactivate_user,
    reactivate_user,
    register_user,
)
from tests.marketplace.factories import NOW, PASSWORD, make_customer, make_user

pytestmark = pytest.mark.django_db


def register(**given):
    values = {"username": "ann", "email": "ann@example.com", "password": PASSWORD, "at": NOW}
    return register_user(**values | given)


def test_a_registered_person_can_log_in_and_has_an_unconfirmed_address():
    user = register(email=" Ann@Example.COM ", language="es")

    stored = User.objects.get(pk=user.pk)
    assert stored.check_password(PASSWORD)
    assert (stored.email, stored.language) == ("Ann@example.com", "es")
    assert stored.email_confirmed_at is None
    assert stored.created_at == stored.date_joined == NOW
    assert stored.is_active and not stored.is_staff and not stored.is_superuser


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "   "}, "username"),
        ({"username": "a" * 151}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "ann\x00"}, "username"),
        ({"username": "ann\ud800"}, "username"),
        ({"username": "bob@example.com"}, "username"),
        ({"username": 7}, "username"),
        ({"username": None}, "username"),
        ({"username": "ﬀ" * 100}, "username"),
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a\x00@example.com"}, "email"),
        ({"email": "a" * 64 + "@" + "b" * 200 + ".com"}, "email"),
        ({"email": ["a@example.com"]}, "email"),
        ({"language": "tlh"}, "language"),
        ({"language": ""}, "language"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "ann@example.com"}, "password"),
        ({"password": "x" * 1_001}, "password"),
        ({"password": "long enough \x00"}, "password"),
        ({"password": "long enough \ud800"}, "password"),
        ({"password": None}, "password"),
    ],
)
def test_a_senseless_field_is_refused_by_name(given, field):
    with pytest.raises(Invalid) as refusal:
        register(**given)

    assert refusal.value.field == field
    assert str(refusal.value)
    assert not User.objects.exists()


def test_a_weak_password_says_what_it_lacks():
    with pytest.raises(PasswordTooWeak, match="at least 8 characters"):
        register(password="x7!")


def test_any_number_of_accounts_may_name_an_address_that_nobody_has_confirmed():
    register()
    register(username="bob", email="ANN@example.com")

    assert User.objects.filter(email__iexact="ann@example.com").count() == 2


def test_signing_up_with_a_confirmed_address_tells_nobody_that_it_is():
    make_user(email="ann@example.com")

    assert register(email="Ann@example.com").email_confirmed_at is None


def test_a_username_is_taken_whatever_the_case_of_its_letters():
    register()

    with pytest.raises(UsernameTaken):
        register(username="ANN", email="bob@example.com")
    assert User.objects.count() == 1


def test_the_transaction_goes_on_after_a_taken_username():
    register()
    with pytest.raises(UsernameTaken):
        register()

    assert register(username="bob").pk


def test_of_those_who_name_an_address_the_first_who_confirms_has_it():
    first, second = register(), register(username="bob", email="Ann@Example.com")
    confirm_email(user=second, at=NOW)

    with pytest.raises(AddressTaken):
        confirm_email(user=first, at=NOW)

    assert User.objects.get(pk=first.pk).email_confirmed_at is None
    deactivate_user(user=second, at=NOW)
    confirm_email(user=first, at=NOW)
    assert User.objects.get(pk=first.pk).email_confirmed_at == NOW


def test_an_address_that_changed_meanwhile_is_not_confirmed():
    user = register()
    User.objects.filter(pk=user.pk).update(email="other@example.com")

    confirm_email(user=user, at=NOW)

    assert User.objects.get(pk=user.pk).email_confirmed_at is None
    assert user.email == "other@example.com"


def test_the_username_of_a_closed_account_is_not_free():
    deactivate_user(user=register(), at=NOW)

    with pytest.raises(UsernameTaken):
        register(email="other@example.com")


def test_a_closed_account_can_come_back_unless_its_address_is_confirmed_by_another():
    first = make_user(email="ann@example.com")
    deactivate_user(user=first, at=NOW)
    reactivate_user(user=first, at=NOW)
    assert User.objects.get(pk=first.pk).is_active

    deactivate_user(user=first, at=NOW)
    second = register(username="anna")
    reactivate_user(user=first, at=NOW)
    deactivate_user(user=first, at=NOW)
    confirm_email(user=second, at=NOW)
    with pytest.raises(AddressTaken):
        reactivate_user(user=first, at=NOW)
    assert not User.objects.get(pk=first.pk).is_active


def test_closing_an_account_takes_its_customer_out_of_the_market():
    customer, other = make_customer(), make_customer()

    deactivate_user(user=customer.user, at=NOW)
    deactivate_user(user=customer.user, at=NOW)

    assert list(Customer.objects.active()) == [other]
    assert not User.objects.get(pk=customer.user.pk).is_active


def test_the_first_confirmation_of_an_address_counts():
    user = make_user(confirmed=False)

    confirm_email(user=user, at=NOW)
    confirm_email(user=user, at=NOW.replace(year=2030))

    assert user.email_confirmed_at == NOW
    assert User.objects.get(pk=user.pk).email_confirmed_at == NOW


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "other",
    [
        {"username": "Ann", "email": "bob@example.com"},
        {"username": "ann", "email": "ann@example.com"},
    ],
)
def test_of_two_who_register_the_same_at_once_one_is_refused(other):
    barrier, results = Barrier(2), []

    def come(given):
        try:
            barrier.wait(5)
            results.append(type(register(**given)))
        except MarketplaceError as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [Thread(target=come, args=[given]) for given in ({}, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(results, key=str) == sorted([User, UsernameTaken], key=str)
    assert User.objects.count() == 1
