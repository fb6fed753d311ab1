"""Telling people, and handing their e-mails to a mail server.

A notice and its e-mail are written in the transaction of their fact, so neither can be there
without the other. Sending is at least once: a crash between the server's "accepted" and our record
of it sends that one e-mail once more, under the same Message-ID.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Case, F, Func, JSONField, Value, When

from marketplace.common.acts import part_of_an_act
from marketplace.common.bulk import copy_lines, instant, text
from marketplace.common.crashes import crash_point, register_crash_points
from marketplace.common.nudges import Job, nudge
from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import (
    SECRET_KINDS,
    SECRETS,
    NoticeKind,
    letter_of,
    pause_after,
    without_secrets,
)
from marketplace.parties.models import User

logger = logging.getLogger(__name__)

register_crash_points("emails.claimed", "emails.accepted", "emails.recorded")

#: So many e-mails are claimed at once, for so long. A server that answers each of a message's four
#: commands at the last second (EMAIL_TIMEOUT) still lets a claim's e-mails go out within the lease.
_BATCH = 10
_LEASE = timedelta(minutes=10)

#: What can go wrong with one e-mail: the server's refusals and breakdowns (smtplib's errors are
#: OSErrors), or a message that can't be built. Anything else ends the run.
_UNDELIVERABLE = (OSError, ValueError, TypeError, LookupError, MessageError)

#: The values without the secrets, for the same statement that says what became of the e-mail.
_OPEN_VALUES = Case(
    When(
        kind__in=sorted(SECRET_KINDS),
        then=Func(
            F("values"),
            Value(list(SECRETS)),
            template="%(expressions)s",
            arg_joiner=" - ",
            output_field=JSONField(),
        ),
    ),
    default=F("values"),
)

_NOTICE_COLUMNS = ("user_id", "kind", "values", "is_active", "created_at", "updated_at")
_EMAIL_COLUMNS = (
    "to", "language", "kind", "values", "status", "attempts", "error", "next_attempt_at",
    "is_active", "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """One person to be told one thing. `values` is JSON text; no `email` means a notice alone.

    Raises:
        ValueError: the kind has secrets, which no notice carries.
    """

    user_id: int
    email: str | None
    language: str
    kind: NoticeKind
    values: str

    def __post_init__(self) -> None:
        """Refuse what must not be told to many."""
        if self.kind in SECRET_KINDS:
            raise ValueError(f"{self.kind} has secrets")


@dataclass(frozen=True, slots=True)
class SendReport:
    """What a run did: e-mails accepted by the server, to be tried again, and given up."""

    sent: int
    failed: int
    given_up: int


@transaction.atomic
def tell(
    *,
    user: User,
    kind: NoticeKind,
    values: Mapping[str, object],
    at: datetime,
    by_email: bool = True,
) -> Notice:
    """Tell a person something, by e-mail too if the address is confirmed and `by_email` says so.

    Secrets among the values go into the e-mail alone.
    """
    facts = dict(values)
    notice: Notice = Notice.objects.create(
        user=user, kind=kind, values=without_secrets(kind, facts), created_at=at
    )
    if by_email and user.is_active and user.email_confirmed_at is not None:
        write(to=user.email, language=user.language, kind=kind, values=facts, at=at)
    return notice


@transaction.atomic
def write(
    *,
    to: str,
    language: str,
    kind: NoticeKind,
    values: Mapping[str, object],
    at: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Write an e-mail to any address, and no notice. From `expires_at` on it is no longer sent.

    Raises:
        ValueError: a path among the values leads off the site.
    """
    letter_of(kind, values, language, settings.SITE_URL)  # what can't be written is refused here
    Email.objects.create(
        to=to,
        language=language,
        kind=kind,
        values=dict(values),
        next_attempt_at=at,
        expires_at=expires_at,
        created_at=at,
    )
    nudge(Job.SEND_EMAILS)


@part_of_an_act
def tell_many(*, tellings: Iterable[Telling], at: datetime) -> int:
    """Tell many people in two statements; returns how many.

    The tellings may be made on demand. Whoever makes them decides who gets an e-mail.
    """
    written = instant(at)
    letters: list[str] = []
    notice_tail = f"\tt\t{written}\t{written}\n"
    count = copy_lines(
        Notice._meta.db_table, _NOTICE_COLUMNS, _notice_lines(tellings, notice_tail, letters)
    )
    if letters:
        email_tail = f"\t{Email.Status.WAITING}\t0\t\t{written}{notice_tail}"
        lines = (letter + email_tail for letter in letters)
        copy_lines(Email._meta.db_table, _EMAIL_COLUMNS, lines)
        nudge(Job.SEND_EMAILS)
    return count


def _notice_lines(tellings: Iterable[Telling], tail: str, letters: list[str]) -> Iterator[str]:
    """The lines of the notices; what differs in the e-mails' lines is put aside on the way."""
    for telling in tellings:
        news = f"{telling.kind.value}\t{text(telling.values)}"
        if telling.email:
            letters.append(f"{text(telling.email)}\t{text(telling.language)}\t{news}")
        yield f"{telling.user_id}\t{news}{tail}"


@transaction.atomic
def mark_read(*, user: User, notice_ids: Iterable[int], at: datetime) -> int:
    """Note that the person read these notices; others' and those read before stay as they are."""
    unread = Notice.objects.active().filter(user=user, pk__in=list(notice_ids), read_at=None)
    return unread.update(read_at=at, updated_at=at)


