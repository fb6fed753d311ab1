"""Devices: known ones and new ones."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Device
from marketplace.accounts.services import note_device
from marketplace.notices.models import Notice
from marketplace.notices.rules import NoticeKind
from tests.marketplace.accounts.letters import last_letter, written
from tests.marketplace.factories import NOW, make_user

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def note(user, digest, description="Firefox", ip="192.0.2.7", at=NOW):
    return note_device(user=user, digest=digest, description=description, ip=ip, at=at)


def test_the_first_device_is_no_news_and_the_second_is():
    ann = make_user()

    assert note(ann, "a") is False
    assert not Notice.objects.exists()
    assert note(ann, "b", at=LATER) is True

    assert written(NoticeKind.NEW_DEVICE) == [ann.email]
    assert last_letter(NoticeKind.NEW_DEVICE).values == Notice.objects.get().values
    assert Notice.objects.get().values == {
        "device": "Firefox",
        "ip": "192.0.2.7",
        "at": LATER.isoformat(),
    }


def test_a_known_device_is_seen_again():
    ann = make_user()
    note(ann, "a")
    note(ann, "b")

    assert note(ann, "a", at=LATER) is False

    assert Device.objects.get(digest="a").last_seen_at == LATER
    assert Device.objects.get(digest="b").last_seen_at == NOW
    assert len(written(NoticeKind.NEW_DEVICE)) == 1


def test_anothers_device_is_new():
    ann, bob = make_user(), make_user()
    note(ann, "a")
    note(bob, "b")

    assert note(bob, "a") is True
    assert Notice.objects.get().user == bob


@pytest.mark.parametrize(
    ("description", "shown"),
    [("Fire\x00fox\n\x9b", "Firefox"), ("x" * 900, "x" * 200), ("", None), ("\ud800 ", None)],
)
def test_whatever_a_device_calls_itself_can_be_told(description, shown):
    ann = make_user()
    note(ann, "a")

    assert note(ann, "b", description=description) is True
    assert Notice.objects.get().values["device"] == shown


def test_an_unconfirmed_address_gets_no_letter():
    ann = make_user(confirmed=False)
    note(ann, "a")

    assert note(ann, "b") is True
    assert written(NoticeKind.NEW_DEVICE) == []
    assert Notice.objects.get().user == ann
