"""Guards of the API: who may ask, how often, and what a repeated request does."""

from __future__ import annotations

from tests.guards.guard import Guard

TOKENS = "portal/identity/tokens.py"
AUTHENTICATION = "portal/api/authentication.py"
PERMISSIONS = "portal/api/permissions.py"
RESOURCES = "portal/api/resources.py"
THROTTLING = "portal/api/throttling.py"
RECEIPTS = "marketplace/receipts/services.py"
IDEMPOTENCY = "portal/api/idempotency.py"
PRICE_LISTS = "portal/api/price_lists.py"
SETTINGS = "portal/settings.py"
CHANGING = "portal/identity/changes.py"

TOKEN_TESTS = "tests/portal/identity/test_tokens.py"
ASKER_TESTS = "tests/portal/api/test_authentication.py"
HAT_TESTS = "tests/portal/api/test_permissions.py"
LIMIT_TESTS = "tests/portal/api/test_throttling.py"
ANSWER_TESTS = "tests/marketplace/receipts/test_answering.py"
KEY_TESTS = "tests/portal/api/test_idempotency.py"
LIST_TESTS = "tests/portal/api/test_price_lists.py"
LIST_RACES = "tests/portal/api/test_price_list_races.py"
CHANGE_TESTS = "tests/portal/api/test_changes.py"
PROFILE_TESTS = "tests/portal/api/test_profile.py"

