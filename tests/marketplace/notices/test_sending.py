"""E-mails on their way to a real SMTP server, and what happens when it or we fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Barrier, Thread
from typing import Any

import psycopg2
import pytest
from django.conf import settings as configuration
from django.db import connection, transaction

from marketplace.common.crashes import ARMED
from marketplace.common.nudges import Job
from marketplace.notices.models import Email
from marketplace.notices.rules import RETRY_PAUSES, NoticeKind
from marketplace.notices.services import SendReport, send_due_emails
from tests.marketplace.factories import NOW
from tests.marketplace.notices.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[3]

#: Longer than any claim on an e-mail lasts.
AFTER_A_CRASH = NOW + timedelta(hours=1)

SEND = """
import sys
from datetime import datetime
import django
django.setup()
from marketplace.notices.services import send_due_emails
send_due_emails(at=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.fixture(name="server")
def _server(settings: Any) -> Iterator[MailServer]:
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Forecourt <market@cars.example>"
    settings.SITE_URL = "https://cars.example"
    server.start()
    yield server
    server.stop()


def _email(to: str = "ann@example.com", **fields: Any) -> Email:
    values = {"car_model": "Aurora Swift", "car_model_id": 7, "max_price_cents": 1_990_000}
    email: Email = Email.objects.create(
        **{
            "to": to,
            "kind": NoticeKind.OFFER_EXPIRED,
            "values": values,
            "created_at": NOW,
            "next_attempt_at": NOW,
        }
        | fields
    )
    return email


def _emails(count: int) -> list[str]:
    """So many waiting e-mails; returns their recipients in alphabetical order."""
    recipients = [f"person{number:03}@example.com" for number in range(count)]
    for recipient in recipients:
        _email(recipient)
    return recipients


def test_an_e_mail_arrives_as_text_and_html_with_a_link_and_is_recorded(server: MailServer) -> None:
    email = _email(values={"car_model": "Škoda <Ключ>", "car_model_id": 7, "max_price_cents": 5})

    report = send_due_emails(at=NOW)

    assert report == SendReport(sent=1, failed=0, given_up=0)
    (message,) = server.accepted
    assert message["to"] == "ann@example.com"
    assert message["from"] == "Forecourt <market@cars.example>"
    assert message["subject"] == "Your offer has expired: Škoda <Ключ>"
    assert message["date"].datetime == NOW
    text, html = (message.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert "https://cars.example/car-models/7/" in text.get_content()
    assert "Škoda &lt;Ключ&gt; for $0.05" in html.get_content()
    email.refresh_from_db()
    assert (email.status, email.sent_at, email.attempts) == (Email.Status.SENT, NOW, 1)


def test_what_was_sent_is_not_sent_again(server: MailServer) -> None:
    _email()

    send_due_emails(at=NOW)

    assert send_due_emails(at=AFTER_A_CRASH) == SendReport(sent=0, failed=0, given_up=0)
    assert len(server.accepted) == 1


def test_what_is_not_due_or_was_deactivated_stays(server: MailServer) -> None:
    _email(next_attempt_at=NOW + timedelta(seconds=1))
    _email(is_active=False)

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=0)
    assert server.accepted == []


def test_all_that_is_due_goes_out_over_one_connection(server: MailServer) -> None:
    recipients = _emails(35)

    assert send_due_emails(at=NOW).sent == 35

    assert server.recipients() == recipients
    assert (server.connections, server.farewells) == (1, 1)


@pytest.mark.usefixtures("rung")
def test_a_run_ends_at_its_limit_and_takes_the_longest_due_first(server: MailServer) -> None:
    recipients = _emails(15)
    _email("early@example.com", next_attempt_at=NOW - timedelta(days=1))

    assert send_due_emails(at=NOW, limit=12).sent == 12

    assert server.recipients() == ["early@example.com", *recipients[:11]]


def test_a_run_that_ends_at_its_limit_rings_for_the_next_and_no_other_does(
    server: MailServer, rung: list[str]
) -> None:
    _emails(20)

    send_due_emails(at=NOW, limit=10)
    assert rung == [Job.SEND_EMAILS]

    send_due_emails(at=NOW)
    send_due_emails(at=NOW)
    _emails(10)
    server.stop()
    send_due_emails(at=NOW, limit=10)
    assert rung == [Job.SEND_EMAILS]


def test_a_server_that_is_away_for_a_while_gets_each_e_mail_once(server: MailServer) -> None:
    recipients = _emails(3)
    server.stop()

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=3, given_up=0)
    email = Email.objects.earliest("pk")
    assert (email.status, email.attempts) == (Email.Status.WAITING, 1)
    assert email.next_attempt_at == NOW + RETRY_PAUSES[0]
    assert "refused" in email.error.lower()

    server.start()
    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=0)
    assert send_due_emails(at=NOW + RETRY_PAUSES[0]).sent == 3
    assert send_due_emails(at=AFTER_A_CRASH).sent == 0
    assert server.recipients() == recipients
    assert set(Email.objects.values_list("status", "error")) == {(Email.Status.SENT, "")}


