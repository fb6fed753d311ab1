"""A passkey as a browser's authenticator makes one, of which nobody has the private half."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData


def credential() -> dict[str, Any]:
    """What allauth keeps of it."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    attested = AttestedCredentialData.create(
        bytes(16), b"a passkey", ES256.from_cryptography_key(public)
    )
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(sha256(b"localhost").digest(), flags, 0, attested)
    name = websafe_encode(b"a passkey")
    return {
        "type": "public-key",
        "id": name,
        "rawId": name,
        "response": {
            "clientDataJSON": websafe_encode(
                b'{"type":"webauthn.create","challenge":"","origin":""}'
            ),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
