"""A passkey, as a browser would have registered it."""

from __future__ import annotations

import json
from typing import Any

from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

_ABOUT = {"type": "webauthn.create", "challenge": "AA", "origin": "http://testserver"}
_FLAG = AuthenticatorData.FLAG


def registered(name: bytes) -> dict[str, Any]:
    """The passkey of that id; its key is made up, so that it opens nothing."""
    key = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    credential = AttestedCredentialData.create(Aaguid.NONE, name, key)
    data = AuthenticatorData.create(b"h" * 32, _FLAG.AT | _FLAG.UP, 0, credential)
    attested = AttestationObject.create("none", data, {})
    return {
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(_ABOUT).encode()),
            "attestationObject": websafe_encode(attested),
        },
    }
