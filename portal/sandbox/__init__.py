"""Stand-ins for the outside world on one machine: PostgreSQL and Redis.

Nothing here needs Django, because the settings ask for the addresses.
"""
