"""Second factors: what the database holds doesn't open an account."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.marketplace.factories import make_user


def test_a_secret_is_encrypted_where_it_is_stored(db: None) -> None:
    secret = generate_totp_secret()
    TOTP.activate(make_user(), secret)
    assert secret not in str(Authenticator.objects.get().data)
    assert get_adapter().decrypt(Authenticator.objects.get().data["secret"]) == secret
