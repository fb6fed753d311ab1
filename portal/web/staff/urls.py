"""Addresses of the pages for staff."""

from django.urls import path

from portal.web.staff.money_proof import MoneyProofPage
from portal.web.staff.monitor import MonitorPage

app_name = "staff"

urlpatterns = [
    path("monitor/", MonitorPage.as_view(), name="monitor"),
    path("money-proof/", MoneyProofPage.as_view(), name="money-proof"),
]
