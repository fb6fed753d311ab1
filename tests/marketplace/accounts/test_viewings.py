"""Administrators who look through a person's eyes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from marketplace.accounts.errors import NotViewable
from marketplace.accounts.models import Viewing
from marketplace.accounts.rules import VIEWING_LIFE
from marketplace.accounts.selectors import current_viewing
from marketplace.accounts.services import begin_viewing, end_viewing
from marketplace.common.errors import Invalid, NotAllowed
from marketplace.parties.models import User
from tests.marketplace.factories import NOW, make_superuser, make_user

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


@pytest.fixture(name="root")
def root_():
    return make_superuser()


@pytest.fixture(name="ann")
def ann_():
    return make_user()


def begin(administrator, person, reason="A ticket"):
    return begin_viewing(administrator=administrator, person=person, reason=reason, at=NOW)


def current(viewing, administrator, at=NOW):
    return current_viewing(viewing.pk, administrator, at)


def make_administrator():
    """Somebody of the staff, with the right and no other."""
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="add_viewing"))
    return clerk


@pytest.mark.parametrize("make", [make_administrator, make_superuser])
def test_an_administrator_looks_for_half_an_hour_and_it_stays_on_record(ann, make):
    staff = make()

    viewing = begin(staff, ann, " A ticket ")

    row = Viewing.objects.get()
    assert (row.administrator, row.person, row.reason) == (staff, ann, "A ticket")
    assert row.expires_at == NOW + timedelta(minutes=30)
    assert current(viewing, staff).person == ann
    assert current(viewing, staff, NOW + VIEWING_LIFE - MOMENT) == viewing
    assert current(viewing, staff, NOW + VIEWING_LIFE) is None


@pytest.mark.parametrize(
    "fields", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
)
def test_nobody_looks_through_the_eyes_of_staff_or_of_who_left(root, fields):
    with pytest.raises(NotViewable):
        begin(root, make_user(**fields))
    with pytest.raises(NotViewable):
        begin(root, root)
    assert not Viewing.objects.exists()
    assert issubclass(NotViewable, NotAllowed)


@pytest.mark.parametrize(
    "fields", [{}, {"is_staff": True}, {"is_superuser": True, "is_active": False}]
)
def test_only_administrators_look(ann, fields):
    with pytest.raises(NotViewable):
        begin(make_user(**fields), ann)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "\x00", None])
def test_a_viewing_needs_a_reason(root, ann, reason):
    with pytest.raises(Invalid) as refusal:
        begin(root, ann, reason)
    assert refusal.value.field == "reason"
    assert not Viewing.objects.exists()


def test_a_viewing_ends_once(root, ann):
    viewing = begin(root, ann)

    end_viewing(viewing=viewing, at=NOW + MOMENT)
    end_viewing(viewing=viewing, at=NOW + 2 * MOMENT)

    assert viewing.ended_at == Viewing.objects.get().ended_at == NOW + MOMENT
    assert current(viewing, root) is None


def test_a_viewing_whose_time_is_up_is_not_ended_later(root, ann):
    viewing = begin(root, ann)

    end_viewing(viewing=viewing, at=NOW + VIEWING_LIFE)

    assert viewing.ended_at is None


def test_a_viewing_is_its_administrators_own(root, ann):
    viewing = begin(root, ann)

    assert current(viewing, make_superuser()) is None
    assert current_viewing(viewing.pk + 1, root, NOW) is None


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("root", {"is_active": False}),
        ("root", {"is_staff": False, "is_superuser": False}),
        ("ann", {"is_active": False}),
        ("ann", {"is_staff": True}),
        ("ann", {"is_superuser": True}),
    ],
)
def test_a_viewing_ends_when_either_may_no_longer_take_part(root, ann, who, change):
    viewing = begin(root, ann)
    changed = {"root": root, "ann": ann}[who]

    User.objects.filter(pk=changed.pk).update(**change)

    assert current(viewing, User.objects.get(pk=root.pk)) is None
