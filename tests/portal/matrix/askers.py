"""Who asks: one of each kind of visitor, in the order of the table's columns.

The market of the matrix has two of everything, ours and theirs. Whoever has a hat has it with ours;
those whose name ends in 2 have the same hat with theirs, and are strangers to ours.
"""

from __future__ import annotations

from collections.abc import Mapping

ANONYMOUS = "anon"
#: Someone who has left. For the portal it is nobody.
LEFT = "left"

#: What each column means.
ASKERS: Mapping[str, str] = {
    ANONYMOUS: "nobody",
    "pers": "a person without any hat",
    "cust": "our customer",
    "cus2": "another customer",
    "sown": "our showroom's owner",
    "sman": "our showroom's manager",
    "sana": "our showroom's analyst",
    "sow2": "another showroom's owner",
    "pown": "our supplier's owner",
    "pman": "our supplier's manager",
    "pana": "our supplier's analyst",
    "pow2": "another supplier's owner",
    "admi": "an administrator: staff who may do everything",
    "clrk": "staff without any permission of the admin",
    "unco": "who has confirmed no address, owns our showroom and supplier, and is a customer",
}

#: To what is theirs, each of our people is what the other one is to ours.
_AS_STRANGER: Mapping[str, str] = {
    "cust": "cus2",
    "cus2": "cust",
    "sown": "sow2",
    "sman": "sow2",
    "sana": "sow2",
    "sow2": "sown",
    "pown": "pow2",
    "pman": "pow2",
    "pana": "pow2",
    "pow2": "pown",
}

#: Somebody with several hats is let in as far as the best of them.
_BEST_FIRST = ("2", "3", "go", "400", "404", "403")


def to_theirs(row: Mapping[str, str], asker: str) -> str:
    """What the asker is answered about a thing of theirs, by what a row says about ours."""
    if asker == "unco":
        answers = [row[one] for one in ("cus2", "sow2", "pow2")]
        return min(answers, key=_rank)
    return row[_AS_STRANGER.get(asker, asker)]


def to_neither(row: Mapping[str, str], asker: str) -> str:
    """What a stranger to both sides is answered, by what a row says about ours."""
    return row[asker] if asker in ("cus2", "sow2", "pow2") else to_theirs(row, asker)


def _rank(answer: str) -> int:
    return next(
        (rank for rank, start in enumerate(_BEST_FIRST) if answer.startswith(start)),
        len(_BEST_FIRST),
    )
