"""What the simulation refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import MarketplaceError


class WorldNotEmpty(MarketplaceError):
    """The demo world needs a market to itself: it doesn't mix with real people and parties."""

    code = "world_not_empty"
    message = _(
        "There are people or parties in this database already. A demo world needs an empty one."
    )


class WorldUnfinished(WorldNotEmpty):
    """A seeding died half-way; what it left is no demo world."""

    code = "world_unfinished"
    message = _(
        "A demo world was begun in this database and never finished. Start again with an empty one"
        " (in the sandbox: stop it and delete the folder var/postgres)."
    )


class NoDemoInProduction(MarketplaceError):
    """Demo accounts have a password that everybody knows."""

    code = "no_demo_in_production"
    message = _("A demo world has no place in production: everybody knows its passwords.")
