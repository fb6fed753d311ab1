"""The table of the pages at the entrance and about oneself."""

# A line of the table is one line of text.
# flake8: noqa: E501

from __future__ import annotations

ENTRANCE = """
# Whoever is logged in is sent on.
GET    /log-in/                            | 200  go
POST   /log-in/                            | go   go=
GET    /log-in/code/                       | 200  go
POST   /log-in/code/                       | go   go=
# There is nothing to confirm before a code was asked for.
GET    /log-in/code/confirm/               | go
POST   /log-in/code/confirm/               | go=
# Only scripts are told the challenge.
GET    /log-in/passkey/                    | go
POST   /log-in/passkey/                    | go=
GET    /log-out/                           | go   200
POST   /log-out/                           | go
GET    /sign-up/                           | 200  go
POST   /sign-up/                           | go   go=
GET    /inactive/                          | 200
GET    /confirm-email/                     | 200
GET    /confirm-email/{confirmation}/      | 200
POST   /confirm-email/{confirmation}/      | go
POST   /confirm-email/again/               | 302  go=  go=  go=  go=  go=  go=  go=  go=  go=  go=  go=  go=  go=  go
GET    /password/reset/                    | 200
POST   /password/reset/                    | go
GET    /password/reset/sent/               | 200
GET    /password/reset/{reset}/            | go
POST   /password/reset/{reset}/            | go=
GET    /password/reset/done/               | 200
GET    /two-factor/code/                   | go
POST   /two-factor/code/                   | go=
GET    /account/undo/{undo}/               | 200 | 410
POST   /account/undo/{undo}/               | go | 410
GET    /account/invitations/{invitation}/  | 200
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
POST   /account/invitations/{invitation}/  | 200= go   422  422  422  422  422  422  422  422  422  422  422  422  422
"""

OWN = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /account/                           | 302  200
GET    /account/details/                   | 302  404  200  200  404  404  404  404  404  404  404  404  404  404  200
POST   /account/details/                   | 302  404  go   go   404  404  404  404  404  404  404  404  404  404  go
GET    /account/language/                  | 302  200
POST   /account/language/                  | 302  go
GET    /account/join/customer/             | 302  200
POST   /account/join/customer/             | 302  go   422  422  go   go   go   go   go   go   go   go   go   go   422
GET    /account/join/showroom/             | 302  200
POST   /account/join/showroom/             | 302  go
GET    /account/join/supplier/             | 302  200
POST   /account/join/supplier/             | 302  go
GET    /account/close/                     | 302  200
# The last owner of a party stays.
POST   /account/close/                     | 302  go   go   go   go   go   go   422  go   go   go   422  go   go   go
GET    /account/changes/username/          | 302  200
GET    /account/changes/password/          | 302  200
GET    /account/changes/email/             | 302  200
GET    /account/changes/nothing/           | 302  404
# Only the address itself changes before it is confirmed.
POST   /account/changes/username/          | 302  go   go   go   go   go   go   go   go   go   go   go   go   go   422
POST   /account/changes/password/          | 302  go   go   go   go   go   go   go   go   go   go   go   go   go   422
POST   /account/changes/email/             | 302  go
POST   /account/changes/username/ code     | 302  go
POST   /account/changes/username/ forget   | 302  go
POST   /account/changes/password/ code     | 302  422
POST   /account/changes/nothing/           | 302  404
GET    /account/memberships/               | 302  200
GET    /account/memberships/{showroom_member}/leave/ | 302 404 404 404 404 200 404 404 404 404 404 404 404 404 404
POST   /account/memberships/{showroom_member}/leave/ | 302 404 404 404 404 go 404 404 404 404 404 404 404 404 404
POST   /account/hat/ customer              | 302  404  go   404  404  404  404  404  404  404  404  404  404  404  404
POST   /account/hat/ showroom              | 302  404  404  404  go   go   go   404  404  404  404  404  404  404  go
POST   /account/hat/ supplier              | 302  404  404  404  404  404  404  404  go   go   go   404  404  404  go
"""

SECURITY = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /reauthenticate/                    | 302  200
POST   /reauthenticate/                    | 302  go
GET    /account/sessions/                  | 302  200
POST   /account/sessions/                  | 302  go
POST   /account/sessions/{session}/end/    | 302  404  go   404  404  404  404  404  404  404  404  404  404  404  404
GET    /two-factor/                        | 302  200
GET    /two-factor/reauthenticate/         | 302  go
POST   /two-factor/reauthenticate/         | 302  go=
# Not before the address is confirmed.
GET    /two-factor/app/add/                | 302  200  200  200  200  200  200  200  200  200  200  200  200  200  go
POST   /two-factor/app/add/                | 302  422  422  422  422  422  422  422  422  422  422  422  422  422  go=
# Nobody has an app or recovery codes.
GET    /two-factor/app/remove/             | 302  404
POST   /two-factor/app/remove/             | 302  404
GET    /two-factor/recovery-codes/         | 302  404
GET    /two-factor/recovery-codes/new/     | 302  200
# Whoever has a passkey may have codes.
POST   /two-factor/recovery-codes/new/     | 302  422  go   go   422  422  422  422  422  422  422  422  422  422  422
GET    /two-factor/recovery-codes/download/ | 302 404
GET    /two-factor/passkeys/               | 302  200
GET    /two-factor/passkeys/add/           | 302  200  200  200  200  200  200  200  200  200  200  200  200  200  go
POST   /two-factor/passkeys/add/           | 302  422  422  422  422  422  422  422  422  422  422  422  422  422  go=
GET    /two-factor/passkeys/{passkey}/rename/ | 302 404 200 404 404 404  404  404  404  404  404  404  404  404  404
POST   /two-factor/passkeys/{passkey}/rename/ | 302 404 go  404 404 404  404  404  404  404  404  404  404  404  404
GET    /two-factor/passkeys/{passkey}/remove/ | 302 404 200 404 404 404  404  404  404  404  404  404  404  404  404
POST   /two-factor/passkeys/{passkey}/remove/ | 302 404 go  404 404 404  404  404  404  404  404  404  404  404  404
GET    /two-factor/passkeys/reauthenticate/ | 302 go   200  200  go   go   go   go   go   go   go   go   go   go   go
POST   /two-factor/passkeys/reauthenticate/ | 302 go=
"""
