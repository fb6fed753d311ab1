"""Secrets: what they look like and how they are kept."""

import re

import pytest

from marketplace.accounts.rules import ALPHABET, bare_code, digest, is_code, new_code, new_token


def test_a_code_is_read_easily_and_never_the_same():
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", code) for code in codes)
    assert not set(ALPHABET) & set("0OIL1S5Z2B8")


@pytest.mark.parametrize(
    "typed",
    [
        "ACDE-FGHJ",
        "acdefghj",
        " acde fghj ",
        "ACDE\u2013FGHJ",
        "A C D E\u00a0F-G-H-J\n",
        "acde\u2010fghj",
    ],
)
def test_a_code_is_the_same_however_it_is_typed(typed):
    assert bare_code(typed) == "ACDEFGHJ"
    assert is_code(typed, digest(bare_code("ACDE-FGHJ")))


@pytest.mark.parametrize(
    "typed", ["", "ACDE-FGHK", "ACDEFGH", "ACDEFGHJJ", "\ud800", "\x00", "Ä" * 8]
)
def test_another_code_is_another(typed):
    assert not is_code(typed, digest("ACDEFGHJ"))


def test_a_digest_says_nothing_of_its_secret_and_depends_on_the_sites_key(settings):
    token = new_token()
    kept = digest(token)

    assert len(kept) == 64 and token not in kept
    assert digest(token) == kept != digest(new_token())
    settings.SECRET_KEY = "another"
    assert digest(token) != kept
