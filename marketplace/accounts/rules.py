"""Secrets that go out by e-mail: what they look like, how they are kept, and how long they are good.

Only a digest is ever kept; whoever reads the table can't use it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from secrets import choice, token_urlsafe

from django.utils.crypto import constant_time_compare, salted_hmac

CODE_LIFE = timedelta(minutes=15)
CODE_ATTEMPTS = 5
CODES_AN_HOUR = 5
UNDO_LIFE = timedelta(hours=48)
INVITATION_LIFE = timedelta(days=7)
MAX_WAITING_INVITATIONS = 20
INVITATION_LETTERS_A_DAY = 30
INVITATION_LETTERS_A_DAY_TO_ONE_ADDRESS = 3
VIEWING_LIFE = timedelta(minutes=30)

#: Letters and digits that nobody takes for one another, in any type.
ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"

_CODE_LENGTH = 8
_SEPARATORS = re.compile(r"[\s\u2010-\u2015-]")


def new_code() -> str:
    """A code as people read it: ABCD-EFGH."""
    letters = "".join(choice(ALPHABET) for _ in range(_CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def new_token() -> str:
    """A secret for a link, in letters that an address can hold."""
    return token_urlsafe(32)


def bare_code(text: str) -> str:
    """The letters of a code, whatever the case, blanks and dashes in which it was typed."""
    return _SEPARATORS.sub("", text).upper()


def digest(secret: str) -> str:
    """What is kept of a secret, 64 characters; without the site's own key nobody can guess back."""
    # What can't be written in UTF-8 is no secret of ours, and no reason to stumble either.
    text = secret.encode(errors="replace")
    return salted_hmac("marketplace.accounts", text, algorithm="sha256").hexdigest()


def is_code(text: str, kept: str) -> bool:
    """Whether the text is the code of which this digest is kept."""
    return constant_time_compare(digest(bare_code(text)), kept)
