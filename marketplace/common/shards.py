"""How the work of a job is divided: disjoint shares that any worker may take, in any order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shard:
    """The share of those keys (ids) whose remainder modulo `of` is `index`."""

    index: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.of:
            raise ValueError(f"there is no shard {self.index} of {self.of}")

    def __str__(self) -> str:
        return f"{self.index + 1}/{self.of}"


WHOLE = Shard(0, 1)


def shards(count: int) -> list[Shard]:
    """All shares of a division into `count`."""
    return [Shard(index, count) for index in range(count)]
