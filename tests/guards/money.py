"""Guards of money and offers."""

from __future__ import annotations

from tests.guards.guard import CONSTRAINTS, MATCH_RACES, OFFERS, TRADING, Guard

LEDGER = "marketplace/ledger/services.py"
POSTING = "tests/marketplace/ledger/test_posting.py"
MONEY_RACES = "tests/races/test_money_races.py"

MONEY = (
    Guard(
        "accounts are locked before their balance is looked at",
        "two who spend the same money",
        LEDGER,
        '" ORDER BY id FOR UPDATE",',
        '" ORDER BY id",',
        (f"{MONEY_RACES}::test_whoever_waited_for_a_wallet_sees_what_is_left_of_it",),
    ),
    Guard(
        "accounts are locked in the order of their keys",
        "deadlocks between payments that cross",
        LEDGER,
        '" ORDER BY id FOR UPDATE",\n            [array(addresses)],',
        '" FOR UPDATE",\n            [array(addresses)],',
        (f"{MONEY_RACES}::test_accounts_are_locked_in_the_order_of_their_keys",),
    ),
    Guard(
        "an account is opened once",
        "two first payments at once that refuse each other",
        LEDGER,
        " ORDER BY address ON CONFLICT (address) DO NOTHING",
        " ORDER BY address",
        (f"{MONEY_RACES}::test_accounts_opened_at_once_are_opened_once",),
    ),
    Guard(
        "a reference has one effect",
        "a payment that is repeated, or sent twice at once",
        LEDGER,
        " ON CONFLICT (reference) DO NOTHING RETURNING reference",
        " RETURNING reference",
        (
            f"{POSTING}::test_the_same_reference_twice_has_one_effect",
            f"{MONEY_RACES}::test_one_reference_posted_several_times_at_once_has_one_effect",
        ),
    ),
    Guard(
        "only what was written moves money",
        "a repeated reference that moves balances once more",
        LEDGER,
        "_move_money([once[reference] for reference in new], accounts, at)",
        "_move_money(list(once.values()), accounts, at)",
        (f"{POSTING}::test_the_same_reference_twice_has_one_effect",),
    ),
    Guard(
        "a reference keeps its accounts and amount",
        "another payment under a reference that is in the book",
        LEDGER,
        "        raise ReferenceTaken()",
        "        return",
        (f"{POSTING}::test_the_same_reference_with_something_else_is_refused",),
    ),
    Guard(
        "nobody spends what is not there",
        "a balance below zero",
        LEDGER,
        "            raise InsufficientFunds()",
        "            continue",
        (
            f"{POSTING}::test_what_is_not_there_cannot_be_spent_and_nothing_is_half_done",
            f"{POSTING}::test_many_new_moves_cannot_overdraw",
        ),
    ),
    Guard(
        "an amount is above zero",
        "money that flows backwards",
        LEDGER,
        "            raise AmountInvalid()",
        "            continue",
        (f"{POSTING}::test_only_a_positive_amount_moves",),
    ),
    Guard(
        "a correction has a reason",
        "money that nobody can explain",
        LEDGER,
        "        raise ReasonMissing()",
        "        pass",
        (f"{POSTING}::test_an_administrator_credits_and_debits_once_a_key_with_a_reason",),
    ),
    Guard(
        "only who may add transfers corrects balances",
        "staff that helps itself",
        "marketplace/ledger/admin.py",
        '        if not request.user.has_perm("ledger.add_transfer"):',
        "        if False:",
        ("tests/portal/test_admin.py::test_only_who_may_add_transfers_corrects_balances",),
    ),
    Guard(
        "transfers are append-only",
        "a past that is written over",
        "marketplace/ledger/migrations/0003_append_only.py",
        "CREATE TRIGGER ledger_transfers_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE",
        "CREATE TRIGGER ledger_transfers_are_append_only BEFORE INSERT",
        (f"{CONSTRAINTS}::test_what_happened_is_not_changed_or_forgotten",),
    ),
    Guard(
        "decisions are append-only",
        "reasons that are written over",
        "marketplace/trading/migrations/0002_append_only.py",
        "CREATE TRIGGER trading_decisions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE",
        "CREATE TRIGGER trading_decisions_are_append_only BEFORE INSERT",
        (f"{CONSTRAINTS}::test_what_happened_is_not_changed_or_forgotten",),
    ),
)

