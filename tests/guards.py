"""The guards of the market: each with what it keeps out, and the tests that go red without it.

`tests/GUARDS.md` is written from this list, and `tests/teeth.py` removes the guards one by one.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """A piece of code that keeps something out: without `text` (with `instead`) its tests go red."""

    name: str
    keeps_out: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


LEDGER = "marketplace/ledger/services.py"
OFFERS = "marketplace/trading/services/offers.py"
MATCHING = "marketplace/trading/services/matching.py"
RUNS = "marketplace/trading/services/runs.py"
BOOK = "marketplace/trading/selectors/book.py"
STOCK = "marketplace/pricing/services/stock.py"
POSTING = "tests/marketplace/ledger/test_posting.py"
MONEY_RACES = "tests/races/test_money_races.py"
MATCH_RACES = "tests/races/test_matching_races.py"
STOCK_RACES = "tests/races/test_restocking_races.py"
TRADING = "tests/traps/test_trading_guards.py"
CONSTRAINTS = "tests/traps/test_constraints.py"
TWO_OF_ONE_SLOT = f"{MATCH_RACES}::test_of_two_runs_of_one_slot_one_has_the_effect"
CHANGING = "marketplace/accounts/services/changes.py"
MOVING = "marketplace/accounts/services/addresses.py"
INVITING = "marketplace/accounts/services/invitations.py"
TEAMWORK = "marketplace/accounts/services/teams.py"
VIEWING = "marketplace/accounts/services/viewings.py"
ASKING = "marketplace/accounts/selectors.py"
CHANGES = "tests/marketplace/accounts/test_changes.py"
ADDRESSES = "tests/marketplace/accounts/test_addresses.py"
INVITATIONS = "tests/marketplace/accounts/test_invitations.py"
TEAMS = "tests/marketplace/accounts/test_teams.py"
VIEWINGS = "tests/marketplace/accounts/test_viewings.py"
CREDENTIALS = "tests/marketplace/parties/test_credentials.py"
ACCOUNT_RACES = "tests/races/test_account_races.py"
NO_PART = f"{TRADING}::test_what_is_deactivated_takes_no_part_in_matching"
OWN_TRANSACTION = f"{TRADING}::test_a_job_has_its_own_transaction"

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

MATCH = (
    Guard(
        "a shard has one run at a time",
        "runs that plan for nothing, and wear each other's attempts out",
        RUNS,
        "SELECT pg_advisory_xact_lock(%s, %s)",
        "SELECT %s, %s",
        (f"{MATCH_RACES}::test_a_run_of_another_slot_waits_for_the_shard",),
    ),
    Guard(
        "a slot is served once",
        "a second delivery, a second beat",
        RUNS,
        "[job.value, slot, shard.index, shard.of, at, started_at]",
        "[job.value, str(started_at), shard.index, shard.of, at, started_at]",
        (TWO_OF_ONE_SLOT, f"{TRADING}::test_a_slot_served_before_is_not_served_again"),
    ),
    Guard(
        "a run of matching is a transaction of its own",
        "a claim that stands without its work, or work without its claim",
        MATCHING,
        "@transaction.atomic(durable=True)",
        "@transaction.atomic",
        (f"{OWN_TRANSACTION}[<lambda>0]",),
    ),
    Guard(
        "a run of expiring is a transaction of its own",
        "offers that are closed while their money stays held",
        OFFERS,
        "@transaction.atomic(durable=True)",
        "@transaction.atomic",
        (f"{OWN_TRANSACTION}[<lambda>2]",),
    ),
    Guard(
        "only an open offer is filled",
        "a match of what was cancelled in between",
        MATCHING,
        "WHERE id = ANY(%s) AND status = 'open' AND is_active",
        "WHERE id = ANY(%s)",
        (f"{MATCH_RACES}::test_a_cancellation_that_comes_first_leaves_the_car_to_the_next_offer",),
    ),
    Guard(
        "a plan whose offers moved is made again",
        "a run that goes on with less than it planned",
        MATCHING,
        "    if closed != len(matches):",
        "    if False:",
        (f"{MATCH_RACES}::test_a_cancellation_that_comes_first_leaves_the_car_to_the_next_offer",),
    ),
    Guard(
        "a plan whose shelves moved is made again",
        "sales at a price or from a stock that is no more",
        MATCHING,
        "    if not take_stock(takings=takings, at=at):\n        raise _MarketMoved",
        "    take_stock(takings=takings, at=at)",
        (f"{MATCH_RACES}::test_a_price_that_rises_during_a_run_is_seen_or_came_after_it",),
    ),
    Guard(
        "an attempt that failed is undone",
        "offers that are closed by a plan that was given up",
        MATCHING,
        "            with transaction.atomic():\n                _apply(plan, book, run)",
        "            _apply(plan, book, run)",
        (f"{MATCH_RACES}::test_a_price_that_falls_during_a_run_is_what_the_customer_pays",),
    ),
    Guard(
        "cars are sold at the price that the plan saw",
        "a price that changed in between",
        STOCK,
        " AND is_active AND price_cents = plan.price",
        " AND is_active",
        (f"{MATCH_RACES}::test_a_price_that_falls_during_a_run_is_what_the_customer_pays",),
    ),
    Guard(
        "cars are sold from a listing that is on sale",
        "a listing deactivated in between",
        STOCK,
        " AND is_active AND price_cents = plan.price",
        " AND price_cents = plan.price",
        (f"{MATCH_RACES}::test_a_listing_deactivated_before_the_run_reaches_it_sells_nothing",),
    ),
    Guard(
        "cars are sold from the stock that the plan saw",
        "cars that were delivered in between and vanish",
        STOCK,
        " AND pricing_listing.quantity = plan.quantity AND stock_cost_cents = plan.cost",
        "",
        (
            f"{STOCK_RACES}::test_a_sale_that_waited_for_a_delivery_at_the_same_price_keeps_its_cars",
        ),
    ),
    Guard(
        "patronage is added to, not written over",
        "shards that forget each other's cars",
        "marketplace/pricing/services/patronage.py",
        "SET cars = pricing_patronage.cars + excluded.cars",
        "SET cars = excluded.cars",
        (f"{MATCH_RACES}::test_shards_at_once_count_a_common_patron_exactly",),
    ),
    Guard(
        "loyalty is what it was when the run began",
        "shards whose order matters",
        BOOK,
        "SELECT p.buyer_id, p.seller_id, p.cars - coalesce(since.cars, 0)\n",
        "SELECT p.buyer_id, p.seller_id, p.cars\n",
        (f"{TRADING}::test_what_a_run_has_sold_reaches_no_higher_tier_in_the_same_run",),
    ),
    Guard(
        "a deactivated showroom sells nothing",
        "trade by who has left",
        BOOK,
        "    JOIN parties_party s ON s.id = l.seller_id AND s.is_active AND s.kind = 'showroom'\n"
        "    JOIN catalog_carmodel",
        "    JOIN parties_party s ON s.id = l.seller_id AND s.kind = 'showroom'\n"
        "    JOIN catalog_carmodel",
        (f"{NO_PART}[showroom]",),
    ),
    Guard(
        "a deactivated car model is not sold",
        "trade in what has left the catalogue",
        BOOK,
        "m.id = l.car_model_id AND m.is_active\n    WHERE l.is_active AND l.quantity > 0 AND mod(",
        "m.id = l.car_model_id\n    WHERE l.is_active AND l.quantity > 0 AND mod(",
        (f"{NO_PART}[car model]",),
    ),
    Guard(
        "a deactivated listing is not sold from",
        "trade in what was taken off sale",
        BOOK,
        "    WHERE l.is_active AND l.quantity > 0 AND mod(",
        "    WHERE l.quantity > 0 AND mod(",
        (f"{NO_PART}[listing]",),
    ),
    Guard(
        "a deactivated customer buys nothing",
        "trade by who has left",
        BOOK,
        "    JOIN parties_party c ON c.id = o.customer_id AND c.is_active\n    WHERE o.created_at",
        "    JOIN parties_party c ON c.id = o.customer_id\n    WHERE o.created_at",
        (f"{NO_PART}[customer]",),
    ),
    Guard(
        "an offer that has ended is not filled",
        "deals after the end of an offer that nobody closed yet",
        BOOK,
        "    WHERE o.created_at <= %(at)s AND o.expires_at > %(at)s\n    ORDER BY",
        "    WHERE o.created_at <= %(at)s\n    ORDER BY",
        (f"{TRADING}::test_an_offer_that_has_ended_is_not_filled_even_if_nobody_closed_it",),
    ),
    Guard(
        "a failure is noted for people to see",
        "jobs that fail in silence",
        "marketplace/trading/services/jobs.py",
        "            record_failure(job, shard, slot, at, error)",
        "            pass",
        ("tests/portal/jobs/test_tasks.py::test_a_failure_is_noted_and_raised",),
    ),
    Guard(
        "a nudge that was covered costs nothing",
        "a thousand nudges that cost a thousand runs",
        "portal/jobs/tasks.py",
        "    elif is_covered(job, datetime.fromisoformat(nudged_at)):",
        "    elif False:",
        ("tests/portal/jobs/test_tasks.py::test_a_nudge_that_a_later_run_covered_costs_nothing",),
    ),
    Guard(
        "a bell that failed keeps still for a while",
        "visitors who wait once for every nudge while Redis is away",
        "marketplace/common/nudges.py",
        "        if monotonic() < self._silent_until:",
        "        if False:",
        (
            "tests/faults/test_redis_faults.py::test_nobody_waits_long_for_a_bell_that_does_not_ring",
        ),
    ),
    Guard(
        "a lost nudge stays a nudge",
        "offers that can't be posted while Redis is away",
        "marketplace/common/nudges.py",
        "transaction.on_commit(lambda: _bell.ring(job), robust=True)",
        "transaction.on_commit(lambda: current_app.send_task(job.value, retry=False))",
        ("tests/faults/test_redis_faults.py::test_a_bell_without_redis_raises_nothing",),
    ),
)

SUPPLY = (
    Guard(
        "a showroom is restocked by one run at a time",
        "two runs that buy the same cars",
        RUNS,
        '"SELECT is_active FROM parties_party WHERE id = %s FOR NO KEY UPDATE"',
        '"SELECT is_active FROM parties_party WHERE id = %s"',
        (f"{STOCK_RACES}::test_two_restocks_of_one_showroom_at_once_buy_once",),
    ),
    Guard(
        "a showroom is a transaction of its own",
        "one showroom's trouble that undoes the others' purchases",
        RUNS,
        "        except Exception as error:  # pylint",
        "        except ZeroDivisionError as error:  # pylint",
        (
            "tests/marketplace/trading/test_supply.py"
            "::test_one_failing_showroom_is_reported_and_does_not_stop_the_others",
        ),
    ),
    Guard(
        "stock is locked before it is counted",
        "cars that were sold in between and come back",
        "marketplace/pricing/selectors/stock.py",
        '" FOR UPDATE" if locked else ""',
        '""',
        (f"{STOCK_RACES}::test_a_restock_that_waited_for_a_sale_counts_what_the_sale_left",),
    ),
    Guard(
        "a showroom's assortment is found by one search at a time",
        "two searches that write the same line",
        "marketplace/trading/services/assortments.py",
        " ORDER BY id FOR NO KEY UPDATE",
        " ORDER BY id",
        (
            "tests/races/test_assortment_races.py"
            "::test_two_searches_for_one_showroom_go_one_after_the_other",
        ),
    ),
    Guard(
        "a deactivated supplier sells nothing",
        "trade by who has left",
        "marketplace/trading/selectors/supply.py",
        "JOIN parties_party s ON s.id = l.seller_id AND s.is_active AND s.kind = 'supplier'",
        "JOIN parties_party s ON s.id = l.seller_id AND s.kind = 'supplier'",
        (f"{TRADING}::test_who_is_deactivated_takes_no_part_in_restocking[supplier]",),
    ),
    Guard(
        "a showroom keeps its reserve",
        "a showroom that spends all that it has",
        "marketplace/trading/selectors/problems.py",
        "available_cents - policy.cash_reserve_cents",
        "available_cents",
        (f"{TRADING}::test_a_showroom_keeps_its_reserve",),
    ),
)

SELLERS = (
    Guard(
        "a listing is locked before it is changed",
        "price changes that remember a price that never was",
        "marketplace/pricing/services/listings.py",
        "    listing.refresh_from_db(from_queryset=Listing.objects.select_for_update(no_key=True))",
        "    listing.refresh_from_db()",
        (
            f"{STOCK_RACES}"
            "::test_a_price_set_by_hand_after_cars_came_in_knows_the_price_that_they_made",
        ),
    ),
    Guard(
        "a deactivated seller announces nothing",
        "trade by who has left",
        "marketplace/pricing/services/sellers.py",
        "    require_active(seller)\n",
        "",
        (f"{TRADING}::test_a_deactivated_seller_announces_nothing",),
    ),
    Guard(
        "a seller's tiers are set by one at a time",
        "tiers that don't rise",
        "marketplace/pricing/services/loyalty.py",
        "    lock_seller(seller)\n",
        "",
        (
            "tests/marketplace/pricing/test_loyalty.py"
            "::test_of_two_sets_of_tiers_at_once_one_is_in_force_whole",
        ),
    ),
    Guard(
        "records are deactivated, never deleted",
        "a past that is forgotten",
        "marketplace/common/models.py",
        '        raise RecordsAreDeactivated(f"{type(self).__name__} records are',
        '        return super().delete(*args, **kwargs)\n        raise RecordsAreDeactivated(f"',
        (f"{CONSTRAINTS}::test_a_record_is_not_deleted",),
    ),
)

PEOPLE = (
    Guard(
        "the last owner stays",
        "parties that nobody can act for",
        "marketplace/parties/services/members.py",
        "        raise LastOwner()",
        "        pass",
        ("tests/marketplace/parties/test_members.py::test_the_last_owner_stays",),
    ),
    Guard(
        "a party's members change one at a time",
        "two owners who leave at once",
        "marketplace/parties/services/members.py",
        "    lock(membership.party_id)\n",
        "",
        (
            "tests/marketplace/parties/test_members.py"
            "::test_of_two_owners_who_leave_at_once_one_stays",
        ),
    ),
    Guard(
        "a door for a party opens to its members",
        "somebody who looks into another's showroom",
        "portal/access.py",
        "            parties_of(user)\n            .filter(party=",
        "            parties_of(user).model._default_manager.all()\n            .filter(party=",
        ("tests/portal/test_access.py::test_anybody_elses_showroom_does_not_exist",),
    ),
    Guard(
        "an analyst only reads",
        "changes by who may look",
        "portal/access.py",
        "            raise PermissionDenied\n",
        "            pass\n",
        ("tests/portal/test_access.py::test_an_analyst_reads_and_does_not_write",),
    ),
    Guard(
        "the staff's doors are the staff's",
        "visitors who run jobs",
        "portal/access.py",
        "        if not user.is_staff:",
        "        if False:",
        ("tests/portal/test_doors.py::test_a_staff_door_does_not_exist_for_others",),
    ),
    Guard(
        "an e-mail is claimed by one sender",
        "senders that send the same e-mail, or wait for each other",
        "marketplace/notices/services.py",
        ".select_for_update(skip_locked=True)",
        "",
        (
            "tests/marketplace/notices/test_sending_at_once.py"
            "::test_a_sender_passes_by_what_another_is_claiming",
        ),
    ),
    Guard(
        "a claimed e-mail waits out its lease",
        "an e-mail that is sent by two senders in a row",
        "marketplace/notices/services.py",
        "next_attempt_at=at + _LEASE",
        "next_attempt_at=at",
        (
            "tests/marketplace/notices/test_sending_at_once.py"
            "::test_several_senders_at_once_send_each_e_mail_once",
        ),
    ),
)

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
        "only an owner invites",
        "members that no owner wanted",
        INVITING,
        "    require_owner(by, present)\n",
        "",
        (f"{INVITATIONS}::test_only_an_owner_of_the_party_invites_and_withdraws",),
    ),
    Guard(
        "only an owner withdraws",
        "invitations that others take back",
        INVITING,
        "    require_owner(by, lock(invitation.party_id))\n",
        "    lock(invitation.party_id)\n",
        (f"{INVITATIONS}::test_only_an_owner_of_the_party_invites_and_withdraws",),
    ),
    Guard(
        "who invites has a confirmed address",
        "letters from nobody",
        INVITING,
        "    require_confirmed_person(by)\n",
        "",
        (f"{INVITATIONS}::test_an_unconfirmed_owner_invites_nobody",),
    ),
    Guard(
        "a party invites one at a time",
        "two invitations to one address, and more than may wait",
        INVITING,
        "    present = lock(party.pk)\n",
        "    present = Party.objects.get(pk=party.pk)\n",
        (
            f"{ACCOUNT_RACES}"
            "::test_of_invitations_at_once_one_waits_for_an_address_and_twenty_for_a_party",
        ),
    ),
    Guard(
        "a party has few waiting invitations",
        "mail to many strangers in a showroom's name",
        INVITING,
        "        raise TooManyInvitations()",
        "        pass",
        (f"{INVITATIONS}::test_twenty_invitations_may_wait_for_a_party",),
    ),
    Guard(
        "an invitation is good once, and in time",
        "an invitation that was withdrawn, used, or found later",
        INVITING,
        "    if invitation.status != _WAITING or invitation.expires_at <= at:",
        "    if False:",
        (
            f"{INVITATIONS}::test_a_withdrawn_invitation_is_gone",
            f"{INVITATIONS}::test_an_invitation_lasts_seven_days",
        ),
    ),
    Guard(
        "an invitation is read again when the party is held",
        "an invitation that is withdrawn and accepted at once",
        INVITING,
        "    invitation.refresh_from_db()\n",
        "",
        (f"{ACCOUNT_RACES}::test_an_invitation_is_accepted_or_withdrawn_but_not_both",),
    ),
    Guard(
        "an invitation is for its address",
        "a forwarded link that lets anybody in",
        INVITING,
        "        raise InvitationForAnother()",
        "        pass",
        (
            f"{INVITATIONS}::test_an_invitation_is_for_whoever_reads_its_mail",
            f"{INVITATIONS}::test_an_address_that_changed_since_no_longer_counts",
        ),
    ),
    Guard(
        "an invitation needs a confirmed address",
        "somebody who only says that the address is his",
        INVITING,
        "    require_confirmed_person(user)\n",
        "",
        (f"{INVITATIONS}::test_an_invitation_is_for_whoever_reads_its_mail",),
    ),
    Guard(
        "only an owner gives roles",
        "a manager who makes himself the owner",
        TEAMWORK,
        "    require_owner(by, party)\n    present",
        "    present",
        (f"{TEAMS}::test_nobody_else_gives_roles",),
    ),
    Guard(
        "only an owner ends another's membership",
        "members who throw each other out",
        TEAMWORK,
        "        require_owner(by, party)\n",
        "        pass\n",
        (f"{TEAMS}::test_nobody_else_ends_a_membership",),
    ),
    Guard(
        "who gives a role is still an owner when the party is held",
        "an owner who was deposed and deposes others",
        TEAMWORK,
        "    party = lock(membership.party_id)\n    require_owner",
        "    party = membership.party\n    require_owner",
        (f"{ACCOUNT_RACES}::test_of_two_owners_who_depose_each_other_at_once_one_stays",),
    ),
    Guard(
        "who ends a membership is still an owner when the party is held",
        "an owner who was deposed and deposes others",
        TEAMWORK,
        "    party = lock(membership.party_id)\n    if by.pk",
        "    party = membership.party\n    if by.pk",
        (f"{ACCOUNT_RACES}::test_of_two_owners_who_depose_each_other_at_once_one_stays",),
    ),
    Guard(
        "only administrators look through others' eyes",
        "anybody who looks into anybody's account",
        VIEWING,
        "    if not may_look or not person.is_active or",
        "    if not person.is_active or",
        (f"{VIEWINGS}::test_only_administrators_look",),
    ),
    Guard(
        "nobody looks through an administrator's eyes",
        "staff that sees what only others of the staff may",
        VIEWING,
        " or not person.is_active or _is_administrator(person):",
        " or not person.is_active:",
        (f"{VIEWINGS}::test_nobody_looks_through_the_eyes_of_staff_or_of_who_left",),
    ),
    Guard(
        "a viewing is its administrator's own",
        "somebody who uses another's viewing",
        ASKING,
        "pk=viewing_id, administrator=administrator,",
        "pk=viewing_id,",
        (f"{VIEWINGS}::test_a_viewing_is_its_administrators_own",),
    ),
    Guard(
        "a viewing ends",
        "an administrator who forgets that he is looking",
        ASKING,
        "ended_at=None, expires_at__gt=at)",
        "ended_at=None)",
        (f"{VIEWINGS}::test_an_administrator_looks_for_half_an_hour_and_it_stays_on_record",),
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

GUARDS: tuple[Guard, ...] = (*MONEY, *OFFER, *MATCH, *SUPPLY, *SELLERS, *PEOPLE, *ACCOUNTS)

#: The constraints by the migration that makes them; each has its case of one test.
CONSTRAINT_TEST = f"{CONSTRAINTS}::test_the_database_refuses"
CONSTRAINTS_BY_FILE: dict[str, tuple[str, ...]] = {
    "marketplace/parties/migrations/0001_initial.py": (
        "parties_one_account_a_username",
        "parties_policy_is_sane",
        "parties_one_active_membership_a_person_and_party",
    ),
    "marketplace/parties/migrations/0002_confirmed_addresses_and_former_usernames.py": (
        "parties_one_confirmed_account_an_email",
    ),
    "marketplace/receipts/migrations/0001_initial.py": ("receipts_one_answer_a_key",),
    "marketplace/accounts/migrations/0001_initial.py": (
        "accounts_one_waiting_change_a_kind",
        "accounts_one_waiting_invitation_an_address",
        "accounts_one_record_a_device",
    ),
    "marketplace/ledger/migrations/0001_initial.py": (
        "ledger_only_the_world_may_owe",
        "ledger_one_account_an_address",
    ),
    "marketplace/ledger/migrations/0002_initial.py": (
        "ledger_transfer_is_positive",
        "ledger_transfer_has_two_accounts",
        "ledger_one_effect_a_reference",
    ),
    "marketplace/catalog/migrations/0001_initial.py": (
        "catalog_one_active_car_model_a_name",
        "catalog_suggested_price_is_positive",
    ),
    "marketplace/pricing/migrations/0001_initial.py": (
        "pricing_one_active_listing_a_car_model",
        "pricing_price_is_positive",
        "pricing_stock_cost_is_not_negative",
        "pricing_promotion_is_a_discount",
        "pricing_promotion_starts_before_it_ends",
        "pricing_tier_is_a_discount",
        "pricing_tier_needs_a_car",
        "pricing_one_active_tier_a_threshold",
        "pricing_one_patronage_a_pair",
    ),
    "marketplace/trading/migrations/0001_initial.py": (
        "trading_one_run_a_slot_and_shard",
        "trading_one_active_line_a_car_model",
        "trading_offer_is_positive",
        "trading_closed_offer_says_when",
        "trading_deal_has_a_price",
        "trading_retail_deal_fills_an_offer",
        "trading_discounts_never_add_up",
    ),
}


def as_page() -> str:
    """The text of GUARDS.md."""
    lines = [
        "# The guards of the market",
        "",
        "Each keeps something out, and without it the test named goes red: `make teeth` removes them"
        " one by one to prove it. Written from `tests/guards.py` by `python -m tests.teeth --write`.",
        "",
        "| guard | keeps out | where | goes red without it |",
        "|---|---|---|---|",
    ]
    for guard in GUARDS:
        tests = "<br>".join(f"`{test}`" for test in guard.tests)
        lines.append(f"| {guard.name} | {guard.keeps_out} | `{guard.file}` | {tests} |")
    lines += [
        "",
        f"The database's constraints, each a case of `{CONSTRAINT_TEST}`:",
        "",
        "| constraint | where |",
        "|---|---|",
    ]
    for file, names in CONSTRAINTS_BY_FILE.items():
        lines += [f"| `{name}` | `{file}` |" for name in names]
    return "\n".join(lines) + "\n"


NOTICES = "marketplace/notices/services.py"
SECRETS = "tests/marketplace/notices/test_secrets.py"
LETTERS = "tests/marketplace/notices/test_letters.py"
SANDBOX_MAIL = "portal/sandbox/mail.py"

GUARDS += (
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
