"""Addresses of the pages for staff."""

from django.urls import path

from portal.web.staff.money_proof import MoneyProofPage
from portal.web.staff.monitor import MonitorPage
from portal.web.staff.people import PeoplePage
from portal.web.staff.viewing import BeginViewingPage, EndViewing

app_name = "staff"

urlpatterns = [
    path("monitor/", MonitorPage.as_view(), name="monitor"),
    path("money-proof/", MoneyProofPage.as_view(), name="money-proof"),
    path("people/", PeoplePage.as_view(), name="people"),
    path("people/<int:pk>/view-as/", BeginViewingPage.as_view(), name="viewing"),
    path("viewing/end/", EndViewing.as_view(), name="viewing-end"),
]
