"""Guards of accounts: names, codes, and addresses that come back."""

from __future__ import annotations

from tests.guards.guard import ACCOUNT_RACES, ASKING, Guard

CHANGING = "marketplace/accounts/services/changes.py"
MOVING = "marketplace/accounts/services/addresses.py"
CHANGES = "tests/marketplace/accounts/test_changes.py"
ADDRESSES = "tests/marketplace/accounts/test_addresses.py"
CHANGE_TESTS = "tests/portal/api/test_changes.py"
CREDENTIALS = "tests/marketplace/parties/test_credentials.py"

ACCOUNTS = (
    Guard(
        "a username that was given up is not registered",
        "somebody who poses as who had the name before",
        "marketplace/parties/services/accounts.py",
        "    require_unreserved(user.username, user, at)\n",
        "",
        (f"{CREDENTIALS}::test_a_reserved_username_is_nobody_elses_until_it_is_free",),
    ),
    Guard(
        "a reservation is asked for after the write",
        "a name that is caught while it is given up",
        "marketplace/parties/services/accounts.py",
        "        user.save(force_insert=True)\n    require_unreserved(user.username, user, at)\n",
        "        require_unreserved(user.username, user, at)\n"
        "        user.save(force_insert=True)\n",
        (f"{ACCOUNT_RACES}::test_a_username_that_is_being_given_up_is_reserved_already",),
    ),
    Guard(
        "a username that was given up is nobody's change",
        "somebody who poses as who had the name before",
        "marketplace/parties/services/credentials.py",
        "    require_unreserved(wanted, user, at)\n",
        "",
        (
            f"{CREDENTIALS}::test_a_reserved_username_is_nobody_elses_until_it_is_free",
            f"{ACCOUNT_RACES}::test_a_username_that_is_being_given_up_is_reserved_already",
        ),
    ),
    Guard(
        "a username that was given up is reserved for 30 days",
        "somebody who poses as who had the name before",
        "marketplace/parties/services/credentials.py",
        "reserved_until=at + RESERVED_FOR",
        "reserved_until=at",
        (
            f"{CREDENTIALS}::test_a_person_gets_another_username_and_the_former_one_is_reserved",
            f"{CREDENTIALS}::test_a_reserved_username_is_nobody_elses_until_it_is_free",
            f"{CHANGE_TESTS}::test_a_username_changes_with_its_code_and_is_reserved",
        ),
    ),
    Guard(
        "an address that changed is not confirmed by its old letter",
        "an address that nobody has proven to read",
        "marketplace/parties/services/accounts.py",
        "email=user.email, email_confirmed_at=None",
        "email_confirmed_at=None",
        (
            "tests/marketplace/parties/test_accounts.py"
            "::test_an_address_that_changed_meanwhile_is_not_confirmed",
        ),
    ),
    Guard(
        "a promotion needs a confirmed address",
        "sellers who can't be reached",
        "marketplace/pricing/services/promotions.py",
        "        require_confirmed_person(by)\n",
        "        pass\n",
        (
            "tests/marketplace/pricing/test_promotions.py"
            "::test_an_unconfirmed_person_publishes_no_promotion",
        ),
    ),
    Guard(
        "codes are asked for one at a time",
        "more codes than there may be, and two that work",
        CHANGING,
        "    lock_person(user)\n    if not user.is_active:\n        raise AccountInactive()",
        "    user.refresh_from_db()\n    if not user.is_active:\n        raise AccountInactive()",
        (f"{ACCOUNT_RACES}::test_of_codes_asked_for_at_once_five_are_sent_and_one_works",),
    ),
    Guard(
        "codes are tried one at a time",
        "a code that works twice, and attempts that nobody counts",
        CHANGING,
        "    lock_person(user)\n    if not user.is_active:\n        return AccountInactive()",
        "    user.refresh_from_db()\n    if not user.is_active:\n        return AccountInactive()",
        (f"{ACCOUNT_RACES}::test_of_two_tabs_that_confirm_one_has_the_effect",),
    ),
    Guard(
        "a change needs the current password",
        "whoever finds a browser open",
        CHANGING,
        "        raise WrongPassword()",
        "        pass",
        (f"{CHANGES}::test_a_change_needs_the_current_password_and_a_wrong_one_counts_nothing",),
    ),
    Guard(
        "a code goes to a confirmed address",
        "codes that a stranger reads",
        CHANGING,
        "        require_confirmed_person(user)\n",
        "        pass\n",
        (f"{CHANGES}::test_an_unconfirmed_person_changes_nothing_else",),
    ),
    Guard(
        "codes are sent seldom",
        "mailboxes that are flooded, and codes that are guessed",
        CHANGING,
        "    _require_patience(user, at)\n",
        "",
        (f"{CHANGES}::test_five_codes_an_hour_and_the_next_says_when",),
    ),
    Guard(
        "one code works at a time",
        "an older code that changes something else",
        CHANGING,
        "    close_changes(waiting_changes_of(user).filter(kind=kind), Change.Status.VOID, at)\n",
        "",
        (f"{CHANGES}::test_a_new_request_voids_the_one_before_of_its_kind",),
    ),
    Guard(
        "an address in use gets no code",
        "somebody who learns which addresses have an account",
        CHANGING,
        "        if owner is not None and owner.pk != user.pk:",
        "        if False:",
        (f"{CHANGES}::test_whoever_asks_for_an_address_in_use_can_not_tell",),
    ),
    Guard(
        "a code expires",
        "codes that are found later",
        CHANGING,
        "    if change.expires_at <= at:",
        "    if False:",
        (f"{CHANGES}::test_a_code_works_until_it_expires",),
    ),
    Guard(
        "a change needs its code",
        "changes that nobody confirmed",
        CHANGING,
        "    if not is_code(code, change.code_digest):",
        "    if False:",
        (
            f"{CHANGES}::test_a_code_is_for_the_person_who_asked",
            f"{CHANGES}::test_a_code_is_for_the_kind_that_was_asked_for",
        ),
    ),
    Guard(
        "a code is for who asked",
        "somebody else's code",
        "marketplace/accounts/services/closing.py",
        "filter(user=user, status=",
        "filter(status=",
        (f"{CHANGES}::test_a_code_is_for_the_person_who_asked",),
    ),
    Guard(
        "wrong codes are counted for good",
        "guessing without end",
        CHANGING,
        "    return CodeWrong(left)",
        "    raise CodeWrong(left)",
        (f"{CHANGES}::test_a_wrong_attempt_is_counted_for_good",),
    ),
    Guard(
        "no transaction around can take a wrong attempt back",
        "guessing without end",
        CHANGING,
        "@transaction.atomic(durable=True)",
        "@transaction.atomic",
        (
            f"{CHANGES}::test_a_code_is_not_tried_inside_a_transaction_that_could_take_the_attempt"
            "_back",
        ),
    ),
    Guard(
        "the last wrong code ends it",
        "guessing without end",
        CHANGING,
        "    if not left:",
        "    if False:",
        (f"{CHANGES}::test_a_wrong_code_counts_and_the_last_one_ends_it",),
    ),
    Guard(
        "a code works once",
        "a change that is made again and again",
        CHANGING,
        "    close_changes(Change.objects.filter(pk=change.pk), Change.Status.DONE, at)\n",
        "",
        (f"{CHANGES}::test_a_code_works_once_in_however_many_tabs",),
    ),
    Guard(
        "codes to an address that was left are void",
        "changes by who reads the former mailbox",
        MOVING,
        "    close_changes(elsewhere, Change.Status.VOID, at)\n",
        "",
        (
            f"{CHANGES}::test_codes_to_an_address_that_was_left_no_longer_work",
            f"{ACCOUNT_RACES}"
            "::test_a_code_and_a_change_of_its_address_at_once_go_one_after_the_other",
        ),
    ),
    Guard(
        "an address that was never confirmed can't come back",
        "a stranger whose address was mistyped, and who takes the account",
        MOVING,
        "    if was_confirmed:",
        "    if True:",
        (f"{CHANGES}::test_an_unconfirmed_address_can_be_corrected_and_is_not_told",),
    ),
    Guard(
        "a link that takes an address back works once",
        "an address that comes back again and again",
        ASKING,
        "undone_at=None, ",
        "",
        (f"{ADDRESSES}::test_the_link_works_once",),
    ),
    Guard(
        "a link that takes an address back expires",
        "an account taken by who gets the mailbox later",
        ASKING,
        ", undo_until__gt=at",
        "",
        (f"{ADDRESSES}::test_the_link_works_for_48_hours",),
    ),
    Guard(
        "a link is looked at again when the account is held",
        "two links that are used at once",
        MOVING,
        "    if former_address_for(token, at) is None:",
        "    if False:",
        (
            f"{ACCOUNT_RACES}::test_of_two_who_undo_at_once_one_has_the_effect",
            f"{ACCOUNT_RACES}::test_an_older_link_voids_a_later_one_that_is_used_at_once",
        ),
    ),
    Guard(
        "later links are void when an address came back",
        "a thief who takes his own address back",
        MOVING,
        "    later.update(is_active=False, updated_at=at)\n",
        "",
        (
            f"{ADDRESSES}::test_links_to_addresses_that_came_later_are_void_and_earlier_ones_are_not",
        ),
    ),
    Guard(
        "codes are void when an address came back",
        "a thief's change that is still confirmed",
        MOVING,
        "    close_changes(waiting_changes_of(user), Change.Status.VOID, at)\n",
        "",
        (f"{ADDRESSES}::test_whatever_was_asked_for_since_is_void",),
    ),
    Guard(
        "devices are noted one at a time",
        "a log-in that fails, or a new device that nobody hears of",
        "marketplace/accounts/services/devices.py",
        "    lock_person(user)\n",
        "",
        (
            f"{ACCOUNT_RACES}"
            "::test_of_two_first_devices_at_once_one_is_news_and_one_device_is_noted_once",
        ),
    ),
)
