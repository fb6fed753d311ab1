"""The trade: preferences and assortments, offers and deals, and the jobs that make and explain them.

Each trading job is snapshot → plan → apply: a selector reads a shard of the market under its locks,
a pure rule decides, a service writes the outcome in a constant number of statements.
"""
