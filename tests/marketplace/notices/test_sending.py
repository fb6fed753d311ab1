"""E-mails on their way to a real SMTP server, and what happens when it fails."""

from __future__ import annotations

from datetime import timedelta
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest

from marketplace.common.nudges import Job
from marketplace.notices.models import Email
from marketplace.notices.rules import RETRY_PAUSES
from marketplace.notices.services import SendReport, send_due_emails
from tests.marketplace.factories import NOW
from tests.marketplace.notices.mail_server import MailServer
from tests.marketplace.notices.outbox import make_email, make_emails

pytestmark = pytest.mark.django_db(transaction=True)

#: Longer than any claim on an e-mail lasts.
LONG_AFTER = NOW + timedelta(hours=1)


def test_an_e_mail_arrives_as_text_and_html_with_a_link_and_is_recorded(server: MailServer) -> None:
    email = make_email(
        values={"car_model": "Škoda <Ключ>", "car_model_id": 7, "max_price_cents": 5}
    )

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
    make_email()

    send_due_emails(at=NOW)

    assert send_due_emails(at=LONG_AFTER) == SendReport(sent=0, failed=0, given_up=0)
    assert len(server.accepted) == 1


def test_what_is_not_due_or_was_deactivated_stays(server: MailServer) -> None:
    make_email(next_attempt_at=NOW + timedelta(seconds=1))
    make_email(is_active=False)

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=0)
    assert server.accepted == []


def test_all_that_is_due_goes_out_over_one_connection(server: MailServer) -> None:
    recipients = make_emails(35)

    assert send_due_emails(at=NOW).sent == 35

    assert server.recipients() == recipients
    assert (server.connections, server.farewells) == (1, 1)


@pytest.mark.usefixtures("rung")
def test_a_run_ends_at_its_limit_and_takes_the_longest_due_first(server: MailServer) -> None:
    recipients = make_emails(15)
    make_email("early@example.com", next_attempt_at=NOW - timedelta(days=1))

    assert send_due_emails(at=NOW, limit=12).sent == 12

    assert server.recipients() == ["early@example.com", *recipients[:11]]


def test_a_run_that_ends_at_its_limit_rings_for_the_next_and_no_other_does(
    server: MailServer, rung: list[str]
) -> None:
    make_emails(20)

    send_due_emails(at=NOW, limit=10)
    assert rung == [Job.SEND_EMAILS]

    send_due_emails(at=NOW)
    send_due_emails(at=NOW)
    make_emails(10)
    server.stop()
    send_due_emails(at=NOW, limit=10)
    assert rung == [Job.SEND_EMAILS]


def test_a_server_that_is_away_for_a_while_gets_each_e_mail_once(server: MailServer) -> None:
    recipients = make_emails(3)
    server.stop()

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=3, given_up=0)
    email = Email.objects.earliest("pk")
    assert (email.status, email.attempts) == (Email.Status.WAITING, 1)
    assert email.next_attempt_at == NOW + RETRY_PAUSES[0]
    assert "refused" in email.error.lower()

    server.start()
    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=0)
    assert send_due_emails(at=NOW + RETRY_PAUSES[0]).sent == 3
    assert send_due_emails(at=LONG_AFTER).sent == 0
    assert server.recipients() == recipients
    assert set(Email.objects.values_list("status", "error")) == {(Email.Status.SENT, "")}


def test_a_server_that_is_away_costs_an_attempt_to_one_batch_only(server: MailServer) -> None:
    make_emails(35)
    server.stop()

    report = send_due_emails(at=NOW)

    assert report.failed == Email.objects.filter(attempts=1).count() == 10
    assert Email.objects.filter(attempts=0, next_attempt_at=NOW).count() == 25


def test_a_server_that_hangs_up_is_called_once_a_run(server: MailServer) -> None:
    make_emails(5)
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
    recipients = make_emails(4)
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
    recipients = make_emails(4)
    server.refused, server.refusal = {recipients[1]}, "421 too much for me"

    assert send_due_emails(at=NOW) == SendReport(sent=3, failed=1, given_up=0)
    assert server.recipients() == [recipients[0], *recipients[2:]]


def test_a_server_that_takes_nothing_of_a_batch_is_left_alone_until_the_next_run(
    server: MailServer,
) -> None:
    recipients = make_emails(12)
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
    make_email(**broken, next_attempt_at=NOW - timedelta(days=1))
    make_email("bob@example.com")

    assert send_due_emails(at=NOW) == SendReport(sent=1, failed=1, given_up=0)
    assert server.recipients() == ["bob@example.com"]


def test_an_e_mail_is_given_up_after_the_last_pause(server: MailServer) -> None:
    email = make_email()
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
    email = make_email()
    server.refused, server.refusal = {email.to}, f"550 {'no ' * 300}"

    assert send_due_emails(at=NOW).failed == 1

    email.refresh_from_db()
    assert len(email.error) == 500
