"""Answers that were given once: a request that is sent twice under one key has one effect.

A receipt is written in the transaction of the act that it answers, so there is no effect without a
receipt and none twice. Knows people, and nothing of what they asked for.
"""
