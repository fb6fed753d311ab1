"""Chance that can be repeated."""

from __future__ import annotations

from random import Random


def chance_of(*what: object) -> Random:
    """The lots that are drawn for this, the same ones each time."""
    return Random(":".join(map(str, what)))  # nosec B311  # nothing here is a secret
