"""Addresses of the pages about the person."""

from django.urls import path

from portal.web.account.appearance import Language, Theme
from portal.web.account.log_in import LogInPage, LogOut

app_name = "account"

urlpatterns = [
    path("log-in/", LogInPage.as_view(), name="log-in"),
    path("log-out/", LogOut.as_view(), name="log-out"),
    path("language/", Language.as_view(), name="language"),
    path("theme/", Theme.as_view(), name="theme"),
]
