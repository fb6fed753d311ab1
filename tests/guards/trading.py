"""Guards of matching, restocking, and what sellers announce."""

from __future__ import annotations

from tests.guards.guard import CONSTRAINTS, MATCH_RACES, OFFERS, TRADING, Guard

MATCHING = "marketplace/trading/services/matching.py"
RUNS = "marketplace/trading/services/runs.py"
BOOK = "marketplace/trading/selectors/book.py"
STOCK = "marketplace/pricing/services/stock.py"
STOCK_RACES = "tests/races/test_restocking_races.py"
TWO_OF_ONE_SLOT = f"{MATCH_RACES}::test_of_two_runs_of_one_slot_one_has_the_effect"
NO_PART = f"{TRADING}::test_what_is_deactivated_takes_no_part_in_matching"
OWN_TRANSACTION = f"{TRADING}::test_a_job_has_its_own_transaction"

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
