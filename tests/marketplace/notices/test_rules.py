"""Which values are secrets, and when an e-mail is tried again."""

from __future__ import annotations

from datetime import timedelta

from marketplace.notices.rules import RETRY_PAUSES, NoticeKind, pause_after, without_secrets

VALUES = {"code": "123456", "path": "/a/", "what": "password"}


def test_the_code_and_the_link_of_a_kind_with_secrets_are_secret() -> None:
    assert without_secrets(NoticeKind.CHANGE_CODE, VALUES) == {"what": "password"}
    assert without_secrets("change_code", VALUES) == {"what": "password"}


def test_the_link_of_another_kind_is_not() -> None:
    assert without_secrets(NoticeKind.ADDRESS_IN_USE, VALUES) == VALUES


def test_an_e_mail_is_tried_after_growing_pauses_and_then_given_up() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 9)]

    assert pauses == [*RETRY_PAUSES, None]
    assert list(RETRY_PAUSES) == sorted(RETRY_PAUSES)
    assert RETRY_PAUSES[0] == timedelta(seconds=30)
