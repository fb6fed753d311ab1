"""Addresses of the API. A resource is one line in `RESOURCES`."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from marketplace.accounts.models import Change
from portal.api import headless
from portal.api.assortment import Assortment
from portal.api.car_models import CarModels
from portal.api.changes import Changes
from portal.api.deals import Deals
from portal.api.decisions import Decisions
from portal.api.documents import Docs, Entrance, NoSuchPath, Redoc, Schema, SchemaJson
from portal.api.invitations import Invitations
from portal.api.jobs import Jobs
from portal.api.listings import Listings
from portal.api.loyalty_tiers import LoyaltyTiers, SellerTiers
from portal.api.memberships import Memberships
from portal.api.notices import Notices
from portal.api.offers import Offers
from portal.api.patronage import Patrons
from portal.api.policy import Policy
from portal.api.preference import Preference
from portal.api.price_lists import PriceLists
from portal.api.profile import Profile
from portal.api.promotions import Promotions
from portal.api.quotes import Quotes
from portal.api.resources import ID, Resource
from portal.api.showrooms import Showrooms
from portal.api.suppliers import Suppliers
from portal.api.wallets import Statement, Wallets

app_name = "api"

PARTY = f"(?P<party_id>{ID})"
KIND = f"(?P<kind>{'|'.join(Change.Kind)})"

#: The path, the resource and its name, in the order of the documentation.
RESOURCES: list[tuple[str, type[Resource], str]] = [
    ("car-models", CarModels, "car-models"),
    ("showrooms", Showrooms, "showrooms"),
    (f"showrooms/{PARTY}/assortment", Assortment, "assortment"),
    ("suppliers", Suppliers, "suppliers"),
    ("listings", Listings, "listings"),
    ("promotions", Promotions, "promotions"),
    ("loyalty-tiers", LoyaltyTiers, "loyalty-tiers"),
    ("patronage", Patrons, "patronage"),
    ("offers", Offers, "offers"),
    ("deals", Deals, "deals"),
    ("decisions", Decisions, "decisions"),
    ("wallets", Wallets, "wallets"),
    (f"wallets/{PARTY}/statement", Statement, "statement"),
    ("notices", Notices, "notices"),
    ("jobs", Jobs, "jobs"),
    ("memberships", Memberships, "memberships"),
    ("invitations", Invitations, "invitations"),
]

#: What there is one of: the path, the resource, its acts by method, and its name.
SINGLES: list[tuple[str, type[Resource], dict[str, Any], str]] = [
    (f"showrooms/{PARTY}/policy", Policy, {"get": "retrieve", "patch": "partial_update"}, "policy"),
    (
        f"showrooms/{PARTY}/preference",
        Preference,
        {"get": "retrieve", "put": "update"},
        "preference",
    ),
    (
        f"suppliers/{PARTY}/price-list",
        PriceLists,
        {"get": "retrieve", "put": "update", "patch": "partial_update"},
        "price-list",
    ),
    (
        f"sellers/{PARTY}/loyalty-tiers",
        SellerTiers,
        {"get": "retrieve", "put": "update"},
        "seller-loyalty-tiers",
    ),
    ("quotes", Quotes, {"get": "retrieve"}, "quotes"),
    ("profile", Profile, {"get": "retrieve", "patch": "partial_update"}, "profile"),
    (
        "profile/customer",
        Profile,
        {"post": "customer", "patch": "change_customer"},
        "profile-customer",
    ),
    ("profile/close", Profile, {"post": "close"}, "profile-close"),
    (
        f"account/changes/{KIND}",
        Changes,
        {"get": "retrieve", "post": "create", "delete": "destroy"},
        "changes",
    ),
    (f"account/changes/{KIND}/confirm", Changes, {"post": "confirm"}, "changes-confirm"),
    ("account/undo", Changes, {"post": "undo"}, "changes-undo"),
    ("account/confirmation", Changes, {"post": "resend"}, "changes-resend"),
]

#: All of them, for whoever wants to know what there is.
EVERY_RESOURCE = RESOURCES + [(route, resource, name) for route, resource, _, name in SINGLES]

router = SimpleRouter()
for prefix, resource, name in RESOURCES:
    router.register(prefix, resource, basename=name)

singles = [
    re_path(f"^{route}/$", resource.as_view(acts), name=name)
    for route, resource, acts, name in SINGLES
]

urlpatterns = [
    path("", Entrance.as_view(resources=tuple(name for _, _, name in RESOURCES)), name="entrance"),
    path("schema/", Schema.as_view(), name="schema"),
    path("schema.json", SchemaJson.as_view(), name="schema-json"),
    path("docs/", Docs.as_view(url_name="api:schema-json"), name="docs"),
    path("redoc/", Redoc.as_view(url_name="api:schema-json"), name="redoc"),
    path("auth/", include((headless.urlpatterns, "headless"))),
    path("", include(router.urls)),
    *singles,
    re_path(r"", NoSuchPath.as_view(), name="no-such-path"),
]
