"""What is sent with each line of the table: always something that whoever may could send.

So a refusal is about who asks and not about what was sent. Names in braces are things of the world;
the whole text of a value alone is the thing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.marketplace.factories import PASSWORD
from tests.portal.matrix.world import CODE

_LATER = (datetime.now(UTC) + timedelta(days=20)).isoformat()
_PROMOTION = {"name": "Spring", "percent": "5.00", "ends_at": _LATER, "car_models": None}
_TIERS = {"tiers": [{"threshold": 5, "percent": "2.00"}]}
_LINES = {"lines": [{"car_model": "{car_model}", "price": "9000.00"}]}
_CORRECTION = {"amount": "10.00", "reason": "Paid twice"}
_CHANGED = "another horse in 8 showrooms"

API: Mapping[str, Any] = {
    "POST /api/showrooms/": {"name": "New corner"},
    "PATCH /api/showrooms/{showroom}/": {"city": "Sevilla"},
    "PATCH /api/showrooms/{showroom}/policy/": {"cover_days": 20},
    "PUT /api/showrooms/{showroom}/preference/": {"criteria": []},
    "POST /api/suppliers/": {"name": "New works"},
    "PATCH /api/suppliers/{supplier}/": {"city": "Sevilla"},
    "PUT /api/suppliers/{supplier}/price-list/": _LINES,
    "PATCH /api/suppliers/{supplier}/price-list/": _LINES,
    "POST /api/listings/": {"seller": "{supplier}", "car_model": "{spare}", "price": "9000.00"},
    "PATCH /api/listings/{showroom_listing}/": {"price": "12345.00"},
    "PATCH /api/listings/{supplier_listing}/": {"price": "12345.00"},
    "POST /api/promotions/ showroom": {"seller": "{showroom}"} | _PROMOTION,
    "POST /api/promotions/ supplier": {"seller": "{supplier}"} | _PROMOTION,
    "POST /api/promotions/{showroom_promotion}/end/": None,
    "POST /api/promotions/{supplier_promotion}/end/": None,
    "PUT /api/sellers/{showroom}/loyalty-tiers/": _TIERS,
    "PUT /api/sellers/{supplier}/loyalty-tiers/": _TIERS,
    "POST /api/offers/": {"car_model": "{car_model}", "max_price": "20.00"},
    **{
        f"POST /api/wallets/{{{party}}}/{act}/": _CORRECTION
        for party in ("customer", "showroom", "supplier")
        for act in ("credit", "debit")
    },
    "POST /api/jobs/match-offers/run/": None,
    "PATCH /api/memberships/{showroom_member}/": {"role": "analyst"},
    "PATCH /api/memberships/{supplier_member}/": {"role": "analyst"},
    "POST /api/invitations/ showroom": {
        "party": "{showroom}",
        "email": "new@example.com",
        "role": "analyst",
    },
    "POST /api/invitations/ supplier": {
        "party": "{supplier}",
        "email": "new@example.com",
        "role": "analyst",
    },
    "POST /api/invitations/accept/": {"token": "{invitation}"},
    "POST /api/notices/read/": {"ids": ["{notice}"]},
    "PATCH /api/profile/": {"language": "es"},
    "POST /api/profile/customer/": {"name": "New"},
    "PATCH /api/profile/customer/": {"city": "Sevilla"},
    "POST /api/profile/close/": {"current_password": PASSWORD},
    "POST /api/account/changes/username/": {"value": "brandnew", "current_password": PASSWORD},
    "POST /api/account/changes/password/": {"value": _CHANGED, "current_password": PASSWORD},
    "POST /api/account/changes/email/": {
        "value": "brandnew@example.com",
        "current_password": PASSWORD,
    },
    "POST /api/account/changes/username/confirm/": {"code": CODE},
    "POST /api/account/changes/email/confirm/": {"code": CODE},
    "POST /api/account/undo/": {"token": "{undo}"},
    "POST /api/account/confirmation/": None,
}
BODIES: Mapping[str, Any] = API
