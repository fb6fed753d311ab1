"""The constraints by the migration that makes them; each has its case of one test."""

from __future__ import annotations

from tests.guards.guard import CONSTRAINTS

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
