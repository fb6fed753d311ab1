"""The table of the API, but for the accounts of programs."""

# A line of the table is one line of text.
# flake8: noqa: E501

from __future__ import annotations

MARKET = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /api/                               | 200
GET    /api/schema/                        | 200
GET    /api/schema.json                    | 200
GET    /api/docs/                          | 200
GET    /api/redoc/                         | 200
GET    /api/no-such-path/                  | 404

GET    /api/car-models/                    | 200
GET    /api/car-models/{car_model}/        | 200

GET    /api/showrooms/                     | 200
POST   /api/showrooms/                     | 401 201
GET    /api/showrooms/{showroom}/          | 200
PATCH  /api/showrooms/{showroom}/          | 401  404  404  404  200  200  403  404  404  404  404  404  404  404  200
DELETE /api/showrooms/{showroom}/          | 401  404  404  404  204  403  403  404  404  404  404  404  404  404  204
GET    /api/showrooms/{showroom}/assortment/ | 401 404 404 404  200  200  200  404  404  404  404  404  404  404  200
GET    /api/showrooms/{showroom}/policy/   | 401  404  404  404  200  200  200  404  404  404  404  404  404  404  200
PATCH  /api/showrooms/{showroom}/policy/   | 401  404  404  404  200  200  403  404  404  404  404  404  404  404  200
GET    /api/showrooms/{showroom}/preference/ | 401 404 404 404  200  200  200  404  404  404  404  404  404  404  200
PUT    /api/showrooms/{showroom}/preference/ | 401 404 404 404  200  200  403  404  404  404  404  404  404  404  200

GET    /api/suppliers/                     | 401 200
POST   /api/suppliers/                     | 401 201
GET    /api/suppliers/{supplier}/          | 401 200
PATCH  /api/suppliers/{supplier}/          | 401  404  404  404  404  404  404  404  200  200  403  404  404  404  200
DELETE /api/suppliers/{supplier}/          | 401  404  404  404  404  404  404  404  204  403  403  404  404  404  204
GET    /api/suppliers/{supplier}/price-list/ | 401 403 403 403  200  200  200  200  200  200  200  404  403  403  200
PUT    /api/suppliers/{supplier}/price-list/ | 401 403 403 403  403  403  403  403  200  200  403! 404  403  403  200
PATCH  /api/suppliers/{supplier}/price-list/ | 401 403 403 403  403  403  403  403  200  200  403! 404  403  403  200

GET    /api/listings/                      | 200
GET    /api/listings/{showroom_listing}/   | 200
GET    /api/listings/{supplier_listing}/   | 404  404  404  404  200  200  200  200  200  200  200  404  404  404  200
POST   /api/listings/                      | 401  403  403  403  403  403  403  403  201  201  403! 400  403  403  201
PATCH  /api/listings/{showroom_listing}/   | 401  403  403  403  200  200  403! 404  404  404  403! 404  403  403  200
PATCH  /api/listings/{supplier_listing}/   | 401  403  403  403  404  404  403! 404  200  200  403! 404  403  403  200
DELETE /api/listings/{showroom_listing}/   | 401  403  403  403  204  204  403! 404  404  404  403! 404  403  403  204
DELETE /api/listings/{supplier_listing}/   | 401  403  403  403  404  404  403! 404  204  204  403! 404  403  403  204

GET    /api/promotions/                    | 200
GET    /api/promotions/{showroom_promotion}/ | 200
GET    /api/promotions/{supplier_promotion}/ | 404 404 404 404  200  200  200  200  200  200  200  404  404  404  200
POST   /api/promotions/ showroom           | 401  403  403  403  201  201  403! 400  400  400  403! 400  403  403  403
POST   /api/promotions/ supplier           | 401  403  403  403  400  400  403! 400  201  201  403! 400  403  403  403
POST   /api/promotions/{showroom_promotion}/end/ | 401 403 403 403 200 200 403! 404 404  404  403! 404  403  403  200
POST   /api/promotions/{supplier_promotion}/end/ | 401 403 403 403 404 404 403! 404 200  200  403! 404  403  403  200
DELETE /api/promotions/{showroom_promotion}/ | 401 403 403 403  204  204  403! 404  404  404  403! 404  403  403  204
DELETE /api/promotions/{supplier_promotion}/ | 401 403 403 403  404  404  403! 404  204  204  403! 404  403  403  204

