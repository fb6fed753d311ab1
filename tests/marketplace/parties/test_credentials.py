"""Credentials: changing a username, a password, an address, a language."""

from datetime import timedelta

import pytest

from marketplace.common.errors import Invalid
from marketplace.parties.errors import AddressTaken, PasswordTooWeak, UsernameTaken
from marketplace.parties.models import FormerUsername, User
from marketplace.parties.services import (
    change_email,
    change_language,
    change_username,
    deactivate_user,
    has_password,
    hashed_password,
    register_user,
    require_free_username,
    require_strong_password,
    set_password,
)
from tests.marketplace.factories import NOW, PASSWORD, make_user

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)
MOMENT = timedelta(microseconds=1)
BETTER = "another horse in 9 showrooms"


def rename(user, username, at=NOW):
    change_username(user=user, username=username, at=at)


def register(username, at=NOW):
    return register_user(username=username, email="new@example.com", password=PASSWORD, at=at)


def name_of(user):
    return User.objects.get(pk=user.pk).username


def test_a_person_gets_another_username_and_the_former_one_is_reserved():
    ann = make_user(username="ann")

    rename(ann, " anna ")

    assert ann.username == name_of(ann) == "anna"
    former = FormerUsername.objects.get()
    assert (former.user, former.username) == (ann, "ann")
    assert former.reserved_until == NOW + MONTH


@pytest.mark.parametrize("wanted", ["ann", "ANN", "ａｎｎ"])
def test_a_reserved_username_is_nobody_elses_until_it_is_free(wanted):
    rename(make_user(username="Ann"), "anna")
    bob = make_user(username="bob")

    for refused in (lambda at: rename(bob, wanted, at), lambda at: register(wanted, at)):
        with pytest.raises(UsernameTaken):
            refused(NOW + MONTH - MOMENT)
    assert name_of(bob) == bob.username == "bob"
    assert User.objects.count() == 2
    assert FormerUsername.objects.count() == 1

    rename(bob, wanted, at=NOW + MONTH)
    assert name_of(bob).lower() == "ann"


def test_a_free_username_can_be_registered_again():
    rename(make_user(username="ann"), "anna")

    assert register("ann", at=NOW + MONTH).pk


def test_a_person_takes_a_former_username_back():
    ann = make_user(username="ann")
    rename(ann, "anna")

    rename(ann, "Ann")

    assert name_of(ann) == "Ann"


def test_only_the_case_of_letters_may_change():
    ann = make_user(username="ann")

    rename(ann, "Ann")
    rename(ann, "Ann")

    assert name_of(ann) == "Ann"


def test_the_same_username_is_no_change():
    ann = make_user(username="ann")

    rename(ann, "ann")

    assert not FormerUsername.objects.exists()


@pytest.mark.parametrize("wanted", ["bob", "BOB", "gone"])
def test_a_username_that_any_account_has_is_taken(wanted):
    ann = make_user(username="ann")
    make_user(username="bob")
    deactivate_user(user=make_user(username="gone"), at=NOW)

    with pytest.raises(UsernameTaken):
        rename(ann, wanted)
    assert ann.username == name_of(ann) == "ann"
    assert not FormerUsername.objects.exists()


@pytest.mark.parametrize("wanted", ["", "a b", "a@b", "a\x00", "a\ud800", "a" * 151, "ﬀ" * 100, 7])
def test_a_senseless_username_is_refused(wanted):
    ann = make_user(username="ann")

    with pytest.raises(Invalid) as refusal:
        rename(ann, wanted)
    assert refusal.value.field == "username"
    assert name_of(ann) == "ann"


def test_a_username_can_be_asked_about_before():
    ann, bob = make_user(username="ann"), make_user(username="bob")
    rename(bob, "rob")

    for taken in ("Ann", "rob", "bob"):
        with pytest.raises(UsernameTaken):
            require_free_username(username=taken, at=NOW)
    require_free_username(username="carl", at=NOW)
    require_free_username(username="ANN", user=ann, at=NOW)
    require_free_username(username="bob", user=bob, at=NOW)
    with pytest.raises(Invalid):
        require_free_username(username="a b", at=NOW)


def test_a_password_is_changed():
    ann = make_user()

    set_password(user=ann, password=BETTER, at=NOW)

    stored = User.objects.get(pk=ann.pk)
    assert stored.check_password(BETTER) and ann.check_password(BETTER)
    assert not stored.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "12345678901", "x" * 1_001, "long \x00 enough", None])
def test_a_weak_password_changes_nothing(weak):
    ann = make_user()

    for refused in (
        lambda: set_password(user=ann, password=weak, at=NOW),
        lambda: hashed_password(ann, weak),
        lambda: require_strong_password(user=ann, password=weak),
    ):
        with pytest.raises(PasswordTooWeak):
            refused()
    assert User.objects.get(pk=ann.pk).check_password(PASSWORD)


def test_a_password_like_the_persons_name_is_weak():
    with pytest.raises(PasswordTooWeak):
        hashed_password(make_user(username="annabella"), "annabella1")


def test_a_hash_saves_nothing():
    ann = make_user()

    assert hashed_password(ann, BETTER) != BETTER
    assert User.objects.get(pk=ann.pk).check_password(PASSWORD)


@pytest.mark.parametrize("wrong", ["", BETTER, PASSWORD + "\x00", "\ud800", "x" * 1_001, None, 7])
def test_what_is_not_the_password_is_not(wrong):
    ann = make_user()

    assert has_password(ann, PASSWORD)
    assert not has_password(ann, wrong)


def test_another_address_is_confirmed_at_once():
    ann = make_user(confirmed=False)

    change_email(user=ann, email=" Anna@Example.COM", at=NOW)

    stored = User.objects.get(pk=ann.pk)
    assert stored.email == ann.email == "Anna@example.com"
    assert stored.email_confirmed_at == ann.email_confirmed_at == NOW


def test_a_confirmed_address_of_another_account_is_taken():
    ann = make_user(email="ann@example.com")
    make_user(email="bob@example.com")
    make_user(email="carl@example.com", confirmed=False)
    make_user(email="gone@example.com", is_active=False)

    with pytest.raises(AddressTaken):
        change_email(user=ann, email="Bob@example.com", at=NOW)
    assert ann.email == User.objects.get(pk=ann.pk).email == "ann@example.com"

    change_email(user=ann, email="carl@example.com", at=NOW)
    change_email(user=ann, email="gone@example.com", at=NOW)


@pytest.mark.parametrize("wanted", ["", "nobody", "a\x00@example.com", None])
def test_a_senseless_address_is_refused(wanted):
    with pytest.raises(Invalid) as refusal:
        change_email(user=make_user(), email=wanted, at=NOW)
    assert refusal.value.field == "email"


def test_the_portal_speaks_another_language_with_a_person():
    ann = make_user()

    change_language(user=ann, language="es", at=NOW)
    with pytest.raises(Invalid):
        change_language(user=ann, language="tlh", at=NOW)

    assert User.objects.get(pk=ann.pk).language == ann.language == "es"
