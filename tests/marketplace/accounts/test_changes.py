"""Changing a password, username or address with a code that comes by e-mail."""

from datetime import timedelta

import pytest
from django.db import transaction

from marketplace.accounts.errors import (
    CodeExpired,
    CodeWrong,
    NothingToConfirm,
    SameAsNow,
    TooManyCodes,
    WrongPassword,
)
from marketplace.accounts.models import Change, FormerAddress
from marketplace.accounts.rules import CODE_LIFE
from marketplace.accounts.selectors import waiting_change
from marketplace.accounts.services import confirm_change
from marketplace.common.errors import Invalid, MarketplaceError
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import NoticeKind
from marketplace.parties.errors import (
    AccountInactive,
    AddressTaken,
    EmailNotConfirmed,
    PasswordTooWeak,
    UsernameTaken,
)
from marketplace.parties.models import FormerUsername, User
from marketplace.parties.services import change_username, confirm_email, deactivate_user
from tests.marketplace.accounts.letters import (
    BETTER,
    NEW_VALUES,
    ask,
    last_letter,
    sent_code,
    stored,
    written,
)
from tests.marketplace.factories import NOW, PASSWORD, make_user

pytestmark = pytest.mark.django_db

PASSWORD_, USERNAME, EMAIL = Change.Kind.PASSWORD, Change.Kind.USERNAME, Change.Kind.EMAIL
KINDS = list(NEW_VALUES)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture(name="ann")
def ann_():
    return make_user(username="ann", email="ann@example.com", language="es")


def confirm(user, kind, code=None, at=NOW):
    return confirm_change(user=user, kind=kind, code=code or sent_code(), at=at)


def facts(user):
    """Everything about a person that a change could change."""
    row = stored(user)
    return (row.username, row.email, row.email_confirmed_at, row.password)


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_waits_for_its_code(ann, kind):
    before = facts(ann)

    change = ask(ann, kind)

    assert facts(ann) == before
    assert waiting_change(ann, kind, NOW) == change
    assert (change.status, change.attempts_left) == ("waiting", 5)
    assert change.expires_at == NOW + timedelta(minutes=15)
    letter = Email.objects.get()
    code = letter.values["code"]
    assert letter.values == {
        "what": kind.value,
        "code": code,
        "path": f"/account/changes/{kind}/?code={code}",
        "minutes": 15,
    }
    assert (letter.kind, letter.language) == ("change_code", "es")
    assert letter.to == change.sent_to == ("anna@example.com" if kind == EMAIL else ann.email)
    assert letter.expires_at == change.expires_at
    assert not Notice.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_neither_the_code_nor_a_password_is_kept(ann, kind):
    change = ask(ann, kind)

    code = sent_code().replace("-", "")
    assert code not in change.code_digest and len(change.code_digest) == 64
    assert BETTER not in change.value


def test_a_password_is_changed_by_its_code_and_the_person_is_told(ann):
    ask(ann, PASSWORD_)

    change = confirm(ann, PASSWORD_)

    assert stored(ann).check_password(BETTER)
    assert ann.check_password(BETTER)
    assert change.status == Change.Status.DONE
    assert Change.objects.get().value == ""
    assert written(NoticeKind.PASSWORD_CHANGED) == ["ann@example.com"]
    assert Notice.objects.get().user == ann


def test_a_username_is_changed_by_its_code_and_the_person_is_told(ann):
    ask(ann, USERNAME)

    confirm(ann, USERNAME)

    assert stored(ann).username == ann.username == "anna"
    assert FormerUsername.objects.get().username == "ann"
    assert written(NoticeKind.USERNAME_CHANGED) == ["ann@example.com"]
    assert Notice.objects.get().values == {"old": "ann", "new": "anna"}


def test_an_address_is_changed_by_its_code_and_both_addresses_are_told(ann):
    ask(ann, EMAIL)

    confirm(ann, EMAIL, at=NOW + MOMENT)

    assert facts(ann)[1:3] == ("anna@example.com", NOW + MOMENT)
    assert ann.email == "anna@example.com"
    assert written(NoticeKind.ADDRESS_CHANGED) == ["ann@example.com", "anna@example.com"]
    old, new = Email.objects.filter(kind=NoticeKind.ADDRESS_CHANGED).order_by("pk")
    addresses = {"old_email": "ann@example.com", "new_email": "anna@example.com"}
    assert old.values == addresses | {"path": old.values["path"], "hours": 48}
    assert new.values == Notice.objects.get().values == addresses


def test_an_unconfirmed_address_can_be_corrected_and_is_not_told(ann):
    User.objects.filter(pk=ann.pk).update(email_confirmed_at=None)

    ask(ann, EMAIL)
    confirm(ann, EMAIL)

    assert facts(ann)[1:3] == ("anna@example.com", NOW)
    assert written(NoticeKind.ADDRESS_CHANGED) == ["anna@example.com"]
    assert not FormerAddress.objects.exists()


