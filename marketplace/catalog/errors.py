"""What the catalogue refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid, MarketplaceError


class FileUnreadable(Invalid):
    """A file as a whole is no text of the kind that is asked for; nothing of it was taken in."""

    code = "file_unreadable"
    message = _("This file can't be read.")
    field = "file"


class CarModelListed(MarketplaceError):
    """Another active car model has the same make, name, variant and model year."""

    code = "car_model_listed"
    message = _("The catalogue has another car model of this name by now.")
    field = "car_model"
