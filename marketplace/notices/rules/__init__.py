"""What each kind of notice says and leads to, which values are secret, when e-mails are retried.

Values in, text out. Knows no table and no server; the site's address comes from the caller.
"""

from marketplace.notices.rules.kinds import SECRET_KINDS, SECRETS, NoticeKind, without_secrets
from marketplace.notices.rules.letters import Letter, NoticeText, letter_of, text_of
from marketplace.notices.rules.retries import RETRY_PAUSES, pause_after

__all__ = [
    "RETRY_PAUSES",
    "SECRETS",
    "SECRET_KINDS",
    "Letter",
    "NoticeKind",
    "NoticeText",
    "letter_of",
    "pause_after",
    "text_of",
    "without_secrets",
]
