"""E-mails that wait to be sent."""

from __future__ import annotations

from typing import Any

from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from tests.marketplace.factories import NOW


def make_email(to: str = "ann@example.com", **fields: Any) -> Email:
    """An e-mail that is due at `NOW`; any column can be given."""
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


def make_emails(count: int) -> list[str]:
    """So many waiting e-mails; returns their recipients in alphabetical order."""
    recipients = [f"person{number:03}@example.com" for number in range(count)]
    for recipient in recipients:
        make_email(recipient)
    return recipients