def test_a_server_that_is_away_costs_an_attempt_to_one_batch_only(server: MailServer) -> None:
    _emails(35)
    server.stop()

    report = send_due_emails(at=NOW)

    assert report.failed == Email.objects.filter(attempts=1).count() == 10
    assert Email.objects.filter(attempts=0, next_attempt_at=NOW).count() == 25


def test_a_server_that_hangs_up_is_called_once_a_run(server: MailServer) -> None:
    _emails(5)
    server.stop()
    calls: list[str] = []

    class HangsUp(BaseRequestHandler):
        """Says nothing and ends the connection."""

        def handle(self) -> None:
            calls.append(self.client_address)

    class Line(ThreadingTCPServer):
        """Stands where the mail server was."""

        allow_reuse_address = True

    with Line(("127.0.0.1", server.port), HangsUp) as line:
        Thread(target=line.serve_forever, daemon=True).start()
        assert send_due_emails(at=NOW).failed == 5
        line.shutdown()

    assert len(calls) == 1


def test_a_refused_recipient_does_not_stop_the_others(server: MailServer) -> None:
    recipients = _emails(4)
    server.refused = {recipients[1]}

    assert send_due_emails(at=NOW) == SendReport(sent=3, failed=1, given_up=0)

    assert server.recipients() == [recipients[0], *recipients[2:]]
    refused = Email.objects.get(to=recipients[1])
    assert (refused.status, refused.next_attempt_at) == (
        Email.Status.WAITING,
        NOW + RETRY_PAUSES[0],
    )
    assert "no such mailbox" in refused.error


def test_a_refusal_that_ends_the_connection_does_not_stop_the_others(server: MailServer) -> None:
    recipients = _emails(4)
    server.refused, server.refusal = {recipients[1]}, "421 too much for me"

    assert send_due_emails(at=NOW) == SendReport(sent=3, failed=1, given_up=0)
    assert server.recipients() == [recipients[0], *recipients[2:]]


def test_a_server_that_takes_nothing_of_a_batch_is_left_alone_until_the_next_run(
    server: MailServer,
) -> None:
    recipients = _emails(12)
    server.refused = set(recipients[:10])

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=10, given_up=0)
    assert send_due_emails(at=NOW) == SendReport(sent=2, failed=0, given_up=0)
    assert server.recipients() == recipients[10:]


@pytest.mark.parametrize(
    "broken", [{"to": "ann@exa\nmple.com"}, {"kind": "no_such_kind"}], ids=["address", "kind"]
)
def test_an_e_mail_that_cannot_be_written_does_not_stop_the_others(
    server: MailServer, broken: dict[str, Any]
) -> None:
    _email(**broken, next_attempt_at=NOW - timedelta(days=1))
    _email("bob@example.com")

    assert send_due_emails(at=NOW) == SendReport(sent=1, failed=1, given_up=0)
    assert server.recipients() == ["bob@example.com"]


def test_an_e_mail_is_given_up_after_the_last_pause(server: MailServer) -> None:
    email = _email()
    server.refused = {email.to}
    at = NOW

    for pause in RETRY_PAUSES:
        assert send_due_emails(at=at) == SendReport(sent=0, failed=1, given_up=0)
        at += pause
        assert send_due_emails(at=at - timedelta(seconds=1)).failed == 0
    assert send_due_emails(at=at) == SendReport(sent=0, failed=0, given_up=1)

    email.refresh_from_db()
    assert email.status == Email.Status.GIVEN_UP
    assert email.attempts == len(RETRY_PAUSES) + 1
    assert "no such mailbox" in email.error
    server.refused = set()
    assert send_due_emails(at=at + timedelta(days=30)).sent == 0
    assert server.accepted == []


