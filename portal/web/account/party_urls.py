"""Addresses at which a person puts on a hat, or gets another one."""

from django.urls import path

from portal.web.account.hats import WearHat
from portal.web.account.invitations import InvitationPage

urlpatterns = [
    path("account/hat/", WearHat.as_view(), name="account_hat"),
    path("account/invitations/<str:token>/", InvitationPage.as_view(), name="account_invitation"),
]