GET    /api/loyalty-tiers/                 | 200
GET    /api/loyalty-tiers/{showroom_tier}/ | 200
GET    /api/loyalty-tiers/{supplier_tier}/ | 404  404  404  404  200  200  200  200  200  200  200  404  404  404  200
DELETE /api/loyalty-tiers/{showroom_tier}/ | 401  403  403  403  204  204  403! 404  404  404  403! 404  403  403  204
DELETE /api/loyalty-tiers/{supplier_tier}/ | 401  403  403  403  404  404  403! 404  204  204  403! 404  403  403  204
GET    /api/sellers/{showroom}/loyalty-tiers/ | 200
GET    /api/sellers/{supplier}/loyalty-tiers/ | 404 404 404 404 200  200  200  200  200  200  200  404  404  404  200
PUT    /api/sellers/{showroom}/loyalty-tiers/ | 401 403 403 403 200  200  403! 404  404  404  403! 404  403  403  200
PUT    /api/sellers/{supplier}/loyalty-tiers/ | 401 403 403 403 404  404  403! 404  200  200  403! 404  403  403  200

GET    /api/patronage/                     | 401  403  200  200  200  200  200  200  200  200  200  200  403  403  200
GET    /api/patronage/{patron}/            | 401  403  200  404  200  200  200  404  404  404  404  404  403  403  200
GET    /api/patronage/{wholesale_patron}/  | 401  403  404  404  200  200  200  404  200  200  200  404  403  403  200
"""

TRADE = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /api/offers/                        | 401  403  200  200  403  403  403  403  403  403  403  403  403  403  200
POST   /api/offers/                        | 401  403  201! 201! 403  403  403  403  403  403  403  403  403  403  403!? | 400
GET    /api/offers/{offer}/                | 401  403  200  404  403  403  403  403  403  403  403  403  403  403  404
DELETE /api/offers/{offer}/                | 401  403  204  404  403  403  403  403  403  403  403  403  403  403  404
DELETE /api/offers/{filled_offer}/         | 401  403  409  404  403  403  403  403  403  403  403  403  403  403  404
GET    /api/offers/{offer}/nearest-miss/   | 401  403  200  404  403  403  403  403  403  403  403  403  403  403  404

GET    /api/deals/                         | 401  403  200  200  200  200  200  200  200  200  200  200  200  200  200
GET    /api/deals/{retail}/                | 401  403  200  404  200  200  200  404  404  404  404  404  200  200  200
GET    /api/deals/{wholesale}/             | 401  403  404  404  200  200  200  404  200  200  200  404  200  200  200
GET    /api/deals/{retail}/why/            | 401  403  200  404  200  200  200  404  404  404  404  404  200  200  200
GET    /api/deals/{wholesale}/why/         | 401  403  404  404  200  200  200  404  200  200  200  404  200  200  200
GET    /api/decisions/                     | 401  403  403  403  200  200  200  200  403  403  403  403  200  200  200
GET    /api/decisions/{match}/             | 401  403  403  403  200  200  200  404  403  403  403  403  200  200  200
GET    /api/decisions/{restock}/           | 401  403  403  403  200  200  200  404  403  403  403  403  200  200  200
GET    /api/decisions/{review}/            | 401  403  403  403  200  200  200  404  403  403  403  403  200  200  200

GET    /api/wallets/{customer}/            | 401  404  200  404  404  404  404  404  404  404  404  404  200  200  404
GET    /api/wallets/{showroom}/            | 401  404  404  404  200  200  200  404  404  404  404  404  200  200  200
GET    /api/wallets/{supplier}/            | 401  404  404  404  404  404  404  404  200  200  200  404  200  200  200
GET    /api/wallets/{customer}/statement/  | 401  404  200  404  404  404  404  404  404  404  404  404  200  200  404
GET    /api/wallets/{showroom}/statement/  | 401  404  404  404  200  200  200  404  404  404  404  404  200  200  200
GET    /api/wallets/{supplier}/statement/  | 401  404  404  404  404  404  404  404  200  200  200  404  200  200  200
# Only who may add transfers in the admin corrects balances.
POST   /api/wallets/{customer}/credit/     | 401  404  403  404  404  404  404  404  404  404  404  404  201  403  404
POST   /api/wallets/{customer}/debit/      | 401  404  403  404  404  404  404  404  404  404  404  404  201  403  404
POST   /api/wallets/{showroom}/credit/     | 401  404  404  404  403  403  403  404  404  404  404  404  201  403  403
POST   /api/wallets/{showroom}/debit/      | 401  404  404  404  403  403  403  404  404  404  404  404  201  403  403
POST   /api/wallets/{supplier}/credit/     | 401  404  404  404  404  404  404  404  403  403  403  404  201  403  403
POST   /api/wallets/{supplier}/debit/      | 401  404  404  404  404  404  404  404  403  403  403  404  201  403  403

GET    /api/quotes/?seller={showroom}&car_model={car_model} | 401 200 | 400
GET    /api/quotes/?seller={showroom}&car_model={car_model}&buyer={customer} | 401 400 200 400 400 400 400 400 400 400 400 400 400 400 400
GET    /api/quotes/?seller={supplier}&car_model={car_model}&buyer={showroom} | 401 400 400 400 200 200 200 400 400 400 400 400 400 400 200

GET    /api/jobs/                          | 401  403  200
GET    /api/jobs/match-offers/             | 401  403  200
POST   /api/jobs/match-offers/run/         | 401  403  202
GET    /api/jobs/no-such-job/              | 401  403  404
POST   /api/jobs/no-such-job/run/          | 401  403  404
"""

