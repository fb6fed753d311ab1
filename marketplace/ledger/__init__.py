"""Money inside the marketplace, double entry.

Other rooms see three things here: `addresses` (whose money), `services.post` (move it) and
`selectors` (count it). The tables are private, and import-linter keeps them so. Nothing in this
room knows what an offer, a deal or a payment provider is.
"""