def test_a_long_error_is_cut_to_what_the_table_holds(server: MailServer) -> None:
    email = _email()
    server.refused, server.refusal = {email.to}, f"550 {'no ' * 300}"

    assert send_due_emails(at=NOW).failed == 1

    email.refresh_from_db()
    assert len(email.error) == 500


def test_several_senders_at_once_send_each_e_mail_once(server: MailServer) -> None:
    recipients = _emails(60)
    barrier = Barrier(4)

    def send(_number: int) -> SendReport:
        try:
            barrier.wait()
            return send_due_emails(at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(send, range(4)))

    assert server.recipients() == recipients
    assert sum(report.sent for report in reports) == 60


def test_a_sender_passes_by_what_another_is_claiming(server: MailServer) -> None:
    claimed = _email("claimed@example.com")
    _email("free@example.com")

    def send() -> SendReport:
        try:
            return send_due_emails(at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert Email.objects.select_for_update().get(pk=claimed.pk)
        assert pool.submit(send).result().sent == 1

    assert server.recipients() == ["free@example.com"]


def test_while_the_server_is_talked_to_no_transaction_is_open(server: MailServer) -> None:
    _emails(2)
    states: list[str] = []

    def look() -> None:
        with psycopg2.connect(**connection.get_connection_params()) as other:
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT state FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                states.extend(state for (state,) in cursor.fetchall())

    server.before_answering = look
    send_due_emails(at=NOW)

    assert set(states) == {"idle"}


def test_sending_inside_a_transaction_is_refused(server: MailServer) -> None:
    _email()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send_due_emails(at=NOW)

    assert server.accepted == []


def test_a_sender_whose_claim_ran_out_does_not_spoil_what_the_next_one_did(
    server: MailServer,
) -> None:
    email = _email()
    taken_over = NOW + timedelta(hours=2)

    def take_over() -> None:
        with psycopg2.connect(**connection.get_connection_params()) as other:
            with other.cursor() as cursor:
                cursor.execute(
                    "UPDATE notices_email SET attempts = 2, next_attempt_at = %s", [taken_over]
                )

    server.refused, server.before_answering = {email.to}, take_over
    send_due_emails(at=NOW)

    email.refresh_from_db()
    assert (email.attempts, email.next_attempt_at) == (2, taken_over)


@pytest.mark.parametrize(
    ("place", "copies"), [("emails.claimed", 1), ("emails.accepted", 2), ("emails.recorded", 1)]
)
def test_a_crash_loses_no_e_mail_and_repeats_at_most_the_one_in_hand(
    server: MailServer, place: str, copies: int
) -> None:
    _email("first@example.com")
    _email("second@example.com")

    assert _killed_sender(server, place, NOW) == -signal.SIGKILL
    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=0)
    send_due_emails(at=AFTER_A_CRASH)

    assert Counter(server.recipients()) == {"first@example.com": copies, "second@example.com": 1}
    assert len({message["message-id"] for message in server.accepted}) == 2
    assert not Email.objects.exclude(status=Email.Status.SENT).exists()


def _killed_sender(server: MailServer, place: str, at: datetime) -> int:
    """Send in a process that dies at that place; returns how it ended."""
    database = connection.settings_dict
    host = f"{database['HOST']}:{database['PORT']}"
    environment = {
        ARMED: place,
        "FORECOURT_ENV": "test",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": (
            f"postgres://{database['USER']}:{database['PASSWORD']}@{host}/{database['NAME']}"
        ),
        "REDIS_URL": configuration.REDIS_URL,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "DEFAULT_FROM_EMAIL": configuration.DEFAULT_FROM_EMAIL,
    }
    return subprocess.run(
        [sys.executable, "-c", SEND, at.isoformat()],
        cwd=PROJECT,
        env=os.environ | environment,
        check=False,
    ).returncode