@pytest.mark.parametrize("kind", [PASSWORD_, USERNAME])
def test_an_unconfirmed_person_changes_nothing_else(kind):
    with pytest.raises(EmailNotConfirmed):
        ask(make_user(confirmed=False), kind)

    assert not Change.objects.exists()


@pytest.mark.parametrize("wrong", ["", BETTER, None, "\ud800", "\x00", "x" * 10_000])
@pytest.mark.parametrize("kind", KINDS)
def test_a_change_needs_the_current_password_and_a_wrong_one_counts_nothing(ann, kind, wrong):
    for _ in range(6):
        with pytest.raises(WrongPassword) as refusal:
            ask(ann, kind, password=wrong)

    assert refusal.value.field == "current_password"
    assert not Change.objects.exists() and not Email.objects.exists()
    ask(ann, kind)


@pytest.mark.parametrize(
    ("kind", "value", "refusal"),
    [
        (PASSWORD_, "short", PasswordTooWeak),
        (PASSWORD_, "long enough \x00", PasswordTooWeak),
        (PASSWORD_, PASSWORD, SameAsNow),
        (USERNAME, "a b", Invalid),
        (USERNAME, "a@b", Invalid),
        (USERNAME, "ann\x00", Invalid),
        (USERNAME, "ann", SameAsNow),
        (USERNAME, "BOB", UsernameTaken),
        (USERNAME, "rob", UsernameTaken),
        (EMAIL, "nobody", Invalid),
        (EMAIL, "a\x00@example.com", Invalid),
        (EMAIL, "", Invalid),
        (EMAIL, "ann@EXAMPLE.com", SameAsNow),
    ],
)
def test_an_impossible_value_is_refused_by_name(ann, kind, value, refusal):
    bob = make_user(username="rob")
    change_username(user=bob, username="bob", at=NOW)

    with pytest.raises(refusal) as refused:
        ask(ann, kind, value)

    assert refused.value.field == kind.value
    assert not Change.objects.exists() and not Email.objects.exists()


def test_the_case_of_a_username_or_address_can_be_changed(ann):
    ask(ann, USERNAME, "ANN")
    confirm(ann, USERNAME)
    ask(ann, EMAIL, "Ann@example.com")
    confirm(ann, EMAIL)

    assert facts(ann)[:2] == ("ANN", "Ann@example.com")


def test_a_closed_account_changes_nothing(ann):
    ask(ann, USERNAME)
    deactivate_user(user=ann, at=NOW)

    with pytest.raises(AccountInactive):
        ask(ann, PASSWORD_)
    with pytest.raises(AccountInactive):
        confirm(ann, USERNAME)
    assert stored(ann).username == "ann"


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), "  {} ".format])
def test_a_code_works_however_it_is_typed(ann, typed):
    ask(ann, USERNAME)

    confirm(ann, USERNAME, typed(sent_code()))

    assert stored(ann).username == "anna"


def test_a_code_works_until_it_expires(ann):
    ask(ann, USERNAME)

    with pytest.raises(CodeExpired):
        confirm(ann, USERNAME, at=NOW + CODE_LIFE)
    assert waiting_change(ann, USERNAME, NOW + CODE_LIFE) is None
    assert stored(ann).username == "ann"

    confirm(ann, USERNAME, at=NOW + CODE_LIFE - MOMENT)
    assert stored(ann).username == "anna"


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_works_once_in_however_many_tabs(ann, kind):
    ask(ann, kind)
    code = sent_code()
    confirm(ann, kind, code)
    after = facts(ann)

    with pytest.raises(NothingToConfirm):
        confirm(ann, kind, code)
    assert facts(ann) == after
    assert waiting_change(ann, kind, NOW) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_code_counts_and_the_last_one_ends_it(ann, kind):
    ask(ann, kind)
    before, code, left = facts(ann), sent_code(), []

    for _ in range(5):
        with pytest.raises(CodeWrong) as refusal:
            confirm(ann, kind, "AAAA-AAAA")
        left.append(refusal.value.attempts_left)
        assert str(refusal.value) and refusal.value.field == "code"

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(NothingToConfirm):
        confirm(ann, kind, code)
    assert facts(ann) == before
    change = Change.objects.get()
    assert (change.status, change.attempts_left) == (Change.Status.VOID, 0)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_attempt_is_counted_for_good():
    ann = make_user()
    ask(ann, USERNAME)

    with pytest.raises(CodeWrong):
        confirm(ann, USERNAME, "AAAA-AAAA")

    assert Change.objects.get().attempts_left == 4


@pytest.mark.django_db(transaction=True)
def test_a_code_is_not_tried_inside_a_transaction_that_could_take_the_attempt_back():
    ann = make_user()
    ask(ann, USERNAME)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        confirm(ann, USERNAME, "AAAA-AAAA")


def test_a_code_is_for_the_person_who_asked(ann):
    ask(ann, USERNAME)
    code = sent_code()
    bob = make_user(username="bob")

    with pytest.raises(NothingToConfirm):
        confirm(bob, USERNAME, code)
    ask(bob, USERNAME, "rob")
    with pytest.raises(CodeWrong):
        confirm(bob, USERNAME, code)
    assert stored(bob).username == "bob"


