"""The table of the pages: the market, the staff's and the sandbox."""

# A line of the table is one line of text.
# flake8: noqa: E501

from __future__ import annotations

MARKET = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /                                   | 200
GET    /car-models/                        | 200
GET    /car-models/{car_model}/            | 200
GET    /showrooms/                         | 200
GET    /showrooms/{showroom}/              | 200
GET    /healthz                            | 200
GET    /readyz                             | 200
GET    /robots.txt                         | 200
POST   /language/                          | go
POST   /theme/                             | go
GET    /sandbox/mail/                      | 200
GET    /sandbox/mail/1.log/0/              | 200
GET    /sandbox/mail/1.log/1/              | 404
GET    /sandbox/mail/1.log/0/html/         | 404
"""

TEAM = """
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /team/{showroom}/                   | 302  404  404  404  200  200  200  404  404  404  404  404  404  404  200
GET    /team/{supplier}/                   | 302  404  404  404  404  404  404  404  200  200  200  404  404  404  200
POST   /team/{showroom}/ invite            | 302  404  404  404  go   403  403  404  404  404  404  404  404  404  422
POST   /team/{supplier}/ invite            | 302  404  404  404  404  404  404  404  go   403  403  404  404  404  422
POST   /team/{showroom}/ change-role       | 302  404  404  404  go   403  403  404  404  404  404  404  404  404  go
POST   /team/{showroom}/ remove            | 302  404  404  404  go   403  403  404  404  404  404  404  404  404  go
POST   /team/{showroom}/ withdraw          | 302  404  404  404  go   403  403  404  404  404  404  404  404  404  go
POST   /team/{showroom}/ nothing           | 302  404  404  404  404  403  403  404  404  404  404  404  404  404  404
"""

STAFF = """
#                                            anon people staff
GET    /staff/monitor/                     | 302  404  200
POST   /staff/monitor/ run                 | 302  404  go
POST   /staff/monitor/ pause               | 302  404  go
POST   /staff/monitor/ resume              | 302  404  go
POST   /staff/monitor/ interval            | 302  404  go
GET    /staff/money-proof/                 | 302  404  200
GET    /staff/people/                      | 302  404  200
POST   /staff/viewing/end/                 | 302  404  go
# Only who may add viewings in the admin looks through others' eyes.
#                                            anon pers cust cus2 sown sman sana sow2 pown pman pana pow2 admi clrk unco
GET    /staff/people/{person}/view-as/     | 302  404  404  404  404  404  404  404  404  404  404  404  200  404  404
POST   /staff/people/{person}/view-as/     | 302  404  404  404  404  404  404  404  404  404  404  404  go   404  404
"""
