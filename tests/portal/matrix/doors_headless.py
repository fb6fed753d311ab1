"""The table of accounts for programs: allauth's endpoints, asked with a token or without."""

# A line of the table is one line of text.
# flake8: noqa: E501

from __future__ import annotations

HEADLESS = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /api/auth/app/v1/config             | 200
GET    /api/auth/app/v1/auth/session       | 401  200
DELETE /api/auth/app/v1/auth/session       | 401  401+
POST   /api/auth/app/v1/auth/login         | 200  409
POST   /api/auth/app/v1/auth/signup        | 200  409
POST   /api/auth/app/v1/auth/reauthenticate | 401 200
# Both are asked with the key in a header.
GET    /api/auth/app/v1/auth/email/verify  | 400
POST   /api/auth/app/v1/auth/email/verify  | 401+? 200 | 400
POST   /api/auth/app/v1/auth/email/verify/resend | 409
POST   /api/auth/app/v1/auth/password/request | 200
GET    /api/auth/app/v1/auth/password/reset | 400
POST   /api/auth/app/v1/auth/password/reset | 401+? 200 | 400
POST   /api/auth/app/v1/auth/code/request  | 401+ 200
POST   /api/auth/app/v1/auth/code/resend   | 409
POST   /api/auth/app/v1/auth/code/confirm  | 409
POST   /api/auth/app/v1/auth/2fa/authenticate | 401
POST   /api/auth/app/v1/auth/2fa/reauthenticate | 401 400
GET    /api/auth/app/v1/auth/webauthn/authenticate | 401
POST   /api/auth/app/v1/auth/webauthn/authenticate | 401
GET    /api/auth/app/v1/auth/webauthn/reauthenticate | 401 200
POST   /api/auth/app/v1/auth/webauthn/reauthenticate | 401 400
GET    /api/auth/app/v1/auth/webauthn/login | 200
POST   /api/auth/app/v1/auth/webauthn/login | 400
GET    /api/auth/app/v1/account/authenticators | 401 200
# Not before the address is confirmed.
GET    /api/auth/app/v1/account/authenticators/totp | 401  404  404  404  404  404  404  404  404  404  404  404  404  404  409
POST   /api/auth/app/v1/account/authenticators/totp | 401 400
DELETE /api/auth/app/v1/account/authenticators/totp | 401 200=
GET    /api/auth/app/v1/account/authenticators/recovery-codes | 401 404
# Whoever has a passkey may have codes.
POST   /api/auth/app/v1/account/authenticators/recovery-codes | 401 400 200 200 400 400 400 400 400 400 400 400 400 400 400
GET    /api/auth/app/v1/account/authenticators/webauthn | 401  200  200  200  200  200  200  200  200  200  200  200  200  200  409
POST   /api/auth/app/v1/account/authenticators/webauthn | 401  400  400  400  400  400  400  400  400  400  400  400  400  400  409
PUT    /api/auth/app/v1/account/authenticators/webauthn | 401 400 200 400 400 400 400 400 400 400 400 400 400 400 400
DELETE /api/auth/app/v1/account/authenticators/webauthn | 401 400 200 400 400 400 400 400 400 400 400 400 400 400 400
GET    /api/auth/app/v1/auth/sessions      | 401  200
DELETE /api/auth/app/v1/auth/sessions      | 401  400 200 400 400 400 400 400 400 400 400 400 400 400 400
POST   /api/auth/app/v1/tokens/refresh     | 400
"""
