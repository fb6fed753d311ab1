"""Guards of letters and their secrets."""

from __future__ import annotations

from tests.guards.guard import Guard

NOTICES = "marketplace/notices/services.py"
SECRETS = "tests/marketplace/notices/test_secrets.py"
LETTERS = "tests/marketplace/notices/test_letters.py"
SANDBOX_MAIL = "portal/sandbox/mail.py"

LETTER = (
    Guard(
        "a secret leaves its row when its e-mail is sent",
        "codes and links that whoever sees the table can use",
        NOTICES,
        'values=_OPEN_VALUES, error="", updated_at=at',
        'error="", updated_at=at',
        (f"{SECRETS}::test_a_secret_arrives_and_is_no_longer_in_the_row",),
    ),
    Guard(
        "a secret leaves its row when its e-mail is given up",
        "codes and links that whoever sees the table can use",
        NOTICES,
        "values=_OPEN_VALUES, error=error, updated_at=at",
        "error=error, updated_at=at",
        (f"{SECRETS}::test_a_secret_that_never_arrives_is_given_up_with_its_e_mail",),
    ),
    Guard(
        "a secret leaves its row when its e-mail is taken as sent",
        "codes and links that whoever sees the table can use",
        NOTICES,
        'sent_at=F("created_at"), values=_OPEN_VALUES, ',
        'sent_at=F("created_at"), ',
        (f"{SECRETS}::test_e_mails_taken_as_sent_keep_no_secret",),
    ),
    Guard(
        "an e-mail that has expired is not sent",
        "codes that arrive when they no longer work",
        NOTICES,
        " for email in batch if not _is_late(email, at)\n            )",
        " for email in batch\n            )",
        (f"{SECRETS}::test_a_code_that_ran_out_while_the_server_was_away_is_never_sent",),
    ),
    Guard(
        "a notice carries no secret",
        "codes and links on a page that stays open",
        NOTICES,
        "values=without_secrets(kind, facts)",
        "values=facts",
        (
            "tests/marketplace/notices/test_telling.py"
            "::test_a_notice_carries_no_secret_and_its_e_mail_does",
        ),
    ),
    Guard(
        "the admin shows no secret",
        "staff who log in as somebody else",
        "marketplace/notices/admin.py",
        '            fields.remove("values")\n',
        "            pass\n",
        (f"{SECRETS}::test_the_admin_shows_no_values_of_a_kind_with_secrets",),
    ),
    Guard(
        "a letter's links stay on the site",
        "buttons that lead to somebody else's page",
        "marketplace/notices/rules/letters.py",
        "isinstance(path, str) and _PATH.fullmatch(path)",
        "isinstance(path, str)",
        (f"{LETTERS}::test_a_path_that_leads_off_the_site_gets_into_no_letter",),
    ),
    Guard(
        "a letter in the mailbox runs no script",
        "mail that acts as whoever reads it",
        SANDBOX_MAIL,
        '@method_decorator(csp(_CSP_OF_A_LETTER), name="dispatch")\n',
        "",
        (
            "tests/portal/sandbox/test_mail.py"
            "::test_a_letter_may_bring_a_style_and_links_and_can_run_or_load_nothing",
        ),
    ),
)
