"""What the pricing room refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid, MarketplaceError, NotAllowed


class NotASeller(NotAllowed):
    """A customer sells nothing."""

    code = "not_a_seller"
    message = _("Only showrooms and suppliers sell.")
    field = "seller"


class PriceInvalid(Invalid):
    """A list price is 0.01 to ten billion dollars."""

    code = "invalid_price"
    message = _("Enter a price from 0.01 to 10,000,000,000.00.")
    field = "price"


class PricingInvalid(Invalid):
    """A supplier has no average cost, so its prices are set by hand."""

    code = "invalid_pricing"
    message = _("Only a showroom's prices can follow their cost.")
    field = "pricing"


class CarModelInactive(MarketplaceError):
    """A deactivated car model takes no part in the market."""

    code = "car_model_inactive"
    message = _("This car model is no longer traded.")
    field = "car_model"


class AlreadyListed(MarketplaceError):
    """A seller lists a car model once."""

    code = "already_listed"
    message = _("This car model is listed already.")
    field = "car_model"


class ListingInactive(MarketplaceError):
    """A deactivated listing takes no part in the market."""

    code = "listing_inactive"
    message = _("This listing is no longer in the market.")


class TextInvalid(Invalid):
    """A name or description is missing, too long or holds what no page can show."""

    code = "invalid_text"


class PeriodInvalid(Invalid):
    """A promotion starts before it ends, and ends in the future."""

    code = "invalid_period"
    message = _("A promotion starts before it ends.")
    field = "ends_at"


class NothingCovered(Invalid):
    """A promotion covers all car models or at least one."""

    code = "nothing_covered"
    message = _("Choose at least one car model, or all of them.")
    field = "car_models"


class TierInvalid(Invalid):
    """A loyalty tier's threshold is a whole number of cars, once in a seller's tiers."""

    code = "invalid_tier"
    message = _("A tier begins at a whole number of cars from 1 to 1,000,000, each number once.")
    field = "tiers"


class TooManyTiers(Invalid):
    """A seller has at most twenty tiers."""

    code = "too_many_tiers"
    message = _("A seller has at most 20 loyalty tiers.")
    field = "tiers"


class TiersMustRise(Invalid):
    """A higher threshold has a higher percent, so the highest tier reached is the best one."""

    code = "tiers_must_rise"
    message = _("More cars must earn a higher discount.")
    field = "tiers"


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong with one line of a price list, and with which of its values; the first is 1."""

    line: int
    message: str | Promise
    field: str = "car_model"

    def __str__(self) -> str:
        return gettext("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


class PriceListRefused(Invalid):
    """Lines of a price list are wrong, so none was applied; `lines` says which, and why."""

    code = "price_list_refused"
    field = "prices"

    def __init__(self, lines: Sequence[BadLine]) -> None:
        self.lines = tuple(lines)
        super().__init__(" ".join(str(line) for line in self.lines[:_SPOKEN_LINES]))


class PriceListChanged(MarketplaceError):
    """The price list is no longer the one that the change was made for."""

    code = "price_list_changed"
    message = _("The price list was changed in the meantime.")


class HasNoPriceList(NotAllowed):
    """A showroom's stock comes and goes with deals; only suppliers have price lists."""

    code = "has_no_price_list"
    message = _("Only suppliers have price lists.")
    field = "seller"


#: So many bad lines are spelt out in the message; `lines` has them all.
_SPOKEN_LINES = 10
