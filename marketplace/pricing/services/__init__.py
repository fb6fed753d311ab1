"""What sellers announce. Who buys, and what becomes of it, is not known here."""

from marketplace.pricing.services.listings import (
    change_listing,
    deactivate_listing,
    list_car_model,
    reactivate_listing,
    set_price,
    set_pricing,
)
from marketplace.pricing.services.loyalty import deactivate_tier, set_tiers
from marketplace.pricing.services.price_lists import replace_price_list, set_prices
from marketplace.pricing.services.promotions import (
    deactivate_promotion,
    end_promotion,
    publish_promotion,
)

__all__ = [
    "change_listing",
    "deactivate_listing",
    "deactivate_promotion",
    "deactivate_tier",
    "end_promotion",
    "list_car_model",
    "publish_promotion",
    "reactivate_listing",
    "replace_price_list",
    "set_price",
    "set_prices",
    "set_pricing",
    "set_tiers",
]
