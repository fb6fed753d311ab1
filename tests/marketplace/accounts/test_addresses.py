"""Taking a former address back."""

from datetime import timedelta

import pytest

from marketplace.accounts.errors import NothingToConfirm, UndoGone
from marketplace.accounts.models import Change, FormerAddress
from marketplace.accounts.rules import UNDO_LIFE
from marketplace.accounts.selectors import former_address_for
from marketplace.accounts.services import confirm_change, undo_address_change
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.errors import AddressTaken
from marketplace.parties.services import change_email
from tests.marketplace.accounts.letters import (
    ask,
    sent_code,
    stored,
    token_in,
    written,
)
from tests.marketplace.factories import NOW, make_user

pytestmark = pytest.mark.django_db

EMAIL, USERNAME = Change.Kind.EMAIL, Change.Kind.USERNAME
MOMENT = timedelta(microseconds=1)
SOON = NOW + timedelta(minutes=1)


@pytest.fixture(name="ann")
def ann_():
    return make_user(username="ann", email="ann@example.com")


def move(user, email, at=NOW):
    """Change the address; returns the secret that was sent to the former one."""
    former = user.email
    ask(user, EMAIL, email, at=at)
    confirm_change(user=user, kind=EMAIL, code=sent_code(), at=at)
    letters = Email.objects.filter(to=former, kind=NoticeKind.ADDRESS_CHANGED)
    return token_in(letters.order_by("pk").exclude(values__path=None).last())


def undo(token, at=SOON):
    return undo_address_change(token=token, at=at)


def test_the_former_address_comes_back_confirmed_and_both_are_told(ann):
    token = move(ann, "evil@example.com")

    assert undo(token) == ann

    row = stored(ann)
    assert (row.email, row.email_confirmed_at) == ("ann@example.com", SOON)
    assert FormerAddress.objects.get().undone_at == SOON
    assert sorted(written(NoticeKind.ADDRESS_CHANGE_UNDONE)) == [
        "ann@example.com",
        "evil@example.com",
    ]
    notice = Notice.objects.get(kind=NoticeKind.ADDRESS_CHANGE_UNDONE)
    assert notice.values == {"email": "ann@example.com"}


def test_the_secret_is_not_kept(ann):
    token = move(ann, "evil@example.com")

    assert token not in FormerAddress.objects.get().token_digest
    assert token not in str(list(Notice.objects.values()))


def test_the_link_works_for_48_hours(ann):
    token = move(ann, "evil@example.com")

    assert former_address_for(token, NOW + UNDO_LIFE) is None
    with pytest.raises(UndoGone):
        undo(token, at=NOW + UNDO_LIFE)
    assert stored(ann).email == "evil@example.com"
    assert former_address_for(token, NOW + UNDO_LIFE - MOMENT).user == ann
    undo(token, at=NOW + UNDO_LIFE - MOMENT)
    assert stored(ann).email == "ann@example.com"


def test_the_link_works_once(ann):
    token = move(ann, "evil@example.com")
    undo(token)
    move(ann := stored(ann), "anna@example.com", at=SOON)

    with pytest.raises(UndoGone):
        undo(token)
    assert former_address_for(token, SOON) is None
    assert stored(ann).email == "anna@example.com"


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 10_000])
def test_an_unknown_link_is_refused(ann, token):
    move(ann, "evil@example.com")

    with pytest.raises(UndoGone):
        undo(token)
    assert former_address_for(token, SOON) is None


def test_whatever_was_asked_for_since_is_void(ann):
    token = move(ann, "evil@example.com")
    ask(ann, USERNAME, "evil")
    code = sent_code()
    ask(ann, EMAIL, "more@example.com")

    undo(token)

    with pytest.raises(NothingToConfirm):
        confirm_change(user=ann, kind=USERNAME, code=code, at=SOON)
    with pytest.raises(NothingToConfirm):
        confirm_change(user=ann, kind=EMAIL, code=sent_code(), at=SOON)
    assert (stored(ann).username, stored(ann).email) == ("ann", "ann@example.com")


def test_links_to_addresses_that_came_later_are_void_and_earlier_ones_are_not(ann):
    first = move(ann, "second@example.com")
    second = move(ann, "third@example.com")
    third = move(ann, "fourth@example.com")

    undo(second)
    assert stored(ann).email == "second@example.com"
    with pytest.raises(UndoGone):
        undo(third)
    undo(first)
    assert stored(ann).email == "ann@example.com"


def test_an_address_that_another_confirmed_since_does_not_come_back(ann):
    token = move(ann, "anna@example.com")
    make_user(email="Ann@example.com")

    with pytest.raises(AddressTaken):
        undo(token)
    assert stored(ann).email == "anna@example.com"
    assert FormerAddress.objects.get().undone_at is None
    assert written(NoticeKind.ADDRESS_CHANGE_UNDONE) == []


def test_an_address_that_came_back_by_itself_stays(ann):
    token = move(ann, "anna@example.com")
    change_email(user=ann, email="ann@example.com", at=NOW)

    undo(token)

    assert stored(ann).email == "ann@example.com"
