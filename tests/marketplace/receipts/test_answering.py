"""One key, one effect, one answer."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from marketplace.parties.models import User
from marketplace.receipts import services
from marketplace.receipts.errors import KeyReused, RequestInFlight
from marketplace.receipts.models import Receipt
from marketplace.receipts.services import Answer, answer_once, forget_old
from tests.marketplace.factories import NOW, make_user


class _Work:
    """Work that can be counted, and that writes a row."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Answer:
        self.times += 1
        make_user(username=f"made-{self.times}")
        return Answer(201, f'{{"n":{self.times}}}')


def _ask(user: User, work: _Work, *, key: str = "k", digest: str = "d") -> tuple[Answer, bool]:
    return answer_once(user=user, key=key, request_digest=digest, work=work, at=NOW)


@pytest.mark.django_db
def test_a_repetition_gets_the_same_answer_and_has_no_effect() -> None:
    user, work = make_user(), _Work()
    assert _ask(user, work) == (Answer(201, '{"n":1}'), False)
    assert _ask(user, work) == (Answer(201, '{"n":1}'), True)
    assert work.times == 1
    receipt = Receipt.objects.get()
    assert (receipt.user, receipt.key, receipt.status, receipt.created_at) == (user, "k", 201, NOW)


@pytest.mark.django_db
def test_another_request_under_the_key_is_refused() -> None:
    user, work = make_user(), _Work()
    _ask(user, work)
    with pytest.raises(KeyReused):
        _ask(user, work, digest="other")
    assert work.times == 1


@pytest.mark.django_db
def test_a_key_is_a_persons_own() -> None:
    work = _Work()
    for user in (make_user(), make_user()):
        assert _ask(user, work)[1] is False
    assert work.times == Receipt.objects.count() == 2


@pytest.mark.django_db
def test_work_that_breaks_down_leaves_no_receipt_and_can_be_repeated() -> None:
    user = make_user()

    def broken() -> Answer:
        make_user(username="half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_once(user=user, key="k", request_digest="d", work=broken, at=NOW)
    assert not Receipt.objects.exists() and not User.objects.filter(username="half").exists()
    assert _ask(user, _Work())[1] is False


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_works_and_the_other_is_told_to_wait() -> None:
    user, inside, go_on = make_user(), Event(), Event()
    answers: list[object] = []

    def slow() -> Answer:
        inside.set()
        assert go_on.wait(10)
        return Answer(201, "{}")

    def first() -> None:
        answers.append(answer_once(user=user, key="k", request_digest="d", work=slow, at=NOW))
        connection.close()

    thread = Thread(target=first)
    thread.start()
    assert inside.wait(10)
    work = _Work()
    with pytest.raises(RequestInFlight) as refusal:
        _ask(user, work)
    assert refusal.value.retry_after >= 1 and work.times == 0
    assert _ask(user, work, key="another")[1] is False
    go_on.set()
    thread.join(10)

    assert answers == [(Answer(201, "{}"), False)]
    assert _ask(user, work) == (Answer(201, "{}"), True)


@pytest.mark.django_db
def test_receipts_are_forgotten_after_a_day_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_BATCH", 2)
    user, work = make_user(), _Work()
    for number in range(5):
        _ask(user, work, key=str(number))
    _ask(user, work, key="young")
    Receipt.objects.exclude(key="young").update(created_at=NOW - timedelta(hours=25))

    assert forget_old(at=NOW) == 5
    assert [receipt.key for receipt in Receipt.objects.all()] == ["young"]
    assert forget_old(at=NOW) == 0


@pytest.mark.django_db
def test_a_receipt_falls_with_the_transaction_around_it() -> None:
    user = make_user()
    with transaction.atomic():
        _ask(user, _Work())
        transaction.set_rollback(True)
    assert not Receipt.objects.exists()
