"""What every page's frame shows about the visitor. Nothing is asked for until a template uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from django.http import HttpRequest

from marketplace.accounts.models import Viewing
from marketplace.notices.selectors import unread_count
from marketplace.parties.models import Membership, Party
from marketplace.parties.selectors import Hat
from portal.access import hat_of, hats_worn_by


@dataclass(frozen=True, slots=True)
class HatChoice:
    """A hat as the menu offers it."""

    party_id: int
    name: str
    in_words: str
    is_worn: bool


def visitor(request: HttpRequest) -> dict[str, Callable[[], object]]:
    """The visitor's hats, the one that they wear, unread notices, and what the banners say.

    Templates call what they use; a visitor who is not logged in costs no query.
    """
    return {
        "hats": cache(partial(_choices, request)),
        "hat": partial(hat_of, request),
        "unread": cache(partial(_unread, request)),
        "viewing": partial(_viewing, request),
        "unconfirmed": partial(_is_unconfirmed, request),
    }


def in_words(hat: Hat) -> str:
    """As what somebody acts: "Customer", "Showroom · Owner"."""
    kind = str(Party.Kind(hat.kind).label)
    return f"{kind} · {Membership.Role(hat.role).label}" if hat.role else kind


def _choices(request: HttpRequest) -> list[HatChoice]:
    worn = hat_of(request)
    return [
        HatChoice(hat.party_id, hat.name, in_words(hat), hat == worn)
        for hat in hats_worn_by(request)
    ]


def _unread(request: HttpRequest) -> int:
    return unread_count(request.user) if request.user.is_authenticated else 0


def _viewing(request: HttpRequest) -> Viewing | None:
    return getattr(request, "viewing", None)


def _is_unconfirmed(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.email_confirmed_at is None