API = (
    Guard(
        "a refresh token that comes twice ends its family",
        "a thief who goes on with what a stolen token was turned into",
        TOKENS,
        "            if renewed is None:\n",
        "            if False:\n",
        (f"{TOKEN_TESTS}::test_a_used_refresh_token_ends_everything_made_from_its_log_in",),
    ),
    Guard(
        "a refresh token is good for one use",
        "a stolen token that nobody notices",
        SETTINGS,
        "HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True",
        "HEADLESS_JWT_ROTATE_REFRESH_TOKEN = False",
        (
            f"{TOKEN_TESTS}::test_a_refresh_token_is_turned_over",
            f"{TOKEN_TESTS}::test_a_used_refresh_token_ends_everything_made_from_its_log_in",
        ),
    ),
    Guard(
        "a token ends with its session",
        "programs that go on after a log-out",
        SETTINGS,
        "HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True",
        "HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = False",
        (
            f"{TOKEN_TESTS}::test_logging_out_revokes_both_tokens",
            f"{ASKER_TESTS}::test_logging_out_ends_the_token",
        ),
    ),
    Guard(
        "signing up tells nobody who has an account",
        "lists of addresses that are sorted by who trades here",
        SETTINGS,
        'ACCOUNT_PREVENT_ENUMERATION = "strict"',
        "ACCOUNT_PREVENT_ENUMERATION = False",
        (
            "tests/portal/identity/test_joining.py"
            "::test_a_known_address_signs_up_the_same_and_can_never_be_confirmed",
        ),
    ),
    Guard(
        "a page's write through the API needs its CSRF token",
        "other sites that act in a visitor's name",
        AUTHENTICATION,
        "            super().enforce_csrf(request)\n",
        "            pass\n",
        (f"{ASKER_TESTS}::test_a_page_reads_with_its_session_and_writes_with_its_csrf_token",),
    ),
    Guard(
        "a page's form needs its CSRF token",
        "other sites that act in a visitor's name",
        SETTINGS,
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        (
            "tests/portal/web/account/test_changes.py::test_a_change_needs_the_csrf_token",
            "tests/portal/web/account/test_undo.py::test_undoing_needs_the_csrf_token",
        ),
    ),
    Guard(
        "an act that nobody declared is for nobody",
        "a new address that was forgotten, and is open",
        PERMISSIONS,
        "view.for_whom.get(view.action, frozenset())",
        "view.for_whom.get(view.action, frozenset({Hat.ANONYMOUS}))",
        (f"{HAT_TESTS}::test_an_undeclared_act_is_for_nobody",),
    ),
    Guard(
        "an act is for those whom it is meant for",
        "analysts who write, and managers who decide who is in the team",
        PERMISSIONS,
        "    if hat not in audience:\n",
        "    if False:\n",
        (f"{HAT_TESTS}::test_each_hat_reads_and_writes_a_policy_as_declared",),
    ),
    Guard(
        "an act without a party is for who has such a hat somewhere",
        "customers who run jobs",
        PERMISSIONS,
        "        elif not audience & view.hats.worn():\n",
        "        elif False:\n",
        (f"{HAT_TESTS}::test_jobs_are_for_staff",),
    ),
    Guard(
        "an object is its party's",
        "an owner of one party who acts for another in which he only reads",
        PERMISSIONS,
        "        require_hat(view.hats, party_id, audience, of=audience)\n        return True\n\n\ndef",
        "        return True\n\n\ndef",
        (
            "tests/portal/api/test_hats.py"
            "::test_who_writes_for_one_seller_and_reads_for_another_writes_only_there",
        ),
    ),
    Guard(
        "a party that the body names is one's own",
        "somebody who acts in another party's name",
        RESOURCES,
        '            raise invalid(field, _("You act for no such party."), "does_not_exist") from error',
        "            return Party.objects.get(pk=party_id)",
        (
            "tests/portal/api/test_invitations.py"
            "::test_each_hat_reads_invites_and_withdraws_as_declared",
        ),
    ),
    Guard(
        "requests are counted",
        "programs that ask without end",
        THROTTLING,
        "        return not self._usage.is_spent\n",
        "        return True\n",
        (
            f"{LIMIT_TESTS}::test_the_answers_count_down_and_then_refuse",
            f"{LIMIT_TESTS}"
            "::test_a_person_is_counted_wherever_they_ask_from_and_writes_count_twice",
        ),
    ),
    Guard(
        "asking for accounts is counted",
        "programs that log in without end",
        "portal/api/headless.py",
        "        if usage.is_spent:\n",
        "        if False:\n",
        (f"{LIMIT_TESTS}::test_whatever_is_asked_counts[/api/auth/app/v1/config]",),
    ),
    Guard(
        "the address of a client is what our own proxy saw",
        "clients that are counted as somebody else each time",
        THROTTLING,
        "        address = passed_on[-proxies].strip()\n",
        "        address = passed_on[0].strip()\n",
        (f"{LIMIT_TESTS}::test_an_address_is_what_our_own_proxy_saw",),
    ),
    Guard(
        "a password is not guessed where it is asked for",
        "whoever finds a browser open, and has time",
        CHANGING,
        "        raise TooManyAttempts()",
        "        pass",
        (
            f"{CHANGE_TESTS}::test_the_password_is_not_guessed_by_asking_for_changes",
            f"{PROFILE_TESTS}::test_a_closing_needs_the_password_and_guessing_it_ends",
        ),
    ),
    Guard(
        "an account is closed with its password",
        "whoever finds a browser open",
        CHANGING,
        "        raise WrongPassword()\n    leave_market",
        "        pass\n    leave_market",
        (f"{PROFILE_TESTS}::test_a_closing_needs_the_password_and_guessing_it_ends",),
    ),
    Guard(
        "an address that came back leaves the password behind",
        "a thief who knows the password and logs in again",
        CHANGING,
        "        set_password_hash(user=user, password_hash=make_password(None), at=timezone.now())\n",
        "",
        (
            f"{CHANGE_TESTS}"
            "::test_an_address_is_taken_back_once_and_whoever_had_the_password_is_out",
        ),
    ),
    Guard(
        "an address that came back ends all sessions",
        "a thief who stays logged in",
        CHANGING,
        "    end_sessions(user)\n    return user\n",
        "    return user\n",
        (
            "tests/portal/web/account/test_undo.py"
            "::test_the_button_gives_the_address_back_and_ends_every_session",
        ),
    ),
    Guard(
        "what moves money needs a key",
        "money that moves twice because an answer was lost",
        IDEMPOTENCY,
        "    if not key:\n",
        "    if False:\n",
        (
            f"{KEY_TESTS}::test_a_key_is_needed_and_is_visible_ascii",
            "tests/portal/api/test_offers.py::test_without_a_key_nothing_is_posted",
        ),
    ),
    Guard(
        "a key belongs to its request",
        "another request that is answered with what the first one did",
        RECEIPTS,
        "            raise KeyReused()\n",
        "            pass\n",
        (
            f"{ANSWER_TESTS}::test_another_request_under_the_key_is_refused",
            f"{KEY_TESTS}::test_another_body_or_path_under_the_key_is_refused",
        ),
    ),
    Guard(
        "a key is worked on by one at a time",
        "two of the same request that both have an effect, or wait for each other",
        RECEIPTS,
        "        raise RequestInFlight()\n",
        "        pass\n",
        (f"{ANSWER_TESTS}::test_of_two_at_once_one_works_and_the_other_is_told_to_wait",),
    ),
    Guard(
        "a refusal that is kept has undone its effects",
        "half an offer, and an answer that says there is none",
        IDEMPOTENCY,
        "        with transaction.atomic():\n",
        "        if True:\n",
        (f"{KEY_TESTS}::test_a_refusal_is_undone_and_kept",),
    ),
    Guard(
        "a replacement of a price list says what it replaces",
        "changes of others that are overwritten unseen",
        PRICE_LISTS,
        "            raise IfMatchMissing()\n",
        "            return None\n",
        (f"{LIST_TESTS}::test_a_replacement_says_what_it_replaces",),
    ),
    Guard(
        "a price list is replaced as it was read",
        "changes of others that are overwritten unseen",
        "marketplace/pricing/services/price_lists.py",
        "        raise PriceListChanged()\n",
        "        pass\n",
        (
            f"{LIST_TESTS}::test_a_replacement_says_what_it_replaces",
            f"{LIST_RACES}"
            "::test_of_two_replacements_of_one_list_at_once_one_is_told_that_it_comes_too_late",
        ),
    ),
    Guard(
        "a price list is written by one at a time",
        "two who both fill a list that was empty",
        "marketplace/pricing/services/price_lists.py",
        "    lock_seller(seller)\n    rows = _locked_rows(seller)\n",
        "    rows = _locked_rows(seller)\n",
        (f"{LIST_RACES}::test_of_two_who_fill_an_empty_list_at_once_one_comes_too_late",),
    ),
)
