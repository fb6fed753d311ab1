"""Stand-ins for the outside world on one machine: PostgreSQL, Redis and a mailbox.

The two servers need no Django, because the settings ask for their addresses.
"""
