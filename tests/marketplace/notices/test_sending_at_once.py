"""Several senders at once, and senders that die: each e-mail still arrives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import psycopg2
import pytest
from django.conf import settings as configuration
from django.db import connection, transaction

from marketplace.common.crashes import ARMED
from marketplace.notices.models import Email
from marketplace.notices.services import SendReport, send_due_emails
from tests.marketplace.factories import NOW
from tests.marketplace.notices.mail_server import MailServer
from tests.marketplace.notices.outbox import make_email, make_emails

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


def test_several_senders_at_once_send_each_e_mail_once(server: MailServer) -> None:
    recipients = make_emails(60)
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
    claimed = make_email("claimed@example.com")
    make_email("free@example.com")

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
    make_emails(2)
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
    make_email()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send_due_emails(at=NOW)

    assert server.accepted == []


def test_a_sender_whose_claim_ran_out_does_not_spoil_what_the_next_one_did(
    server: MailServer,
) -> None:
    email = make_email()
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
    make_email("first@example.com")
    make_email("second@example.com")

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