OFFER = (
    Guard(
        "an offer needs a confirmed address",
        "customers who can't be told",
        OFFERS,
        "    require_confirmed_email(customer)\n",
        "",
        (f"{TRADING}::test_an_offer_needs_a_confirmed_address",),
    ),
    Guard(
        "an offer needs an active customer",
        "trade by who has left",
        OFFERS,
        "    require_active_until_commit(customer)\n",
        "",
        (f"{TRADING}::test_an_offer_needs_an_active_customer",),
    ),
    Guard(
        "an offer needs an active car model",
        "offers that can never be filled",
        OFFERS,
        "        raise CarModelInactive()",
        "        pass",
        (f"{TRADING}::test_an_offer_needs_an_active_car_model",),
    ),
    Guard(
        "an offer needs a price",
        "offers of nothing, or of more than the ledger can count",
        OFFERS,
        "    if not 0 < max_price_cents <= MAX_CENTS:",
        "    if False:",
        (f"{TRADING}::test_an_offer_needs_a_price",),
    ),
    Guard(
        "an offer ends in the future",
        "offers that are over before they begin, or never",
        OFFERS,
        "    if not at < expires_at <= at + LONGEST_LIFE:",
        "    if False:",
        (f"{TRADING}::test_an_offer_ends_in_the_future",),
    ),
    Guard(
        "an offer holds its money",
        "two offers that promise the same money",
        OFFERS,
        "    post(_hold(offer.pk, customer.pk, max_price_cents), at=at)\n",
        "",
        (
            f"{TRADING}::test_an_offer_needs_its_money_and_holds_it",
            f"{MONEY_RACES}::test_of_two_offers_posted_at_once_on_one_wallet_only_the_one_that_fits"
            "_is_posted",
        ),
    ),
    Guard(
        "an offer is its customer's own",
        "somebody who cancels another's offer",
        OFFERS,
        "pk=offer.pk, customer=customer\n",
        "pk=offer.pk\n",
        (f"{TRADING}::test_nobody_cancels_the_offer_of_another",),
    ),
    Guard(
        "only an open offer is cancelled",
        "money that is given back twice",
        OFFERS,
        "        raise OfferClosed()",
        "        pass",
        (f"{TRADING}::test_a_closed_offer_is_not_cancelled_and_gives_its_money_back_once",),
    ),
    Guard(
        "an offer is locked before it is cancelled",
        "two cancellations, or a cancellation and a match, at once",
        OFFERS,
        '.select_for_update(of=("self",))',
        "",
        (f"{MONEY_RACES}::test_whoever_waited_for_an_offer_sees_that_it_was_cancelled",),
    ),
    Guard(
        "only an open offer expires",
        "money that is given back twice",
        OFFERS,
        "WHERE status = 'open' AND expires_at <= %s",
        "WHERE expires_at <= %s",
        (f"{TRADING}::test_only_an_open_offer_expires",),
    ),
    Guard(
        "an offer is locked before it expires",
        "an offer that was cancelled in between",
        OFFERS,
        "WHERE id IN (SELECT id FROM trading_offer WHERE status = 'open' AND expires_at <= %s\"\n"
        '            " ORDER BY id FOR UPDATE) RETURNING',
        "WHERE id IN (SELECT id FROM trading_offer WHERE status = 'open' AND expires_at <= %s\"\n"
        '            " ORDER BY id) RETURNING',
        (f"{MATCH_RACES}::test_an_offer_cancelled_while_it_expires_gets_its_money_back_once",),
    ),
)
