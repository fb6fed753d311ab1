"""Codes and links that let their reader do something: in the e-mail, and nowhere for longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from marketplace.notices.models import Email, Notice
from marketplace.notices.rules import RETRY_PAUSES, SECRET_KINDS, NoticeKind
from marketplace.notices.services import SendReport, send_due_emails, settle_emails
from tests.marketplace.factories import NOW, make_superuser, make_user
from tests.marketplace.notices.mail_server import MailServer
from tests.marketplace.notices.outbox import make_email, make_emails
from tests.marketplace.notices.samples import CODE, PATH, SITE, VALUES

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = sorted(SECRET_KINDS)


@pytest.fixture(name="never_settled_with_a_secret")
def _never_settled_with_a_secret() -> Iterator[None]:
    """The table takes no row, not for a moment, that waits no more and has a secret."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE notices_email ADD CONSTRAINT no_secret_is_kept"
            " CHECK (status = 'waiting' OR NOT values ?| array['code', 'path'])"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notices_email DROP CONSTRAINT no_secret_is_kept")


def _secret(kind: NoticeKind = NoticeKind.CHANGE_CODE, **fields: object) -> Email:
    return make_email(**({"kind": kind, "values": VALUES[kind]} | fields))


def _text(server: MailServer) -> str:
    (message,) = server.accepted
    body = message.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())


def _open_values(kind: NoticeKind) -> dict[str, object]:
    return {name: value for name, value in VALUES[kind].items() if name not in {"code", "path"}}


@pytest.mark.usefixtures("never_settled_with_a_secret")
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_arrives_and_is_no_longer_in_the_row(server: MailServer, kind: NoticeKind) -> None:
    email = _secret(kind)

    assert send_due_emails(at=NOW) == SendReport(sent=1, failed=0, given_up=0)

    secrets = {str(VALUES[kind][name]) for name in ("code", "path") if name in VALUES[kind]}
    assert secrets and all(secret in _text(server) for secret in secrets)
    email.refresh_from_db()
    assert (email.status, email.values) == (Email.Status.SENT, _open_values(kind))


def test_what_is_no_secret_stays_in_the_row(server: MailServer) -> None:
    kind = NoticeKind.ADDRESS_IN_USE
    email = _secret(kind)

    send_due_emails(at=NOW)

    assert f"{SITE}/account/login/" in _text(server)
    email.refresh_from_db()
    assert (email.status, email.values) == (Email.Status.SENT, VALUES[kind])


@pytest.mark.usefixtures("never_settled_with_a_secret")
def test_a_secret_waits_with_its_e_mail_while_the_server_is_away(server: MailServer) -> None:
    emails = [_secret(kind, to=f"{kind}@example.com") for kind in KINDS]
    server.stop()
    at = NOW

    for pause in RETRY_PAUSES[:3]:
        assert send_due_emails(at=at) == SendReport(sent=0, failed=len(KINDS), given_up=0)
        at += pause
        for email in emails:
            email.refresh_from_db()
            assert email.values == VALUES[NoticeKind(email.kind)]

    server.start()
    assert send_due_emails(at=at).sent == len(KINDS)
    assert send_due_emails(at=at + timedelta(days=30)).sent == 0
    assert server.recipients() == sorted(email.to for email in emails)
    for email in emails:
        email.refresh_from_db()
        assert email.values == _open_values(NoticeKind(email.kind))


@pytest.mark.usefixtures("never_settled_with_a_secret")
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_that_never_arrives_is_given_up_with_its_e_mail(
    server: MailServer, kind: NoticeKind
) -> None:
    email = _secret(kind, attempts=len(RETRY_PAUSES))
    server.refused = {email.to}

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=1)

    email.refresh_from_db()
    assert (email.status, email.values) == (Email.Status.GIVEN_UP, _open_values(kind))


@pytest.mark.usefixtures("never_settled_with_a_secret")
def test_a_code_that_ran_out_while_the_server_was_away_is_never_sent(server: MailServer) -> None:
    late = _secret(to="late@example.com", expires_at=NOW + RETRY_PAUSES[0])
    _secret(to="timely@example.com", expires_at=NOW + RETRY_PAUSES[0] + timedelta(seconds=1))
    server.stop()
    assert send_due_emails(at=NOW).failed == 2

    server.start()
    report = send_due_emails(at=NOW + RETRY_PAUSES[0])

    assert report == SendReport(sent=1, failed=0, given_up=1)
    assert send_due_emails(at=NOW + timedelta(days=30)) == SendReport(sent=0, failed=0, given_up=0)
    assert server.recipients() == ["timely@example.com"]
    late.refresh_from_db()
    assert (late.status, late.error) == (Email.Status.GIVEN_UP, "expired")
    assert late.values == _open_values(NoticeKind.CHANGE_CODE)


def test_e_mails_that_ran_out_do_not_stop_the_others(server: MailServer) -> None:
    for _ in range(25):
        _secret(expires_at=NOW, next_attempt_at=NOW - timedelta(days=1))
    recipients = make_emails(5)

    assert send_due_emails(at=NOW) == SendReport(sent=5, failed=0, given_up=25)
    assert server.recipients() == recipients


def test_e_mails_that_ran_out_are_given_up_even_if_the_server_is_away(server: MailServer) -> None:
    _secret(expires_at=NOW)
    server.stop()

    assert send_due_emails(at=NOW) == SendReport(sent=0, failed=0, given_up=1)


@pytest.mark.usefixtures("never_settled_with_a_secret")
def test_e_mails_taken_as_sent_keep_no_secret() -> None:
    emails = [_secret(kind) for kind in KINDS]
    later = _secret(created_at=NOW + timedelta(days=1))

    assert settle_emails(until=NOW) == len(emails)

    for email in emails:
        email.refresh_from_db()
        assert email.status == Email.Status.SENT
        assert email.values == _open_values(NoticeKind(email.kind))
    later.refresh_from_db()
    assert later.values == VALUES[NoticeKind.CHANGE_CODE]


@pytest.mark.parametrize("kind", KINDS)
def test_the_admin_shows_no_values_of_a_kind_with_secrets(client: Client, kind: NoticeKind) -> None:
    client.force_login(make_superuser())
    notice = Notice.objects.create(user=make_user(), kind=kind, values=VALUES[kind])
    email = _secret(kind)

    for record in (notice, email):
        name = f"admin:notices_{record._meta.model_name}"
        pages = [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[record.pk])]
        for page in pages:
            text = client.get(page).content.decode()
            assert kind.value in text
            assert CODE not in text and PATH not in text


def test_the_admin_shows_the_values_of_other_kinds(client: Client) -> None:
    client.force_login(make_superuser())
    email = make_email()

    page = client.get(reverse("admin:notices_email_change", args=[email.pk])).content.decode()

    assert "Aurora Swift" in page
