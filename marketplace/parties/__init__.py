"""Who trades: people, the parties they act for (customers, showrooms, suppliers) and their memberships.

Knows nothing of money, cars or deals; a party's money lives in the ledger under its address.
"""