@transaction.atomic
def settle_emails(*, until: datetime) -> int:
    """Take every e-mail written until then as sent when it was written; returns how many.

    For a history that was made in virtual time: nobody wants its post today.
    """
    waiting = Email.objects.filter(status=Email.Status.WAITING, created_at__lte=until)
    return waiting.update(
        status=Email.Status.SENT, sent_at=F("created_at"), values=_OPEN_VALUES, updated_at=until
    )


def send_due_emails(*, at: datetime, limit: int = 200) -> SendReport:
    """Send what is due, up to `limit` e-mails. Safe to call twice, or twice at once.

    Must not be called inside a transaction. Each e-mail that fails waits longer than before, until
    it is given up; one that has expired is given up unsent. A server that is away, or takes none of
    a batch, ends the run. A run that ends at its limit rings for the next.
    """
    postman = _Postman()
    outcomes: Counter[str] = Counter()
    try:
        while limit > 0 and (batch := _claimed_emails(at=at, limit=min(limit, _BATCH))):
            limit -= len(batch)
            crash_point("emails.claimed")
            outcomes[Email.Status.GIVEN_UP] += _given_up_late(batch, at)
            results = Counter(
                _sent_or_not(postman, email, at) for email in batch if not _is_late(email, at)
            )
            outcomes += results
            if results and not results[Email.Status.SENT]:
                break
        else:
            if limit <= 0:
                nudge(Job.SEND_EMAILS)
    finally:
        postman.leave()
    return SendReport(
        sent=outcomes[Email.Status.SENT],
        failed=outcomes[Email.Status.WAITING],
        given_up=outcomes[Email.Status.GIVEN_UP],
    )


@transaction.atomic(durable=True)
def _claimed_emails(*, at: datetime, limit: int) -> list[Email]:
    """Due e-mails that are nobody else's until the lease ends; this attempt is counted."""
    due = Email.objects.active().filter(status=Email.Status.WAITING, next_attempt_at__lte=at)
    first = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)[:limit]
    emails: list[Email] = list(first)
    if emails:
        Email.objects.filter(pk__in=[email.pk for email in emails]).update(
            attempts=F("attempts") + 1, next_attempt_at=at + _LEASE, updated_at=at
        )
    for email in emails:
        email.attempts += 1
    return emails


def _is_late(email: Email, at: datetime) -> bool:
    return email.expires_at is not None and email.expires_at <= at


def _given_up_late(batch: Iterable[Email], at: datetime) -> int:
    """Give up those of the batch that have expired; returns how many."""
    late = Email.objects.filter(
        pk__in=[email.pk for email in batch if _is_late(email, at)], status=Email.Status.WAITING
    )
    return late.update(
        status=Email.Status.GIVEN_UP, values=_OPEN_VALUES, error="expired", updated_at=at
    )


def _sent_or_not(postman: _Postman, email: Email, at: datetime) -> Email.Status:
    """Hand one e-mail over and record what became of it."""
    error = postman.error_delivering(email)
    waiting = Email.objects.filter(pk=email.pk, status=Email.Status.WAITING)
    if not error:
        crash_point("emails.accepted")
        waiting.update(
            status=Email.Status.SENT, sent_at=at, values=_OPEN_VALUES, error="", updated_at=at
        )
        crash_point("emails.recorded")
        return Email.Status.SENT
    # A failure counts only while it is this sender's attempt: after the lease it may be another's.
    own = waiting.filter(attempts=email.attempts)
    pause = pause_after(email.attempts)
    if pause is not None:
        own.update(next_attempt_at=at + pause, error=error, updated_at=at)
        return Email.Status.WAITING
    logger.warning("e-mail given up", extra={"email_id": email.pk, "error": error})
    own.update(status=Email.Status.GIVEN_UP, values=_OPEN_VALUES, error=error, updated_at=at)
    return Email.Status.GIVEN_UP


class _Postman:
    """One connection to the mail server, made when first needed and anew after a failure."""

    def __init__(self) -> None:
        self._connection = mail.get_connection()
        self._away = ""

    def error_delivering(self, email: Email) -> str:
        """Hand the e-mail to the server; what went wrong, or nothing if it was accepted."""
        if not self._away:
            try:
                self._connection.open()
            except OSError as error:
                self._away = _described(error)
        if self._away:
            return self._away
        try:
            self._connection.send_messages([_message(email)])
        except _UNDELIVERABLE as error:
            self.leave()
            return _described(error)
        return ""

    def leave(self) -> None:
        """Part from the server, even if it no longer listens."""
        with suppress(OSError):
            self._connection.close()


def _described(error: Exception) -> str:
    longest = Email._meta.get_field("error").max_length
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:longest]


def _message(email: Email) -> mail.EmailMultiAlternatives:
    letter = letter_of(email.kind, email.values, email.language, settings.SITE_URL)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    moment = int(email.created_at.timestamp() * 1_000_000)
    headers = {
        # The same at every attempt. The moment keeps a rebuilt database's numbers apart.
        "Message-ID": f"<{email.pk}.{moment}@{domain}>",
        "Date": format_datetime(email.created_at),
        "Auto-Submitted": "auto-generated",
    }
    message = mail.EmailMultiAlternatives(
        letter.subject, letter.text, to=[email.to], headers=headers
    )
    message.attach_alternative(letter.html, "text/html")
    return message
