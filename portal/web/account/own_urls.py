"""Addresses of our own pages about the person. Their names, like allauth's, are in no namespace."""

from django.urls import URLPattern, path

from portal.web.account.changes import ChangePage
from portal.web.account.memberships import LeaveParty, MembershipsPage
from portal.web.account.profile import (
    BecomeCustomer,
    ChangeDetails,
    ChangeLanguage,
    CloseAccount,
    FoundShowroom,
    FoundSupplier,
    ProfilePage,
)
from portal.web.account.undo import UndoPage

urlpatterns: list[URLPattern] = [
    path("account/", ProfilePage.as_view(), name="account_profile"),
    path("account/details/", ChangeDetails.as_view(), name="account_details"),
    path("account/language/", ChangeLanguage.as_view(), name="account_language"),
    path("account/join/customer/", BecomeCustomer.as_view(), name="account_become_customer"),
    path("account/join/showroom/", FoundShowroom.as_view(), name="account_found_showroom"),
    path("account/join/supplier/", FoundSupplier.as_view(), name="account_found_supplier"),
    path("account/close/", CloseAccount.as_view(), name="account_close"),
    path("account/changes/<str:kind>/", ChangePage.as_view(), name="account_change"),
    path("account/undo/<str:token>/", UndoPage.as_view(), name="account_undo"),
    path("account/memberships/", MembershipsPage.as_view(), name="account_memberships"),
    path("account/memberships/<int:pk>/leave/", LeaveParty.as_view(), name="account_leave"),
]