def test_a_code_is_for_the_kind_that_was_asked_for(ann):
    ask(ann, USERNAME)
    code = sent_code()
    ask(ann, PASSWORD_)

    with pytest.raises(CodeWrong):
        confirm(ann, PASSWORD_, code)
    with pytest.raises(NothingToConfirm):
        confirm(ann, EMAIL, code)
    assert stored(ann).check_password(PASSWORD)


def test_a_new_request_voids_the_one_before_of_its_kind(ann):
    ask(ann, USERNAME, "first")
    old = sent_code()
    ask(ann, PASSWORD_)
    ask(ann, USERNAME, "second")

    new = sent_code()
    with pytest.raises(CodeWrong):
        confirm(ann, USERNAME, old)
    confirm(ann, USERNAME, new)

    assert stored(ann).username == "second"
    statuses = Change.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["void", "waiting", "done"]


def test_codes_to_an_address_that_was_left_no_longer_work(ann):
    ask(ann, PASSWORD_)
    password_code = sent_code()
    ask(ann, USERNAME)
    username_code = sent_code()
    ask(ann, EMAIL)
    confirm(ann, EMAIL)

    for kind, code in ((PASSWORD_, password_code), (USERNAME, username_code)):
        with pytest.raises(NothingToConfirm):
            confirm(ann, kind, code)
    assert stored(ann).check_password(PASSWORD) and stored(ann).username == "ann"
    assert set(Change.objects.exclude(kind=EMAIL).values_list("status", flat=True)) == {"void"}
    assert Change.objects.get(kind=PASSWORD_).value == ""
    ask(ann, USERNAME)
    assert last_letter(NoticeKind.CHANGE_CODE).to == "anna@example.com"


@pytest.mark.parametrize("in_use", ["bob@example.com", "Bob@Example.com"])
def test_whoever_asks_for_an_address_in_use_can_not_tell(ann, in_use):
    bob = make_user(email="bob@example.com", language="de")

    change = ask(ann, EMAIL, in_use)

    assert waiting_change(ann, EMAIL, NOW) == change
    letter = Email.objects.get()
    assert (letter.to, letter.language, letter.kind) == (bob.email, "de", "address_in_use")
    assert letter.values == {"path": "/log-in/", "reset_path": "/password/reset/"}
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as refusal:
            confirm(ann, EMAIL, "AAAA-AAAA")
        assert refusal.value.attempts_left == left
    assert stored(ann).email == "ann@example.com"


def test_an_address_that_others_only_name_gets_its_code(ann):
    make_user(email="anna@example.com", confirmed=False)
    make_user(email="Anna@example.com", is_active=False)

    ask(ann, EMAIL)
    confirm(ann, EMAIL)

    assert stored(ann).email == "anna@example.com"


def test_an_address_that_another_confirms_meanwhile_is_refused_and_nothing_is_half_done(ann):
    ask(ann, EMAIL)
    confirm_email(user=make_user(email="anna@example.com", confirmed=False), at=NOW)
    before = facts(ann)

    with pytest.raises(AddressTaken):
        confirm(ann, EMAIL)

    assert facts(ann) == before and ann.email == "ann@example.com"
    assert waiting_change(ann, EMAIL, NOW).attempts_left == 5
    assert not FormerAddress.objects.exists() and not Notice.objects.exists()
    assert written(NoticeKind.ADDRESS_CHANGED) == []


def test_a_username_that_another_takes_meanwhile_is_refused_and_nothing_is_half_done(ann):
    ask(ann, USERNAME)
    make_user(username="Anna")
    before = facts(ann)

    with pytest.raises(UsernameTaken):
        confirm(ann, USERNAME)

    assert facts(ann) == before and ann.username == "ann"
    assert waiting_change(ann, USERNAME, NOW).attempts_left == 5
    assert not FormerUsername.objects.exists() and not Notice.objects.exists()


def test_five_codes_an_hour_and_the_next_says_when(ann):
    for minute in range(5):
        ask(ann, KINDS[minute % 3], at=NOW + timedelta(minutes=minute))

    with pytest.raises(TooManyCodes) as refusal:
        ask(ann, EMAIL, at=NOW + timedelta(minutes=10, microseconds=1))
    assert refusal.value.retry_after == 50 * 60
    assert Change.objects.count() == Email.objects.count() == 5
    with pytest.raises(TooManyCodes) as refusal:
        ask(ann, EMAIL, at=NOW + HOUR - MOMENT)
    assert refusal.value.retry_after == 1

    ask(make_user(), EMAIL, "other@example.com", at=NOW + timedelta(minutes=10))
    ask(ann, EMAIL, at=NOW + HOUR)
    with pytest.raises(TooManyCodes):
        ask(ann, EMAIL, at=NOW + HOUR)


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_can_be_told(ann, kind):
    with pytest.raises(MarketplaceError) as refusal:
        confirm_change(user=ann, kind=kind, code="", at=NOW)

    assert refusal.value.code == "nothing_to_confirm" and str(refusal.value)
