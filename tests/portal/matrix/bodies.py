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
_LOG_IN = {"login": "pers", "password": PASSWORD}
_NEWCOMER = {"email": "newcomer@example.com", "username": "newcomer"}
_PASSKEY = {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}
_JOB = {"job": "match-offers"}
_TEAM: Mapping[str, Any] = {
    "invite": {"email": "new@example.com", "role": "analyst"},
    "change-role": {"id": "{showroom_member}", "role": "analyst"},
    "remove": {"id": "{showroom_member}"},
    "withdraw": {"id": "{showroom_invitation}"},
    "nothing": {"id": "{showroom}"},
}

PAGES: Mapping[str, Any] = {
    "POST /language/": {"language": "es"},
    "POST /theme/": {"theme": "dark"},
    **{
        f"POST /team/{{showroom}}/ {act}": {"act": act, "id": "{showroom}"} | more
        for act, more in _TEAM.items()
    },
    "POST /team/{supplier}/ invite": {"act": "invite", "id": "{supplier}"} | _TEAM["invite"],
    **{f"POST /staff/monitor/ {act}": _JOB | {"act": act} for act in ("run", "pause", "resume")},
    "POST /staff/monitor/ interval": _JOB | {"act": "interval", "every": 5, "period": "minutes"},
    "POST /staff/people/{person}/view-as/": {"reason": "They have called"},
    "POST /log-in/": _LOG_IN,
    "POST /log-in/code/": {"email": "pers@example.com"},
    "POST /log-in/code/confirm/": {"code": CODE},
    "POST /log-in/passkey/": {"credential": "[]"},
    "POST /sign-up/": _NEWCOMER | {"password1": _CHANGED, "joining_as": "customer"},
    "POST /password/reset/": {"email": "pers@example.com"},
    "POST /password/reset/{reset}/": {"password1": _CHANGED, "password2": _CHANGED},
    "POST /two-factor/code/": {"code": CODE},
    "POST /account/details/": {"name": "New", "city": "Sevilla"},
    "POST /account/language/": {"language": "es"},
    "POST /account/join/customer/": {"name": "New"},
    "POST /account/join/showroom/": {"name": "New corner"},
    "POST /account/join/supplier/": {"name": "New works"},
    "POST /account/close/": {"current_password": PASSWORD},
    "POST /account/changes/username/": {"username": "brandnew", "current_password": PASSWORD},
    "POST /account/changes/password/": {"password": _CHANGED, "current_password": PASSWORD},
    "POST /account/changes/email/": {
        "email": "brandnew@example.com",
        "current_password": PASSWORD,
    },
    "POST /account/changes/username/ code": {"code": CODE},
    "POST /account/changes/username/ forget": {"forget": "1"},
    "POST /account/changes/password/ code": {"code": CODE},
    "POST /account/hat/ customer": {"party": "{customer}"},
    "POST /account/hat/ showroom": {"party": "{showroom}"},
    "POST /account/hat/ supplier": {"party": "{supplier}"},
    "POST /reauthenticate/": {"password": PASSWORD},
    "POST /two-factor/reauthenticate/": {"code": CODE},
    "POST /two-factor/app/add/": {"code": "123456"},
    "POST /two-factor/passkeys/add/": {"name": "Key", "credential": "[]"},
    "POST /two-factor/passkeys/{passkey}/rename/": {"name": "New"},
    "POST /two-factor/passkeys/reauthenticate/": {"credential": "[]"},
}

_V1 = "/api/auth/app/v1"
HEADLESS: Mapping[str, Any] = {
    f"POST {_V1}/auth/login": {"username": "pers", "password": PASSWORD},
    f"POST {_V1}/auth/signup": _NEWCOMER | {"password": _CHANGED, "joining_as": "customer"},
    f"POST {_V1}/auth/reauthenticate": {"password": PASSWORD},
    f"GET {_V1}/auth/email/verify": None,
    f"POST {_V1}/auth/email/verify": {"key": "{confirmation}"},
    f"POST {_V1}/auth/password/request": {"email": "pers@example.com"},
    f"POST {_V1}/auth/password/reset": {"key": "{reset}", "password": _CHANGED},
    f"POST {_V1}/auth/code/request": {"email": "pers@example.com"},
    f"POST {_V1}/auth/code/confirm": {"code": CODE},
    f"POST {_V1}/auth/2fa/authenticate": {"code": CODE},
    f"POST {_V1}/auth/2fa/reauthenticate": {"code": CODE},
    f"POST {_V1}/auth/webauthn/authenticate": {"credential": _PASSKEY},
    f"POST {_V1}/auth/webauthn/reauthenticate": {"credential": _PASSKEY},
    f"POST {_V1}/auth/webauthn/login": {"credential": _PASSKEY},
    f"POST {_V1}/account/authenticators/totp": {"code": "123456"},
    f"POST {_V1}/account/authenticators/webauthn": {"name": "Key", "credential": _PASSKEY},
    f"PUT {_V1}/account/authenticators/webauthn": {"id": "{passkey}", "name": "New"},
    f"DELETE {_V1}/account/authenticators/webauthn": {"authenticators": ["{passkey}"]},
    f"DELETE {_V1}/auth/sessions": {"sessions": ["{session}"]},
    f"POST {_V1}/tokens/refresh": {"refresh_token": "none"},
}

BODIES: Mapping[str, Any] = {**API, **PAGES, **HEADLESS}
