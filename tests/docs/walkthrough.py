"""Reads a tutorial of HTTP examples: what is sent, what has to come back, and what is remembered.

A block marked `http` is a request. A block marked `json` behind it is what the answer has to
contain: fields that are not shown don't matter, `"…"` is anything, and `"{name}"` is anything when
it comes up for the first time and the same from then on. A comment `<!-- do: name -->` stands where
something happens outside the API, like a letter that arrives or a job that runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_PART = re.compile(
    r"<!-- do: (?P<errand>[\w ]+) -->|```(?P<kind>http|json)\n(?P<text>.*?)```", re.S
)
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Request:
    """One request as the page shows it."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What the page says comes back; `status` 0 leaves that open."""

    status: int
    body: Any


@dataclass
class Memory:
    """What earlier answers have taught."""

    known: dict[str, Any] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """The text with its names replaced.

        Raises:
            KeyError: one has not come up yet.
        """
        return _NAME.sub(lambda name: str(self.known[name[1]]), text)

    def mismatches(self, shown: Any, came: Any, where: str = "") -> Iterator[str]:
        """What is shown and did not come; names that are new are learnt."""
        if shown == "…":
            return
        name = _NAME.fullmatch(shown) if isinstance(shown, str) else None
        if name is not None and name[1] not in self.known:
            self.known[name[1]] = came
        elif name is not None:
            if self.known[name[1]] != came:
                yield f"{where}: {came!r} is not {shown} = {self.known[name[1]]!r}"
        elif isinstance(shown, dict) and isinstance(came, dict):
            for key, value in shown.items():
                if key in came:
                    yield from self.mismatches(value, came[key], f"{where}.{key}")
                else:
                    yield f"{where}.{key} is missing"
        elif isinstance(shown, list) and isinstance(came, list):
            yield from self._of_lists(shown, came, where)
        elif shown != came:
            yield f"{where}: {came!r} is not {shown!r}"

    def _of_lists(self, shown: list[Any], came: list[Any], where: str) -> Iterator[str]:
        is_open = shown[-1:] == ["…"]
        wanted = shown[:-1] if is_open else shown
        if len(came) < len(wanted) or (len(came) > len(wanted) and not is_open):
            yield f"{where}: {len(came)} items instead of {len(wanted)}"
        for number, (one, other) in enumerate(zip(wanted, came, strict=False)):
            yield from self.mismatches(one, other, f"{where}[{number}]")


def steps(page: str) -> Iterator[str | Request | Answer]:
    """The page's errands, requests and answers, in their order."""
    for part in _PART.finditer(page):
        if part["errand"]:
            yield part["errand"]
        elif part["kind"] == "http":
            yield _request(part["text"])
        else:
            yield _answer(part["text"])


def _request(text: str) -> Request:
    head, _, body = text.partition("\n\n")
    first, *lines = head.strip().splitlines()
    method, path = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)
    return Request(method, path.strip(), headers, body.strip())


def _answer(text: str) -> Answer:
    first, _, rest = text.partition("\n")
    if first.startswith("HTTP "):
        return Answer(int(first.split()[1]), json.loads(rest) if rest.strip() else {})
    return Answer(0, json.loads(text))