PEOPLE = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /api/memberships/                   | 401 200
GET    /api/memberships/{showroom_member}/ | 401  404  404  404  200  200  200  404  404  404  404  404  404  404  200
GET    /api/memberships/{supplier_member}/ | 401  404  404  404  404  404  404  404  200  200  200  404  404  404  200
PATCH  /api/memberships/{showroom_member}/ | 401  403  403  403  200  403! 403! 404  404  403! 403! 404  403  403  200
PATCH  /api/memberships/{supplier_member}/ | 401  403  403  403  404  403! 403! 404  200  403! 403! 404  403  403  200
DELETE /api/memberships/{showroom_member}/ | 401  403  403  403  204  204  403  404  404  404  404  404  403  403  204
DELETE /api/memberships/{supplier_member}/ | 401  403  403  403  404  404  404  404  204  204  403  404  403  403  204

GET    /api/invitations/                   | 401  403  403  403  200  200  200  200  200  200  200  200  403  403  200
GET    /api/invitations/{showroom_invitation}/ | 401 403 403 403 200 200  200  404  404  404  404  404  403  403  200
GET    /api/invitations/{supplier_invitation}/ | 401 403 403 403 404 404  404  404  200  200  200  404  403  403  200
POST   /api/invitations/ showroom          | 401  403  403  403  201  403! 403! 400  400  403! 403! 400  403  403  403
POST   /api/invitations/ supplier          | 401  403  403  403  400  403! 403! 400  201  403! 403! 400  403  403  403
DELETE /api/invitations/{showroom_invitation}/ | 401 403 403 403 204 403! 403! 404  404  403! 403! 404  403  403  204
DELETE /api/invitations/{supplier_invitation}/ | 401 403 403 403 404 403! 403! 404  204  403! 403! 404  403  403  204
POST   /api/invitations/accept/            | 401  201  403? 403? 403? 403? 403? 403? 403? 403? 403? 403? 403? 403? 403? | 409

GET    /api/notices/                       | 401 200
GET    /api/notices/{notice}/              | 401  404  200  404  404  404  404  404  404  404  404  404  404  404  404
# Others' notices are passed over.
POST   /api/notices/read/                  | 401  200= 200  200= 200= 200= 200= 200= 200= 200= 200= 200= 200= 200= 200= | 200=

GET    /api/profile/                       | 401 200
PATCH  /api/profile/                       | 401 200
POST   /api/profile/customer/              | 401  201  409  409  201  201  201  201  201  201  201  201  201  201  409
PATCH  /api/profile/customer/              | 401  403  200  200  403  403  403  403  403  403  403  403  403  403  200
# The last owner of a party stays.
POST   /api/profile/close/                 | 401  204  204  204  204  204  204  409  204  204  204  409  204  204  204

GET    /api/account/changes/username/      | 401 200
GET    /api/account/changes/password/      | 401 404
GET    /api/account/changes/email/         | 401 404
POST   /api/account/changes/username/      | 401  202  202  202  202  202  202  202  202  202  202  202  202  202  403
POST   /api/account/changes/password/      | 401  202  202  202  202  202  202  202  202  202  202  202  202  202  403
POST   /api/account/changes/email/         | 401 202
DELETE /api/account/changes/username/      | 401 204
DELETE /api/account/changes/password/      | 401 404
POST   /api/account/changes/username/confirm/ | 401 200
POST   /api/account/changes/email/confirm/ | 401 409
POST   /api/account/undo/                  | 204 | 409
POST   /api/account/confirmation/          | 401  202= 202= 202= 202= 202= 202= 202= 202= 202= 202= 202= 202= 202= 202
"""
