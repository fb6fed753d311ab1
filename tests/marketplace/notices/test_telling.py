"""Telling people: what is written, for whom, and only with its fact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.common import bulk
from marketplace.common.nudges import Job
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import SECRET_KINDS, NoticeKind
from marketplace.notices.selectors import Outbox, notices_of, outbox, unread_count
from marketplace.notices.services import Telling, mark_read, tell, tell_many, write
from marketplace.parties.models import User
from tests.marketplace.factories import NOW, make_user

pytestmark = pytest.mark.django_db

AWKWARD = 'Ann\'s "C:\\new"\tcars\nand ключ'


def _expiry(user: User, *, by_email: bool = True) -> Notice:
    values = {"car_model": AWKWARD, "max_price_cents": 5}
    return tell(user=user, kind=NoticeKind.OFFER_EXPIRED, values=values, at=NOW, by_email=by_email)


def _telling(user: User, *, email: str | None = None, name: str = AWKWARD) -> Telling:
    values = json.dumps({"car_model": name, "price_cents": 5})
    return Telling(user.pk, email, user.language, NoticeKind.OFFER_FILLED, values)


def test_a_person_with_a_confirmed_address_is_told_in_the_portal_and_by_e_mail() -> None:
    ann = make_user(email="ann@example.com", language="ru")

    notice = _expiry(ann)

    assert list(notices_of(ann)) == [notice]
    assert notice.values == {"car_model": AWKWARD, "max_price_cents": 5}
    assert (notice.created_at, notice.read_at) == (NOW, None)
    email = Email.objects.get()
    assert (email.to, email.language, email.kind) == ("ann@example.com", "ru", "offer_expired")
    assert email.values == notice.values
    assert (email.status, email.attempts) == (Email.Status.WAITING, 0)
    assert email.next_attempt_at == email.created_at == NOW


@pytest.mark.parametrize(
    ("person", "by_email"),
    [({"confirmed": False}, True), ({"is_active": False}, True), ({}, False)],
    ids=["address not confirmed", "deactivated", "e-mail not wanted"],
)
def test_nobody_else_gets_an_e_mail(person: dict[str, Any], by_email: bool) -> None:
    bob = make_user(**person)

    _expiry(bob, by_email=by_email)

    assert unread_count(bob) == 1
    assert not Email.objects.exists()


def test_a_fact_that_is_rolled_back_tells_nobody(
    rung: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    ann = make_user()

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _expiry(ann)
            tell_many(tellings=[_telling(ann, email=ann.email)], at=NOW)
            raise ZeroDivisionError

    assert not Notice.objects.exists()
    assert not Email.objects.exists()
    assert rung == []


def test_an_e_mail_rings_for_the_job_that_sends_it_and_a_notice_alone_does_not(
    rung: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    ann = make_user()

    with django_capture_on_commit_callbacks(execute=True):
        _expiry(ann, by_email=False)
        tell_many(tellings=[_telling(ann)], at=NOW)
    assert rung == []

    with django_capture_on_commit_callbacks(execute=True):
        _expiry(ann)
    assert rung == [Job.SEND_EMAILS]

    with django_capture_on_commit_callbacks(execute=True):
        tell_many(tellings=[_telling(ann, email=ann.email)], at=NOW)
    assert rung == [Job.SEND_EMAILS] * 2


def test_telling_many_writes_what_telling_one_by_one_would() -> None:
    ann, bob = make_user(language="es"), make_user()
    values = {"car_model": AWKWARD, "price_cents": 5}
    tell(user=ann, kind=NoticeKind.OFFER_FILLED, values=values, at=NOW)
    tell(user=bob, kind=NoticeKind.OFFER_FILLED, values=values, at=NOW, by_email=False)

    told = tell_many(tellings=[_telling(ann, email=ann.email), _telling(bob)], at=NOW)

    assert told == 2
    one, two, three, four = map(_but_key, Notice.objects.order_by("pk").values())
    assert (one, two) == (three, four)
    one, two = map(_but_key, Email.objects.order_by("pk").values())
    assert one == two


def _but_key(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"id", "updated_at"}}


@pytest.mark.parametrize("people", [1, 3_000])
def test_telling_many_takes_two_statements_however_many_they_are(people: int) -> None:
    ann = make_user()

    def made_on_demand() -> Iterator[Telling]:
        for number in range(people):
            yield _telling(ann, email=ann.email, name=f"Car {number}")

    copies: list[str] = []
    stop = bulk.observe(copies.append)
    with CaptureQueriesContext(
        connection,
    ) as others:
        tell_many(tellings=made_on_demand(), at=NOW)
    stop()

    assert len(copies) == 2
    assert [query for query in others.captured_queries if "SAVEPOINT" not in query["sql"]] == []
    assert Notice.objects.count() == Email.objects.count() == people
    assert unread_count(ann) == people


def test_what_is_written_to_an_address_is_an_e_mail_and_no_notice(
    rung: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    values = {"code": "123456"}
    soon = NOW + timedelta(minutes=3)

    with django_capture_on_commit_callbacks(execute=True):
        write(
            to="new@example.com",
            language="es",
            kind=NoticeKind.LOG_IN_CODE,
            values=values,
            at=NOW,
            expires_at=soon,
        )

    email = Email.objects.get()
    assert (email.to, email.language, email.kind) == ("new@example.com", "es", "log_in_code")
    assert (email.values, email.expires_at) == (values, soon)
    assert (email.status, email.created_at, email.next_attempt_at) == ("waiting", NOW, NOW)
    assert not Notice.objects.exists()
    assert rung == [Job.SEND_EMAILS]


def test_a_letter_that_leads_off_the_site_is_refused() -> None:
    with pytest.raises(ValueError, match="off the site"):
        write(
            to="ann@example.com",
            language="en",
            kind=NoticeKind.CONFIRM_ADDRESS,
            values={"path": "https://evil.example/", "username": "ann"},
            at=NOW,
        )

    assert not Email.objects.exists()


def test_a_notice_carries_no_secret_and_its_e_mail_does() -> None:
    ann = make_user()
    values = {"old_email": "a@example.com", "new_email": "b@example.com", "path": "/undo/x/"}

    notice = tell(user=ann, kind=NoticeKind.ADDRESS_CHANGED, values=values, at=NOW)

    notice.refresh_from_db()
    assert notice.values == {"old_email": "a@example.com", "new_email": "b@example.com"}
    assert Email.objects.get().values == values


@pytest.mark.parametrize("kind", sorted(SECRET_KINDS))
def test_secrets_are_not_told_to_many(kind: NoticeKind) -> None:
    with pytest.raises(ValueError, match="secrets"):
        Telling(1, "ann@example.com", "en", kind, json.dumps({"path": "/undo/x/"}))


def test_telling_nobody_writes_nothing() -> None:
    assert tell_many(tellings=[], at=NOW) == 0
    assert not Notice.objects.exists()
    assert not Email.objects.exists()


def test_notices_are_listed_newest_first_and_without_deactivated_ones() -> None:
    ann = make_user()
    old, middle, new = (
        tell(
            user=ann,
            kind=NoticeKind.OFFER_EXPIRED,
            values={},
            at=NOW + timedelta(days=days),
            by_email=False,
        )
        for days in range(3)
    )
    middle.is_active = False
    middle.save()

    assert list(notices_of(ann)) == [new, old]
    assert unread_count(ann) == 2


def test_reading_marks_ones_own_notices_and_only_once() -> None:
    ann, bob = make_user(), make_user()
    first, second, foreign = _expiry(ann), _expiry(ann), _expiry(bob)
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)

    assert mark_read(user=ann, notice_ids=[first.pk, foreign.pk], at=soon) == 1
    assert mark_read(user=ann, notice_ids=[first.pk], at=later) == 0

    first.refresh_from_db()
    assert first.read_at == soon
    assert (unread_count(ann), unread_count(bob)) == (1, 1)
    assert notices_of(ann).get(read_at=None) == second


def test_the_outbox_counts_what_waits_since_when_and_what_was_given_up() -> None:
    assert outbox(at=NOW) == Outbox(waiting=0, oldest_waiting=None, given_up=0)
    ann = make_user()
    for _ in range(4):
        _expiry(ann)
    sent, lost, old, _new = Email.objects.order_by("pk")
    Email.objects.filter(pk=sent.pk).update(status=Email.Status.SENT)
    Email.objects.filter(pk=lost.pk).update(status=Email.Status.GIVEN_UP)
    Email.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(hours=3))

    assert outbox(at=NOW) == Outbox(waiting=2, oldest_waiting=timedelta(hours=3), given_up=1)
